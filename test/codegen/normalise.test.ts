import { describe, expect, test } from 'vitest';
import { correct, renameSchemas } from '../../codegen/corrections.js';
import { distil } from '../../codegen/distil.js';
import type { Document } from '../../codegen/document.js';
import type { CodegenError } from '../../codegen/errors.js';
import { Ledger } from '../../codegen/ledger.js';
import { operation, withSchema, yaml } from './small-spec.js';

type Json = Record<string, unknown>;

const others = {
  Named: { type: 'object', properties: { a: { type: 'string' } } },
  State: { type: 'string', enum: ['ON', 'OFF'] },
  Base: { type: 'object', properties: { id: { type: 'string' } } },
};
const named = { $ref: '#/components/schemas/Named' };
const hex = '[0-9a-f]{8}-[1-5]x';

describe('schemas', () => {
  test.each<[rule: string, given: Json, want: Json]>([
    [
      'no type but',
      { properties: { a: { type: 'string' } } },
      { type: 'object', properties: { a: { type: 'string' } } },
    ],
    ['no type but', { additionalProperties: true }, { type: 'object', additionalProperties: true }],
    ['no type but', { items: { type: 'string' } }, { type: 'array', items: { type: 'string' } }],
    ['no type but', { enum: ['A', 'B'] }, { type: 'string', enum: ['A', 'B'] }],
    ['no type but', { enum: [1, 2] }, { type: 'integer', enum: [1, 2] }],
    [
      'no type but',
      { nullable: true, allOf: [named, { required: ['a'] }] },
      { type: 'object', nullable: true, allOf: [named, { type: 'object', required: ['a'] }] },
    ],
    [
      'no type but',
      { nullable: true, oneOf: [named, { type: 'object' }] },
      { type: 'object', nullable: true, oneOf: [named, { type: 'object' }] },
    ],
    ['nullable without a type', { nullable: true }, {}],
    [
      'nullable without a type',
      { nullable: true, oneOf: [named, { type: 'string' }] },
      { oneOf: [named, { type: 'string' }] },
    ],
    [
      'pattern with the flag',
      { type: 'string', pattern: `(?i)^${hex}$` },
      { type: 'string', pattern: '^[0-9a-fA-F]{8}-[1-5][xX]$' },
    ],
    ['format that is prose', { type: 'string', format: 'SCIM Filter expression' }, { type: 'string' }],
    ['format that is prose', { type: 'string', format: 'boolean' }, { type: 'string' }],
    ['format that is prose', { type: 'string', format: 'utf-8' }, { type: 'string' }],
    [
      'format that is a range',
      { type: 'integer', format: 'Integer between 0 and 1000' },
      { type: 'integer', minimum: 0, maximum: 1000 },
    ],
    [
      'format "ISO 8601',
      { type: 'string', format: 'ISO 8601 compliant timestamp' },
      { type: 'string', format: 'date-time' },
    ],
    ['format "url"', { type: 'string', format: 'url' }, { type: 'string', format: 'uri' }],
    ['format "base64"', { type: 'string', format: 'base64' }, { type: 'string', format: 'byte' }],
    ['default that', { type: 'integer', default: 'Last, for example `1`' }, { type: 'integer' }],
    ['default that', { type: 'string', default: null }, { type: 'string' }],
    ['default that', { type: 'string', default: {} }, { type: 'string' }],
    [
      'default that',
      { type: 'string', format: 'date-time', default: '7 days prior to until' },
      { type: 'string', format: 'date-time' },
    ],
    ['default that', { type: 'integer', maximum: 5, default: 6 }, { type: 'integer', maximum: 5 }],
    ['default that', { type: 'string', enum: ['A'], default: 'B' }, { type: 'string', enum: ['A'] }],
    [
      'default of a read-only',
      { type: 'string', readOnly: true, default: 'Assigned' },
      { type: 'string', readOnly: true },
    ],
    ['minimum where the type is string', { type: 'string', minimum: 1 }, { type: 'string', minLength: 1 }],
    ['maximum where the type is string', { type: 'string', maximum: 255 }, { type: 'string', maxLength: 255 }],
    [
      'maximum where the type is array',
      { type: 'array', items: named, maximum: 75 },
      { type: 'array', items: named, maxItems: 75 },
    ],
    [
      'minLength where the type is array',
      { type: 'array', items: named, minLength: 1 },
      { type: 'array', items: named, minItems: 1 },
    ],
    ['keyword of another type', { type: 'object', minimum: 0 }, { type: 'object' }],
    ['keyword of another type', { type: 'string', additionalProperties: true }, { type: 'string' }],
    ['keyword of another type', { type: 'string', uniqueItems: true }, { type: 'string' }],
    ['string with items', { type: 'string', items: { type: 'string' } }, { type: 'array', items: { type: 'string' } }],
    ['array without items', { type: 'array' }, { type: 'array', items: {} }],
    ['enum value given twice', { type: 'string', enum: ['A', 'B', 'A'] }, { type: 'string', enum: ['A', 'B'] }],
    [
      'markup in enum',
      { type: 'string', enum: ['<x class="ea"></x> A', 'B', 'A'] },
      { type: 'string', enum: ['A', 'B'] },
    ],
    [
      'nullable enum',
      { type: 'string', nullable: true, enum: ['A'] },
      { type: 'string', nullable: true, enum: ['A', null] },
    ],
    ['null in an enum', { type: 'string', enum: ['A', null] }, { type: 'string', nullable: true, enum: ['A', null] }],
    ['facts beside', { ...named, readOnly: true }, { allOf: [named], readOnly: true }],
    ['facts beside', { ...named, nullable: true, type: 'string' }, { allOf: [named], nullable: true, type: 'object' }],
    [
      'facts beside',
      { $ref: '#/components/schemas/State', default: 'ON' },
      { allOf: [{ $ref: '#/components/schemas/State' }], default: 'ON' },
    ],
    ['keywords beside', { ...named, type: 'object' }, named],
    [
      'required property given twice',
      { type: 'object', required: ['a', 'a'], properties: { a: named } },
      { type: 'object', required: ['a'], properties: { a: named } },
    ],
    [
      'required property that does not exist',
      { type: 'object', required: ['a', 'b'], properties: { a: named } },
      { type: 'object', required: ['a'], properties: { a: named } },
    ],
    [
      'read-only property required',
      { type: 'object', required: ['a'], properties: { a: { type: 'string', readOnly: true } } },
      { type: 'object', properties: { a: { type: 'string', readOnly: true } } },
    ],
    [
      'read-only property required',
      { type: 'object', required: ['a'], properties: { a: { ...named, readOnly: true } } },
      { type: 'object', properties: { a: { allOf: [named], readOnly: true } } },
    ],
    [
      'withdrawn property',
      {
        type: 'object',
        required: ['a'],
        properties: { a: { 'x-okta-lifecycle': { lifecycle: 'TOMBSTONE' } }, b: named },
      },
      { type: 'object', properties: { b: named } },
    ],
  ])('%s: %j', (rule, given, want) => {
    const { document, fixes } = distil(withSchema({ type: 'object', properties: { it: given } }, others), 'small.yaml');
    expect(propertyOf(document)).toEqual(want);
    const fix = fixes.find((one) => one.rule.startsWith(rule));
    expect(fix?.location).toContain('schemas/It/properties/it');
  });

  test.each<[why: string, given: Json, want: Json]>([
    ['a flag that is false', { type: 'string', nullable: false, readOnly: false }, { type: 'string' }],
    ['a false beside a reference', { ...named, nullable: false, description: 'Words' }, named],
    ['allOf around prose', { allOf: [named, { description: 'Words' }], description: 'Words' }, named],
    ['allOf that adds', { allOf: [named, { default: 'A' }] }, { allOf: [named, { default: 'A' }] }],
    [
      'required of another part',
      { allOf: [named, { type: 'object', required: ['a'] }] },
      { allOf: [named, { type: 'object', required: ['a'] }] },
    ],
    ['anything', { description: 'Words' }, {}],
    ['a real default', { type: 'number', default: 3, minimum: 3 }, { type: 'number', default: 3, minimum: 3 }],
    ['a format of Okta', { type: 'string', format: 'okta-user-id' }, { type: 'string', format: 'okta-user-id' }],
    [
      'null as default',
      { type: 'string', nullable: true, default: null },
      { type: 'string', nullable: true, default: null },
    ],
  ])('no repair for %s', (_, given, want) => {
    const { document, fixes } = distil(withSchema({ type: 'object', properties: { it: given } }, others), 'small.yaml');
    expect(propertyOf(document)).toEqual(want);
    expect(fixes).toEqual([]);
  });

  function propertyOf(document: Document): unknown {
    const It = document.components.schemas?.It as { properties: Json };
    return It.properties.it ?? It;
  }
});

