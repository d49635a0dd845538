import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { canonical } from '../../codegen/canonical.js';
import { distil } from '../../codegen/distil.js';
import type { CodegenError } from '../../codegen/errors.js';
import { operation, withSchema, yaml } from './small-spec.js';

const schemaOf = (text: string) => distil(text, 'small.yaml').document.components.schemas?.It;

describe('prose goes, facts stay', () => {
  test('of a schema', () => {
    const It = {
      title: 'It',
      description: 'A thing',
      example: { a: 1 },
      externalDocs: { url: 'https://example.com' },
      type: 'object',
      required: ['a'],
      properties: {
        a: { type: 'integer', format: 'int32', minimum: 1, maximum: 9, default: 2, description: 'Words', example: 3 },
        b: { type: 'string', readOnly: true, 'x-enumDescriptions': { X: 'Words' }, enum: ['X'] },
      },
    };
    expect(schemaOf(withSchema(It))).toEqual({
      type: 'object',
      required: ['a'],
      properties: {
        a: { type: 'integer', format: 'int32', minimum: 1, maximum: 9, default: 2 },
        b: { type: 'string', readOnly: true, enum: ['X'] },
      },
    });
  });

  test('of a schema whose properties are called like keywords', () => {
    const names = [
      '$ref',
      '$schema',
      'description',
      'example',
      'allOf',
      'enum',
      'type',
      'x-okta',
      'title',
      '__proto__',
    ];
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'string', description: 'Words' }]));
    const want = { type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) };
    expect(JSON.stringify(schemaOf(withSchema({ type: 'object', properties })))).toBe(JSON.stringify(want));
  });

  test('of an operation', () => {
    const get = operation('list', {
      summary: 'Words',
      description: 'Words',
      tags: ['Thing'],
      deprecated: true,
      'x-okta-lifecycle': {
        lifecycle: 'EA',
        isGenerallyAvailable: false,
        SKUs: ['Okta Identity Engine'],
      },
      'x-okta-iam-admin-roles': ['APP_ADMIN'],
      'x-okta-iam-permissions': ['okta.apps.read'],
      'x-okta-no-scope-required': true,
      'x-codegen-request-body-name': 'it',
      parameters: [
        { name: 'q', in: 'query', description: 'Words', example: 'a', examples: {}, schema: { type: 'string' } },
      ],
      responses: {
        200: {
          description: 'Success',
          headers: { Link: { schema: { type: 'string' } }, Date: { schema: { type: 'string' } } },
        },
        204: { description: 'None', content: {} },
        400: {
          description: 'Bad',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    });
    const { document, dropped } = distil(
      yaml({ paths: { '/it': { get } }, schemas: { Error: { type: 'object' } } }),
      'small.yaml',
    );
    expect(document.paths['/it']?.get).toEqual({
      operationId: 'list',
      tags: ['Thing'],
      deprecated: true,
      security: [{ apiToken: [] }, { oauth2: ['okta.users.read'] }],
      'x-okta-lifecycle': { lifecycle: 'EA', isGenerallyAvailable: false, SKUs: ['Okta Identity Engine'] },
      'x-okta-iam-admin-roles': ['APP_ADMIN'],
      'x-okta-iam-permissions': ['okta.apps.read'],
      'x-okta-no-scope-required': true,
      parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
      responses: {
        200: { description: '', headers: { Link: { schema: { type: 'string' } } } },
        204: { description: '' },
      },
    });
    expect(document.components.schemas).toBeUndefined();
    expect(dropped).toEqual([['x-codegen-request-body-name', 1]]);
  });

  test('of security', () => {
    const { document } = distil(withSchema({ type: 'object' }), 'small.yaml');
    expect(document.components.securitySchemes).toEqual({
      apiToken: { type: 'apiKey', name: 'Authorization', in: 'header' },
      oauth2: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: '/a',
            tokenUrl: '/t',
            scopes: { 'okta.users.read': '', 'okta.users.manage': '' },
          },
        },
      },
    });
  });

  test('named schemas stay named, anchors are written out', () => {
    const text = yaml({ schemas: { State: { type: 'string', enum: ['ON'] } } }).replace(
      'paths: {}',
      `paths:
  /a:
    get: &get
      operationId: first
      security: []
      responses:
        "200": &reply
          description: Words
          content: { application/json: { schema: { $ref: "#/components/schemas/State" } } }
    post:
      operationId: second
      security: []
      responses: { "200": *reply }`,
    );
    const { document } = distil(text, 'small.yaml');
    const item = document.paths['/a'];
    expect(item?.post?.responses).toEqual(item?.get?.responses);
    expect(item?.get?.responses[200]?.content).toEqual({
      'application/json': { schema: { $ref: '#/components/schemas/State' } },
    });
    expect(document.components.schemas).toEqual({ State: { type: 'string', enum: ['ON'] } });
  });
});

function refusal(text: string): string[] {
  try {
    distil(text, 'small.yaml');
    return [];
  } catch (error) {
    return (error as CodegenError).problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
  }
}

