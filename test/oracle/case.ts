import {
  type ApiOperation,
  type Document,
  type ParameterObject,
  resolve,
  type SchemaObject,
} from '../../codegen/document.js';
import { samplesOf } from '../sample.js';

/** The arguments of one call, made from the specification alone. */
export interface Case {
  readonly label: string;
  /** By the name of the parameter. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** JSON, text, or the parts of a form; a file is `{ name, type, data }` with `data` in base64. */
  readonly body?: unknown;
}

/** Header parameters that no tool offers: they choose media types or speak for other clients. */
export const WITHHELD = ['Accept', 'Accept-Language', 'Content-Type', 'User-Agent', 'X-Forwarded-For'];

/** One call with what is required, one with everything, and one for each further variant of the body. */
export function casesOf(document: Document, api: ApiOperation): Case[] {
  const offered = api.parameters.filter(({ name }) => !WITHHELD.includes(name));
  const sample = (parameters: readonly ParameterObject[]) =>
    Object.fromEntries(parameters.map((parameter) => [parameter.name, argumentOf(document, parameter)]));
  const required = sample(offered.filter((parameter) => parameter.required === true || parameter.in === 'path'));
  const body = api.operation.requestBody && resolve(document, api.operation.requestBody);
  const [first, ...variants] = body === undefined ? [] : bodiesOf(document, body.content);
  return [
    { label: 'required', parameters: required, ...(body?.required === true && first && { body: first.value }) },
    { label: 'everything', parameters: sample(offered), ...(first && { body: first.value }) },
    ...variants.map(({ label, value }) => ({ label, parameters: required, body: value })),
  ];
}

function bodiesOf(document: Document, content: Readonly<Record<string, { schema?: unknown }>>) {
  const media = Object.keys(content).find((type) => type.endsWith('json')) ?? Object.keys(content)[0]!;
  const schema = resolve(document, (content[media]?.schema ?? {}) as SchemaObject);
  if (media.endsWith('json')) return samplesOf(document, schema);
  if (media !== 'multipart/form-data') {
    const binary = { name: 'a', type: media, data: Buffer.from('text').toString('base64') };
    return [{ label: media, value: schema.format === 'binary' ? binary : 'text' }];
  }
  const file = { name: 'a.png', type: 'image/png', data: Buffer.from('image').toString('base64') };
  return [
    { label: media, value: Object.fromEntries(Object.keys(schema.properties ?? {}).map((part) => [part, file])) },
  ];
}

/** Each value is told apart from that of every other parameter, and holds what has to be escaped where it goes. */
function argumentOf(document: Document, { name, in: where, schema = {} }: ParameterObject): unknown {
  const text = { path: `${name} ä'&=+?#@`, query: `${name} ä'&=+?#/%25`, header: `"${name}"`, cookie: name }[where];
  return sample(document, resolve(document, schema), text);
}

function sample(document: Document, shape: SchemaObject, text: string): unknown {
  if (shape.enum !== undefined) return shape.enum.at(-1);
  switch (shape.type) {
    case 'array': {
      const items = resolve(document, shape.items!);
      // Two of them, or nothing tells how they are joined.
      return items.enum === undefined ? ['1', '2'] : [items.enum[0], items.enum.at(-1)];
    }
    case 'integer':
    case 'number':
      return Math.max(shape.minimum ?? 2, 2);
    case 'boolean':
      return true;
    default:
      if (shape.format === 'date-time') return '2026-01-02T03:04:05.000Z';
      return shape.pattern === undefined && shape.maxLength === undefined ? text : 'text';
  }
}