describe('operations', () => {
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const query = (name: string) => ({ name, in: 'query', schema: { type: 'string' } });
  const header = (name: string) => ({ name, in: 'header', schema: { type: 'string' } });
  const body = (schema: unknown, media = 'application/json') => ({ requestBody: { content: { [media]: { schema } } } });
  const required = (parts: Json) => ({ requestBody: { ...(parts.requestBody as Json), required: true } });
  const file = { type: 'object', properties: { file: { type: 'string', format: 'binary' } } };
  const must = { type: 'object', required: ['a'], properties: { a: { type: 'string' } } };

  test.each<[rule: string, given: Json, want: Json]>([
    [
      'path parameter not required',
      { '/a/{id}': { get: operation('op', { parameters: [{ ...id, required: false }] }) } },
      { parameters: [id] },
    ],
    [
      'parameter without a type',
      {
        '/a/{id}': {
          get: operation('op', {
            parameters: [{ ...id, schema: { oneOf: [{ type: 'string' }, { type: 'string', enum: ['A'] }] } }],
          }),
        },
      },
      {
        parameters: [
          { ...id, schema: { type: 'string', oneOf: [{ type: 'string' }, { type: 'string', enum: ['A'] }] } },
        ],
      },
    ],
    [
      'parameter declared at path and operation',
      {
        '/a/{id}': { parameters: [id], get: operation('op', { parameters: [{ ...id, schema: { type: 'integer' } }] }) },
      },
      { parameters: [{ ...id, schema: { type: 'integer' } }] },
    ],
    [
      'parameter declared twice',
      { '/a': { get: operation('op', { parameters: [query('q'), query('q')] }) } },
      { parameters: [query('q')] },
    ],
    [
      'list parameter of the path',
      {
        '/a': {
          parameters: [query('limit'), query('sortBy')],
          post: operation('op', { parameters: [query('activate')] }),
        },
      },
      { parameters: [query('activate')] },
    ],
    [
      'header no caller',
      { '/a': { get: operation('op', { parameters: [header('Content-Type'), header('If-Match')] }) } },
      { parameters: [header('If-Match')] },
    ],
    [
      'header no caller',
      { '/a': { get: operation('op', { parameters: [header('User-Agent'), header('Prefer')] }) } },
      { parameters: [header('Prefer')] },
    ],
    [
      'header no caller',
      {
        '/a': { get: operation('op', { parameters: [header('X-Forwarded-For'), header('OktaAccessGateway-Agent')] }) },
      },
      {},
    ],
    [
      'withdrawn parameter',
      {
        '/a': {
          get: operation('op', { parameters: [{ ...query('q'), 'x-okta-lifecycle': { lifecycle: 'TOMBSTONE' } }] }),
        },
      },
      {},
    ],
    [
      'server of its own',
      { '/a': { get: operation('op', { servers: [{ url: 'https://drapp.yourOrg.okta.com' }] }) } },
      {},
    ],
    [
      'lifecycle stated for the whole path',
      { '/a': { 'x-okta-lifecycle': { lifecycle: 'EA' }, get: operation('op') } },
      { 'x-okta-lifecycle': { lifecycle: 'EA' } },
    ],
    [
      'no reply documented',
      { '/a': { get: operation('op', { responses: { 429: { description: 'Slow' } } }) } },
      { responses: { default: { description: '' } } },
    ],
    ['body not required although its', { '/a': { post: operation('op', body(must)) } }, required(body(must))],
    [
      'body not required although its',
      { '/a': { post: operation('op', body({ allOf: [must, { type: 'object' }] })) } },
      required(body({ allOf: [must, { type: 'object' }] })),
    ],
    [
      'body not required although it is not',
      { '/a': { post: operation('op', body(file, 'multipart/form-data')) } },
      required(body(file, 'multipart/form-data')),
    ],
  ])('%s: %j', (rule, paths, want) => {
    const { document, fixes } = distil(yaml({ paths }), 'small.yaml');
    const [item] = Object.values(document.paths);
    const { operationId: _, security: __, ...rest } = (item?.get ?? item?.post)!;
    expect(rest).toEqual({ responses: { 200: { description: '' } }, ...want });
    expect(fixes.map((fix) => [fix.rule.startsWith(rule), fix.location.startsWith('op')])).toContainEqual([true, true]);
  });

  test.each<[why: string, given: Json, want: Json]>([
    [
      'parameters of the path come first',
      { '/a/{id}': { parameters: [id], get: operation('op', { parameters: [query('q')] }) } },
      { parameters: [id, query('q')] },
    ],
    [
      'a query of the path that pages nothing',
      { '/a': { parameters: [query('expand')], post: operation('op') } },
      { parameters: [query('expand')] },
    ],
    ['a list', { '/a': { parameters: [query('limit')], get: operation('op') } }, { parameters: [query('limit')] }],
    [
      'comma-joined arrays',
      { '/a': { get: operation('op', { parameters: [{ ...query('q'), style: 'form', explode: false }] }) } },
      { parameters: [{ ...query('q'), style: 'form', explode: false }] },
    ],
    [
      'a redirect',
      { '/a': { get: operation('op', { responses: { 301: { description: 'Moved' }, 404: { description: 'No' } } }) } },
      { responses: { 301: { description: '' } } },
    ],
    [
      'a success called default',
      { '/a': { get: operation('op', { responses: { default: { description: 'OK' } } }) } },
      { responses: { default: { description: '' } } },
    ],
    ['an optional body', { '/a': { post: operation('op', body({ type: 'object' })) } }, body({ type: 'object' })],
    [
      'a merge patch',
      { '/a': { post: operation('op', body({ type: 'object' }, 'application/merge-patch+json')) } },
      body({ type: 'object' }, 'application/merge-patch+json'),
    ],
  ])('no repair for %s', (_, paths, want) => {
    const { document, fixes } = distil(yaml({ paths }), 'small.yaml');
    const [item] = Object.values(document.paths);
    const { operationId: __, security: ___, ...rest } = (item?.get ?? item?.post)!;
    expect(rest).toEqual({ responses: { 200: { description: '' } }, ...want });
    expect(fixes).toEqual([]);
  });

  test('paths without operations go, and methods no tool sends', () => {
    const paths = {
      '/none': { parameters: [id] },
      '/cors': { options: operation('preflight') },
      '/a': { get: operation('op') },
    };
    const { document, fixes } = distil(yaml({ paths }), 'small.yaml');
    expect(Object.keys(document.paths)).toEqual(['/a']);
    expect(fixes.map(({ rule, location }) => `${location} ${rule}`)).toEqual([
      '/none path without operations: dropped',
      'preflight OPTIONS, HEAD or TRACE operation: dropped',
      '/cors path without operations: dropped',
    ]);
  });

  test('parameters stay references, bodies and replies are written in place', () => {
    const ref = { $ref: '#/components/parameters/q' };
    const parts = {
      parameters: [{ ...ref, required: true }],
      requestBody: { $ref: '#/components/requestBodies/B' },
      responses: { 200: { $ref: '#/components/responses/R' } },
    };
    const content = { 'application/json': { schema: { type: 'array', items: {} } } };
    const published = { 'application/json': { schema: { type: 'array' } } };
    const text = yaml({
      paths: { '/a': { post: operation('first', parts) }, '/b': { post: operation('second', parts) } },
      parameters: { q: query('q') },
      components: {
        requestBodies: { B: { required: true, content } },
        responses: { R: { description: 'Words', content: published } },
      },
    });
    const { document, fixes } = distil(text, 'small.yaml');
    const want = {
      parameters: [ref],
      requestBody: { required: true, content },
      responses: { 200: { description: '', content } },
    };
    for (const path of ['/a', '/b']) {
      const { operationId: _, security: __, ...rest } = document.paths[path]!.post!;
      expect(rest).toEqual(want);
    }
    expect(Object.keys(document.components).sort()).toEqual(['parameters', 'securitySchemes']);
    expect(fixes.map(({ location }) => location)).toEqual([
      'responses/R/content/application/json/schema',
      'first/parameters/0/required',
      'second/parameters/0/required',
    ]);
  });

  test('security schemes have one name in all documents', () => {
    const text = yaml({
      paths: { '/a': { get: operation('op', { security: [{ ApiKey: ['admin'] }, { OAuth2: ['s'] }] }) } },
    })
      .replace('    apiToken:', '    ApiKey:')
      .replace('    oauth2:', '    OAuth2:')
      .replace('okta.users.read:', 's:');
    const { document } = distil(text, 'small.yaml');
    expect(document.paths['/a']?.get?.security).toEqual([{ apiToken: [] }, { oauth2: ['s'] }]);
    expect(Object.keys(document.components.securitySchemes ?? {}).sort()).toEqual(['apiToken', 'oauth2']);
  });
});

