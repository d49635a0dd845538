import { createHash } from 'node:crypto';
import { OktaMcpError } from '../errors.js';
import type { FileInput, JsonObject, ToolDefinition } from './definition.js';
import { EXTENSIONS, recognise } from './file-format.js';
import { readImport } from './import-file.js';
import type { Fact } from './preview.js';
import { quoted } from './preview-text.js';

/** Largest file where Okta names no limit, in bytes. */
const MOST = 10 * 1024 * 1024;

/** A file as it is sent. */
interface File {
  readonly name: string;
  readonly type: string;
  readonly data: Uint8Array;
}

/**
 * The arguments with the content of every file in place of what the caller gave for it, and what there is to say about
 * each in a question; checked for format, declared type and size before anything is sent.
 * @param folder files are read from here; absent, none are
 * @throws OktaMcpError `arguments_invalid`
 */
export async function withFiles(
  { files = [] }: ToolDefinition,
  args: JsonObject,
  folder: string | undefined,
): Promise<{ readonly args: JsonObject; readonly facts: readonly Fact[] }> {
  let filled = args;
  const facts: Fact[] = [];
  for (const input of files) {
    const path = input.at.split('.');
    const given = path.reduce<unknown>((node, key) => (node as JsonObject | undefined)?.[key], args);
    if (given === undefined || given === null) continue;
    const { file, what } = await fileOf(input, given, folder);
    filled = replaced(filled, path, file) as JsonObject;
    const version = createHash('sha256').update(file.data).digest('base64url');
    facts.push({ label: input.at, text: `${quoted(file.name)}, ${what}, ${file.data.length} bytes`, version });
  }
  return { args: filled, facts };
}

async function fileOf(
  input: FileInput,
  given: unknown,
  folder: string | undefined,
): Promise<{ file: File; what: string }> {
  const { path, data, name, type } = (typeof given === 'object' ? given : {}) as Readonly<Record<string, unknown>>;
  const most = input.below === undefined ? MOST : input.below - 1;
  if ((typeof path === 'string') === (typeof data === 'string')) {
    throw refused(input, 'needs either `path` or `data`', 'Give one of them.');
  }
  if (typeof path === 'string' && folder === undefined) {
    const fix =
      'Give the content as `data`, or ask the operator of this server to set OKTA_IMPORT_DIR, over stdio only.';
    throw refused(input, 'cannot be read from a path: no folder to read files from is set', fix);
  }
  const { name: own, bytes } =
    typeof path === 'string'
      ? await readImport(folder!, path, MOST)
      : { name: undefined, bytes: decoded(input, data as string) };
  if (bytes.length === 0) throw refused(input, 'is empty', 'Give a file with content.');
  if (bytes.length > most) {
    const fix = `Give a file of at most ${most} bytes.`;
    throw refused(
      input,
      `has ${bytes.length} bytes, more than ${input.below === undefined ? 'can be sent' : 'Okta takes'}`,
      fix,
    );
  }
  const found = recognise(bytes);
  const formats = Object.keys(input.types).map((format) => format.toUpperCase());
  const media = found && (Object.hasOwn(input.types, found.format) ? input.types[found.format] : undefined);
  if (!found || media === undefined) {
    const what = found ? `is ${found.format.toUpperCase()}` : 'is of no format known here';
    throw refused(input, `${what}, judging by its content`, `Give it as ${formats.join(' or ')}.`);
  }
  const label = typeof name === 'string' ? name : own;
  checkDeclared(input, found.format, media, label ?? '', type);
  const wrong = found.pictures?.find(
    ({ width, height }) => input.square !== undefined && (width !== height || width > input.square),
  );
  if (wrong) {
    const fix = `Give one that is as wide as high, at most ${input.square} pixels.`;
    throw refused(input, `is ${wrong.width} by ${wrong.height} pixels`, fix);
  }
  const file = { name: label ?? `file.${found.format}`, type: media, data: bytes };
  return { file, what: found.format.toUpperCase() };
}

/** What a name or a stated type claims must be so. */
function checkDeclared(input: FileInput, format: string, media: string, name: string, type: unknown): void {
  const claims = EXTENSIONS[/\.([A-Za-z]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''];
  if (claims !== undefined && ![claims].flat().some((each) => each === format)) {
    throw refused(input, `is ${format.toUpperCase()}, but its name says otherwise`, 'Give it its right name.');
  }
  const stated = typeof type === 'string' ? type.trim().toLowerCase() : media;
  const same = stated === media || (media === 'image/vnd.microsoft.icon' && stated === 'image/x-icon');
  if (!same) throw refused(input, `is ${media}, but \`type\` says otherwise`, 'Leave `type` out, or correct it.');
}

function decoded(input: FileInput, text: string): Uint8Array {
  if (Object.hasOwn(input.types, 'pem') && text.trimStart().startsWith('-----BEGIN'))
    return new TextEncoder().encode(text);
  // A data URL says in front what it is; its content tells all the same.
  const compact = text.replace(/^data:[\w.+-]+\/[\w.+-]+;base64,/, '').replace(/\s+/g, '');
  if (compact.length > (MOST * 4) / 3 + 4) throw refused(input, `has more than ${MOST} bytes`, 'Give a smaller file.');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) {
    throw refused(input, 'is not base64', 'Give the content of the file as `data` in base64 (RFC 4648 section 4).');
  }
  return new Uint8Array(Buffer.from(compact, 'base64'));
}

function replaced(node: unknown, [key, ...rest]: readonly string[], file: File): unknown {
  if (key === undefined) return file;
  const object = node as JsonObject;
  return { ...object, [key]: replaced(object[key], rest, file) };
}

function refused({ at }: FileInput, what: string, fix: string): OktaMcpError {
  return new OktaMcpError('arguments_invalid', `The file \`${at}\` ${what}. Nothing was sent.`, fix, { parameter: at });
}
