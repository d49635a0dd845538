import { describe, expect, test } from 'vitest';
import { isRef, type ParameterObject, resolve, type SchemaObject, type SchemaOrRef } from '../../codegen/document.js';
import { share } from '../share.js';
import { document, type Specified, specified } from './specified.js';
import { sender, specifiedOrg, untouchedOrgs, type ValidRequest, validRequest, withQuery } from './valid-request.js';

/** A valid request with one part made wrong. */
interface Broken {
  readonly kind: string;
  readonly part: string;
  readonly url: string;
  readonly body?: unknown;
  readonly type?: string;
  /** Okta's answers that are right; the first cause names the part where `named`. */
  readonly expected: readonly (readonly [status: number, code: string])[];
  readonly named?: string;
}

const INVALID = [400, 'E0000001'] as const;
const MALFORMED = [400, 'E0000003'] as const;

test('each part of each operation made wrong is refused as Okta does, never with 500', async () => {
  const wrong: string[] = [];
  const counts: Record<string, number> = {};
  const untouched = untouchedOrgs();
  for (const operation of share(specified, 3)) {
    const org = untouched();
    const send = sender(org);
    const valid = await validRequest(send, operation);
    for (const broken of [
      ...brokenPaths(operation, valid),
      ...brokenQueries(operation, valid),
      ...bodies(operation, valid),
    ]) {
      counts[broken.kind] = (counts[broken.kind] ?? 0) + 1;
      const { url, body, type } = { ...valid, ...broken };
      const answer = await send(operation.method, url, body, type);
      const { errorCode, errorCauses = [] } = answer.json ?? {};
      const where = `${operation.method} ${operation.path} ${broken.kind} ${broken.part}`;
      const said = `${answer.status} ${answer.text.slice(0, 300)} ${org.journal.at(-1)?.defect ?? ''}`;
      const { changes } = org.journal.at(-1)!;
      if (!broken.expected.some(([status, code]) => status === answer.status && code === errorCode))
        wrong.push(`${where}: ${said} ${JSON.stringify(broken.body)?.slice(0, 200)}`);
      else if (
        broken.named !== undefined &&
        !errorCauses.some((each: { errorSummary: string }) => each.errorSummary.startsWith(`${broken.named}: `))
      )
        wrong.push(`${where}: does not name it: ${said}`);
      else if (changes.length > 0) wrong.push(`${where}: refused, but it changed ${JSON.stringify(changes)}`);
    }
  }
  console.log(counts);
  expect(wrong).toEqual([]);
}, 600_000);

describe('what is not refused', () => {
  const link = { name: 'Robots', type: 'HCAPTCHA' };

  test.each<[string, string, string, unknown, number]>([
    ['an unknown query parameter', 'GET', '/api/v1/captchas?colour=blue', undefined, 200],
    ['a page size above what Okta gives', 'GET', '/api/v1/realms?limit=100000', undefined, 200],
    ['an unknown property', 'POST', '/api/v1/captchas', { ...link, colour: 'blue' }, 201],
    ['a property Okta only shows, whatever it holds', 'POST', '/api/v1/captchas', { ...link, id: 7, _links: 'x' }, 201],
    ['null for a property that may be left out', 'POST', '/api/v1/captchas', { ...link, siteKey: null }, 201],
    ['a value Okta may have added to a named set', 'POST', '/api/v1/captchas', { ...link, type: 'TURNSTILE' }, 201],
    ['an absent body where none is required', 'PUT', '/api/v1/org/settings/clientPrivilegesSetting', undefined, 200],
    ['a body where the specification has none', 'POST', '/api/v1/org/preferences/hideEndUserFooter', { a: 1 }, 200],
  ])('%s: %s %s', async (_, method, url, body, status) => {
    const { status: answered, text } = await sender(specifiedOrg())(method, url, body);
    expect(answered, text).toBe(status);
  });

  test('a media type with parameters, in capitals', async () => {
    const send = sender(specifiedOrg());
    expect((await send('POST', '/api/v1/captchas', link, 'Application/JSON; charset=UTF-8')).status).toBe(201);
  });

  test('a duration, although the published pattern lost a character', async () => {
    const send = sender(specifiedOrg());
    const [{ id }] = (await send('GET', '/api/v1/policies?type=ACCESS_POLICY')).json;
    const rule = (postAuthPromptFrequency: string) => ({
      name: 'Again',
      type: 'ACCESS_POLICY',
      actions: { appSignOn: { access: 'ALLOW', keepMeSignedIn: { postAuthPromptFrequency } } },
    });
    const statusOf = async (text: string) => (await send('POST', `/api/v1/policies/${id}/rules`, rule(text))).status;
    expect([await statusOf('PT2H'), await statusOf('P1D'), await statusOf('P'), await statusOf('2h')]).toEqual([
      200, 200, 400, 400,
    ]);
  });
});

