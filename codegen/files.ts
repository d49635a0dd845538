import type { FileInput } from '../src/tools/definition.js';
import type { ToolsConfig } from './config.js';
import { type ApiOperation, type Document, resolve } from './document.js';
import type { Problem } from './errors.js';
import { isJson, mediaTypeOf } from './operation.js';
import { type Shape, shapeOf } from './shape.js';

/** Media types of the formats that can be told from their content: IANA's, and those Okta names for certificates. */
const MEDIA = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  ico: 'image/vnd.microsoft.icon',
  svg: 'image/svg+xml',
  pem: 'application/x-pem-file',
  der: 'application/pkix-cert',
} as const;
export type Format = keyof typeof MEDIA;
export const FORMATS = Object.keys(MEDIA) as [Format, ...Format[]];

const WORDS: Readonly<Record<Format, string>> = {
  png: 'PNG',
  jpeg: 'JPEG',
  gif: 'GIF',
  ico: 'ICO',
  svg: 'SVG',
  pem: 'PEM',
  der: 'DER',
};

/** A file as a caller gives it; how it is read, checked and sent is `FileInput`. */
const FILE: Shape = {
  type: 'object',
  properties: {
    path: { type: 'string' },
    data: { type: 'string' },
  },
};

/** Whether a schema stands for the content of a file. */
export function isFile({ facets }: Shape): boolean {
  return facets?.format === 'binary';
}

/** What a caller gives as `body`, by media type: JSON as specified, files as files, anything else as text. */
export function bodyShape(document: Document, { operation }: ApiOperation): Shape | undefined {
  const content = operation.requestBody && resolve(document, operation.requestBody).content;
  const media = content === undefined ? undefined : mediaTypeOf(content);
  if (content === undefined || media === undefined) return undefined;
  const schema = content[media]?.schema;
  const shape = schema === undefined ? {} : shapeOf(document, schema);
  if (isJson(media)) return shape;
  if (media !== 'multipart/form-data') return isFile(shape) ? FILE : { type: 'string' };
  const parts = Object.entries(shape.properties ?? {}).map(([name, part]) => [name, isFile(part) ? FILE : part]);
  return { ...shape, type: 'object', properties: Object.fromEntries(parts) };
}

/** Where the files of an operation are, as dotted paths of its input. */
function placesOf(document: Document, { operation }: ApiOperation): { place: string; media: readonly string[] }[] {
  const { content = {} } = operation.requestBody ? resolve(document, operation.requestBody) : {};
  const media = Object.keys(content);
  const schema = content[mediaTypeOf(content) ?? '']?.schema;
  if (schema === undefined || media.some(isJson)) return [];
  const shape = shapeOf(document, schema);
  if (isFile(shape)) return [{ place: 'body', media }];
  const parts = Object.entries(shape.properties ?? {}).filter(([, part]) => isFile(part));
  // A part of a form may be of any type.
  return parts.map(([name]) => ({ place: `body.${name}`, media: [] }));
}

/** The files an operation takes, as `files` says, and a description of each for the model. */
export function filesOf(
  document: Document,
  { files }: Pick<ToolsConfig, 'files'>,
  api: ApiOperation,
  problem: (message: string, fix?: string) => Problem,
): { files: readonly FileInput[]; notes: Readonly<Record<string, string>>; problems: readonly Problem[] } {
  const places = placesOf(document, api);
  const stated = files[api.id];
  if (stated === undefined) {
    const fix = `say under "files" which formats ${api.id} takes`;
    const problems = places.length === 0 ? [] : [problem(`takes a file (${places[0]!.place})`, fix)];
    return { files: [], notes: {}, problems };
  }
  const { formats, below, square } = stated;
  const problems: Problem[] = [];
  if (places.length === 0) problems.push(problem('"files" has an entry for it, but it takes none', 'remove it'));
  for (const { media } of places) {
    for (const format of formats) {
      if (media.length === 0 || media.includes(MEDIA[format])) continue;
      problems.push(problem(`takes no ${MEDIA[format]}`, `it takes ${media.join(', ')}`));
    }
  }
  const types = Object.fromEntries(formats.map((format) => [format, MEDIA[format]]));
  const words = `${formats.map((format) => WORDS[format]).join(', ')}${limitWords(below, square)}`;
  const content = formats.includes('pem') ? 'PEM or base64' : 'base64';
  const notes = places.map(({ place }) => [place, `${words} path in OKTA_IMPORT_DIR or ${content} data.`]);
  return {
    files: places.map(({ place }) => ({
      at: place,
      types,
      ...(below === undefined ? {} : { below }),
      ...(square === undefined ? {} : { square }),
    })),
    notes: Object.fromEntries(notes),
    problems,
  };
}

function limitWords(below: number | undefined, square: number | undefined): string {
  const size = below === undefined ? '' : `, under ${below / 1024} KiB`;
  return `${size}${square === undefined ? '' : `, square, up to ${square} pixels`}:`;
}