describe('corrections', () => {
  const at = ['components', 'schemas', 'It', 'type'];
  const correction = {
    reason: 'it is an object',
    edits: [
      { at, was: 'string', is: 'object' },
      { at: ['info', 'title'], was: 'T' },
    ],
  };
  const document = (type: string): Document =>
    ({
      openapi: '3.0.3',
      info: { title: 'T', version: '1' },
      paths: {},
      components: { schemas: { It: { type } } },
    }) as never;

  test.each([
    ['the published error: corrected', document('string'), { type: 'object' }, 2],
    ['right by now: left alone', document('object'), { type: 'object' }, 0],
    ['wrong in another way: left alone', document('number'), { type: 'number' }, 0],
  ])('%s', (_, given, want, fixes) => {
    const ledger = new Ledger('small.yaml', () => 1);
    correct(given, [correction], ledger);
    expect(given.components.schemas?.It).toEqual(want);
    expect('title' in given.info).toBe(fixes === 0);
    expect(ledger.fixes).toHaveLength(fixes);
  });

  test('a schema is renamed with all references to it, in the document of that title only', () => {
    const named = (title: string): Document => ({
      ...document('string'),
      info: { title, version: '1' },
      components: {
        schemas: {
          It: { type: 'string' },
          Other: {
            properties: { $ref: { $ref: '#/components/schemas/It' } },
            discriminator: { propertyName: 'a', mapping: { a: '#/components/schemas/It' } },
          },
        },
      },
    });
    const ledger = new Ledger('small.yaml', () => 1);
    const [given, left] = [named('T'), named('U')];
    for (const each of [given, left]) renameSchemas(each, { T: { It: 'Renamed', Gone: 'Lost' } }, ledger);
    expect(left).toEqual(named('U'));
    expect(given.components.schemas).toEqual({
      Renamed: { type: 'string' },
      Other: {
        properties: { $ref: { $ref: '#/components/schemas/Renamed' } },
        discriminator: { propertyName: 'a', mapping: { a: '#/components/schemas/Renamed' } },
      },
    });
    expect(ledger.fixes).toHaveLength(1);
  });

  test('absent in another release: no crash', () => {
    const given = { ...document('string'), components: {} };
    correct(given, [correction], new Ledger('small.yaml', () => 1));
    expect(given.components).toEqual({});
  });
});