test('a variant is held against itself alone, and a missing choice is named', async () => {
  const send = sender(specifiedOrg());
  const create = async (body: object) => (await send('POST', '/api/v1/logStreams', body)).json;
  const stream = { name: 'Stream', type: 'splunk_cloud_logstreaming' };
  const settings = { accountId: '123456789012', eventSourceName: 'a-b', region: 'us-east-1' };
  expect((await create({ ...stream, settings })).errorCauses.map(({ errorSummary }: Cause) => errorSummary)).toEqual([
    'edition: The field cannot be left blank',
    'host: The field cannot be left blank',
    'token: The field cannot be left blank',
  ]);
  expect(await create({ ...stream, type: 'aws_eventbridge', settings })).toMatchObject({ status: 'ACTIVE', settings });
  expect(await create({ name: 'Stream', settings })).toMatchObject({
    errorSummary: 'Api validation failed: type',
    errorCauses: [{ errorSummary: 'type: The field cannot be left blank' }],
  });
});

interface Cause {
  readonly errorSummary: string;
}

function* brokenPaths({ path, parameters }: Specified, { values, query }: ValidRequest): Generator<Broken> {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!);
  for (const [index, name] of names.entries()) {
    let at = -1;
    const url = path.replace(/\{[^}]+\}/g, () => {
      at += 1;
      return encodeURIComponent(at === index ? 'no such thing' : values[at]!);
    });
    const { enum: listed, pattern } = schemaOf(parameters.find((each) => each.in === 'path' && each.name === name)!);
    const bound = listed !== undefined || pattern !== undefined;
    yield {
      kind: bound ? 'path value outside its set or pattern' : 'path value that names nothing',
      part: name,
      url: withQuery(url, query),
      expected: bound ? [INVALID] : [[404, 'E0000007'], INVALID],
      ...(bound && { named: name }),
    };
  }
}

function* brokenQueries({ parameters }: Specified, { url, query }: ValidRequest): Generator<Broken> {
  const [path] = url.split('?') as [string];
  for (const parameter of parameters.filter((each) => each.in === 'query')) {
    const { name, required } = parameter;
    const { type, enum: listed, minimum, items } = schemaOf(parameter);
    const base = { part: name, expected: [INVALID], named: name } as const;
    if (required) {
      const { [name]: _, ...rest } = query;
      const url = withQuery(path, rest);
      yield { kind: 'required query left out', part: name, url, expected: [[400, 'E0000028']] };
    }
    if (type === 'integer' || type === 'boolean')
      yield { ...base, kind: 'typed query', url: withQuery(path, { ...query, [name]: 'x' }) };
    const values = listed ?? (items && (resolve(document, items) as SchemaObject).enum);
    if (values && !isOpen(parameter.schema) && !(items && isRef(items)))
      yield { ...base, kind: 'query outside its set', url: withQuery(path, { ...query, [name]: 'NO_SUCH_VALUE' }) };
    if (minimum !== undefined)
      yield { ...base, kind: 'query out of bounds', url: withQuery(path, { ...query, [name]: String(minimum - 1) }) };
  }
}