describe('what is no OpenAPI document is refused with its line', () => {
  const head = 'openapi: 3.0.3\ninfo: { title: T, version: 1.0.0 }\n';
  test.each([
    ['a: [', 'small.yaml:1 not YAML'],
    [`${head}paths:\n  /a: {}\n  /a: {}\n`, 'small.yaml:5 not YAML: Map keys must be unique'],
    [`${head}paths: { /a: *none }\n`, 'not YAML: Unresolved alias'],
    ['hello', 'small.yaml:1 document: should be an object (document)'],
    ['openapi: 3.1.0\ninfo: { title: T, version: 1.0.0 }\npaths: {}\n', 'not an OpenAPI 3.0 document'],
    [`${head}paths: []\n`, 'small.yaml:3 document: "paths" should be an object'],
    [`${head}paths:\n  /a:\n    get: 3\n`, 'small.yaml:5 /a/get: should be an object (operation)'],
    [
      `${head}paths: {}\ncomponents:\n  schemas:\n    A:\n      type: object\n      const: 3\n`,
      'small.yaml:8 schemas/A/const: unknown keyword "const" of a schema',
    ],
    [
      `${head}paths: {}\ncomponents:\n  schemas:\n    A:\n      type: [string]\n`,
      'small.yaml:7 schemas/A/type: "type" should be a string',
    ],
    [`${head}paths: {}\ncomponents:\n  schemas:\n    A: &a\n      items: *a\n`, 'nested without end'],
  ])('%j', (text, want) => {
    expect(refusal(text).join('\n')).toContain(want);
  });

  test('behind an alias, at the line of its anchor', () => {
    const text = `${head}paths: {}\ncomponents:\n  schemas:\n    A: &a\n      const: 3\n    B: *a\n`;
    expect(refusal(text)).toEqual([
      'small.yaml:7 schemas/A/const: unknown keyword "const" of a schema',
      'small.yaml:7 schemas/B/const: unknown keyword "const" of a schema',
    ]);
  });

  test('all at once', () => {
    const text = `${head}paths: {}\ncomponents:\n  schemas:\n    A: { const: 3 }\n    B: { required: yes }\n`;
    expect(refusal(text)).toEqual([
      'small.yaml:6 schemas/A/const: unknown keyword "const" of a schema',
      'small.yaml:7 schemas/B/required: "required" should be a list of strings',
    ]);
  });
});

describe('for any schema', () => {
  const keyword = fc.constantFrom(
    '$ref',
    'description',
    'example',
    'allOf',
    'enum',
    'items',
    'properties',
    'x-a',
    'required',
  );
  const name = fc.oneof(keyword, fc.string({ maxLength: 6 }));
  const { schema } = fc.letrec<{ schema: object }>((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small' },
      fc.record(
        { type: fc.constant('string'), description: fc.string(), example: fc.anything() },
        { requiredKeys: ['type'] },
      ),
      fc.record({ type: fc.constant('array'), items: tie('schema') }),
      fc.record({
        type: fc.constant('object'),
        title: fc.string(),
        properties: fc.dictionary(name, tie('schema'), { maxKeys: 4 }),
      }),
    ),
  }));
  const json = (value: unknown) => JSON.parse(JSON.stringify(value) ?? 'null');

  /** The property names and types of a schema, read by position. */
  function facts(given: Record<string, unknown>): unknown {
    const properties = given.properties as Record<string, Record<string, unknown>> | undefined;
    return [
      given.type,
      given.items === undefined ? null : facts(given.items as Record<string, unknown>),
      Object.entries(properties ?? {})
        .map(([key, value]) => [key, facts(value)] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ];
  }

  test('no property is taken for a keyword, and no prose is left', () => {
    fc.assert(
      fc.property(schema, (given) => {
        const It = json(given);
        const result = distil(withSchema(It), 'small.yaml').document.components.schemas?.It as Record<string, unknown>;
        expect(facts(result)).toEqual(facts(It));
        const words = JSON.stringify(distil(withSchema(stripped(It)), 'small.yaml').document);
        expect(canonical(JSON.parse(words))).toBe(canonical(distil(withSchema(It), 'small.yaml').document));
      }),
      { numRuns: 60 },
    );
  });

  test('importing twice gives the same bytes, whatever the order of keys', () => {
    fc.assert(
      fc.property(schema, (given) => {
        const It = json(given);
        const bytes = canonical(distil(withSchema(It), 'small.yaml').document);
        expect(canonical(distil(withSchema(It), 'small.yaml').document)).toBe(bytes);
        expect(canonical(distil(withSchema(reversed(It)), 'small.yaml').document)).toBe(bytes);
        expect(stringify(JSON.parse(bytes))).toBe(stringify(JSON.parse(canonical(JSON.parse(bytes)))));
      }),
      { numRuns: 60 },
    );
  });

  function stripped({ type, items, properties }: Record<string, unknown>): unknown {
    const below = properties && Object.entries(properties).map(([key, value]) => [key, stripped(value)] as const);
    return {
      type,
      ...(items === undefined ? {} : { items: stripped(items as Record<string, unknown>) }),
      ...(below === undefined ? {} : { properties: Object.fromEntries(below as [string, unknown][]) }),
    };
  }

  function reversed(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, child]) => [key, reversed(child)]),
    );
  }
});