describe('a defect that no rule knows is refused with its place', () => {
  const get = (parts: Json) => yaml({ paths: { '/a': { get: operation('op', parts) } } });
  const line = (text: string, part: string) => text.split('\n').findIndex((one) => one.includes(part)) + 1;
  test.each<[want: string, text: string, at: string]>([
    [
      'schemas/It: reference to #/components/schemas/None, which does not exist',
      withSchema({ $ref: '#/components/schemas/None' }),
      'It:',
    ],
    [
      'schemas/It/discriminator: reference to',
      withSchema({ type: 'object', discriminator: { propertyName: 'a', mapping: { A: '#/components/schemas/None' } } }),
      '',
    ],
    ['unknown type "text"', withSchema({ type: 'text' }), 'It:'],
    ['pattern ( does not compile', withSchema({ type: 'string', pattern: '(' }), 'It:'],
    ['minLength is above maxLength', withSchema({ type: 'string', minLength: 2, maxLength: 1 }), 'It:'],
    ['enum without values', withSchema({ type: 'string', enum: [] }), 'It:'],
    ['enum of a string with a value that is none', withSchema({ type: 'string', enum: ['A', 3] }), 'It:'],
    ['oneOf without alternatives', withSchema({ oneOf: [] }), 'It:'],
    ['discriminator without propertyName', withSchema({ type: 'object', discriminator: {} }), 'It:'],
    [
      'unknown lifecycle "NEW"',
      withSchema({ type: 'object', 'x-okta-lifecycle': { lifecycle: 'NEW' } }),
      'x-okta-lifecycle:',
    ],
    [
      'op: operationId is taken by GET /a',
      yaml({ paths: { '/a': { get: operation('OP') }, '/b': { get: operation('op') } } }),
      '',
    ],
    ['operation without operationId', get({ operationId: undefined }), 'get:'],
    ['op: path parameter {id} is not declared', yaml({ paths: { '/a/{id}': { get: operation('op') } } }), 'get:'],
    [
      'op: path parameter id is not in the path',
      get({ parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] }),
      'get:',
    ],
    [
      'op: parameter q in "cookie"',
      get({ parameters: [{ name: 'q', in: 'cookie', schema: { type: 'string' } }] }),
      'get:',
    ],
    [
      'op: unknown header parameter X-New',
      get({ parameters: [{ name: 'X-New', in: 'header', schema: { type: 'string' } }] }),
      'get:',
    ],
    ['op: parameter q without a schema', get({ parameters: [{ name: 'q', in: 'query' }] }), 'get:'],
    [
      'reference to #/components/parameters/None',
      get({ parameters: [{ $ref: '#/components/parameters/None' }] }),
      '- $ref:',
    ],
    ['op/responses/200: reference to', get({ responses: { 200: { $ref: '#/components/responses/None' } } }), ''],
    ['op: operation without security', get({ security: undefined }), 'get:'],
    ['op: security scheme basic is not declared', get({ security: [{ basic: [] }] }), 'get:'],
    ['op: scope okta.new is not declared', get({ security: [{ oauth2: ['okta.new'] }] }), 'get:'],
  ])('%s', (want, text, at) => {
    const problems = problemsOf(text);
    expect(problems.map(({ message }) => message).join('\n')).toContain(want);
    if (at !== '') expect(problems.map((problem) => problem.line)).toContain(line(text, at));
  });

  test('below what was merged or copied, at the line it was published', () => {
    const q = { name: 'q', in: 'query', schema: { type: 'text' } };
    const shared = yaml({ paths: { '/a': { parameters: [q], get: operation('op') } } });
    expect(problemsOf(shared)).toMatchObject([{ line: line(shared, 'schema:') }]);
    const reply = { description: 'Words', content: { 'application/json': { schema: { type: 'text' } } } };
    const component = yaml({
      paths: { '/a': { get: operation('op', { responses: { 200: { $ref: '#/components/responses/R' } } }) } },
      components: { responses: { R: reply } },
    });
    expect(problemsOf(component)).toMatchObject([{ line: line(component, 'schema:') }]);
  });

  test('all of them at once', () => {
    const text = yaml({
      paths: {
        '/a/{id}': {
          get: operation('op', { security: undefined, requestBody: { $ref: '#/components/requestBodies/None' } }),
        },
      },
    });
    expect(problemsOf(text).map(({ message }) => message)).toEqual([
      'op/requestBody: reference to #/components/requestBodies/None, which does not exist',
      'op: path parameter {id} is not declared',
      'op: operation without security',
    ]);
  });

  function problemsOf(text: string): CodegenError['problems'] {
    try {
      distil(text, 'small.yaml');
      return [];
    } catch (error) {
      return (error as CodegenError).problems;
    }
  }
});