function* bodies({ body }: Specified, valid: ValidRequest): Generator<Broken> {
  if (!body) return;
  const { url } = valid;
  const { schema } = Object.values(body.content)[0]!;
  const base = { url, part: 'body' };
  yield { ...base, kind: 'content type', body: 'x', type: 'text/csv', expected: [[400, 'E0000021']] };
  if (body.required) yield { ...base, kind: 'body left out', body: undefined, expected: [MALFORMED] };
  const type = valid.type!;
  if (type.startsWith('multipart')) {
    const form = '--x\r\ncontent-disposition: form-data; name="other"\r\n\r\nPNG\r\n--x--\r\n';
    yield { ...base, kind: 'required body field', body: form, type, expected: [INVALID], named: 'file' };
  }
  if (!/json$/.test(type)) return;
  yield { ...base, kind: 'malformed JSON', body: '{"a":', type, expected: [MALFORMED] };
  const isArray = Array.isArray(valid.body);
  yield { ...base, kind: 'JSON of another type', body: isArray ? {} : [], type, expected: [MALFORMED] };
  if (isArray) return;
  for (const { kind, path, value } of fields(schema!, valid.body as Json, [])) {
    const changed = structuredClone(valid.body) as Json;
    // biome-ignore lint/suspicious/noExplicitAny: bodies are of any shape
    const holder = path.slice(0, -1).reduce((at: any, key) => at[key], changed);
    const last = path.at(-1)!;
    if (value === undefined) delete holder[last];
    else holder[last] = value;
    const named = path.filter((key) => typeof key === 'string').at(-1) as string;
    yield { kind, part: path.join('.'), url, body: changed, type, expected: [INVALID], named };
  }
}

type Json = Record<string, unknown>;
type Path = readonly (string | number)[];

/** Ways to break one field of a body, as far as the specification says without a union in between. */
function* fields(
  given: SchemaOrRef,
  value: unknown,
  path: Path,
): Generator<{ kind: string; path: Path; value?: unknown }> {
  const parts = partsOf(given, value as Json);
  if (!parts) return;
  if (Array.isArray(value)) {
    const items = parts.findLast((part) => part.items)?.items;
    if (items && value.length > 0) yield* field(items, value[0], [...path, 0]);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const properties = Object.assign({}, ...parts.map((part) => part.properties ?? {})) as Record<string, SchemaOrRef>;
  const required = new Set(parts.flatMap((part) => part.required ?? []));
  for (const [name, property] of Object.entries(properties)) {
    if (!(name in value) || isShown(property)) continue;
    if (required.has(name)) yield { kind: 'required body field', path: [...path, name] };
    yield* field(property, (value as Json)[name], [...path, name]);
  }
}

function* field(
  schema: SchemaOrRef,
  value: unknown,
  path: Path,
): Generator<{ kind: string; path: Path; value?: unknown }> {
  const parts = partsOf(schema, value as Json);
  if (!parts) return;
  const type = parts.findLast((part) => part.type)?.type;
  const listed = parts.findLast((part) => part.enum)?.enum;
  if (type)
    yield { kind: 'typed body field', path, value: type === 'object' || type === 'array' ? 'text' : { not: type } };
  if (listed && !isOpen(schema))
    yield { kind: 'body field outside its set', path, value: type === 'integer' ? 987_654 : 'NO_SUCH_VALUE' };
  if (path.length < 5) yield* fields(schema, value, path);
}

/** The schema with what it inherits and the variant the value names; undefined where a union cannot be told apart. */
function partsOf(given: SchemaOrRef, value: Json | undefined): SchemaObject[] | undefined {
  const schema = resolve(document, given) as SchemaObject;
  const { discriminator, allOf = [] } = schema;
  if (discriminator?.mapping) {
    const $ref = discriminator.mapping[String(value?.[discriminator.propertyName])];
    const variant = $ref && (resolve(document, { $ref }) as SchemaObject);
    if (!variant) return undefined;
    if (variant !== schema) return [...inherited(variant), variant];
  } else if (schema.oneOf ?? schema.anyOf) return undefined;
  return [
    ...allOf.flatMap((part) => [
      ...inherited(resolve(document, part) as SchemaObject),
      resolve(document, part) as SchemaObject,
    ]),
    schema,
  ];
}

function inherited({ allOf = [] }: SchemaObject): SchemaObject[] {
  return allOf.flatMap((part) => {
    const base = resolve(document, part) as SchemaObject;
    return [...inherited(base), base];
  });
}

function isShown(schema: SchemaOrRef): boolean {
  return (
    [...(partsOf(schema, {}) ?? [])].some((part) => part.readOnly) ||
    (resolve(document, schema) as SchemaObject).readOnly === true
  );
}

/** Okta may add to an enum behind a name. */
function isOpen(schema: SchemaOrRef | undefined): boolean {
  if (!schema) return true;
  return isRef(schema) || ((schema as SchemaObject).allOf ?? []).some((part) => isRef(part));
}

function schemaOf({ schema }: ParameterObject): SchemaObject {
  return (schema ? resolve(document, schema) : {}) as SchemaObject;
}
