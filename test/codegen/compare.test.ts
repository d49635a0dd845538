import { describe, expect, test } from 'vitest';
import { type Comparison, compareSpecs } from '../../codegen/compare.js';
import type { ComparedTool } from '../../codegen/compare-operation.js';
import { reportOf } from '../../codegen/compare-report.js';
import type { Document, OperationObject, ParameterObject, SchemaObject } from '../../codegen/document.js';

type Edit = (operation: OperationObject, document: Document) => void;

const PATH = '/api/v1/users/{userId}/roles/{roleId}';

/** One operation with everything that can change. */
function small(edit: Edit = () => {}): Document {
  const document: Document = {
    openapi: '3.0.3',
    info: { title: 'Small', version: '1' },
    paths: {
      [PATH]: {
        post: {
          operationId: 'setRole',
          parameters: [
            { name: 'userId', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'roleId', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'kind', in: 'query', schema: { type: 'string', enum: ['A', 'B'] } },
            { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100 } },
            { name: 'Accept-Language', in: 'header', schema: { type: 'string' } },
          ],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Role' } } },
          },
          responses: {
            200: {
              description: '',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Role' } } },
            },
          },
          security: [{ apiToken: [] }, { oauth2: ['okta.users.manage'] }],
          'x-okta-iam-admin-roles': ['SUPER_ADMIN', 'ORG_ADMIN'],
          'x-okta-lifecycle': { lifecycle: 'GA', SKUs: [] },
        },
      },
    },
    components: {
      schemas: {
        Role: {
          type: 'object',
          required: ['type'],
          properties: {
            id: { type: 'string', readOnly: true },
            label: { type: 'string', maxLength: 10, nullable: true },
            type: { type: 'string', enum: ['X', 'Y'] },
            scope: { $ref: '#/components/schemas/Scope' },
          },
        },
        Scope: {
          type: 'object',
          properties: { kind: { type: 'string' } },
          discriminator: {
            propertyName: 'kind',
            mapping: { ORG: '#/components/schemas/OrgScope', APP: '#/components/schemas/AppScope' },
          },
        },
        OrgScope: {
          allOf: [{ $ref: '#/components/schemas/Scope' }, { type: 'object', properties: { org: { type: 'string' } } }],
        },
        AppScope: {
          allOf: [{ $ref: '#/components/schemas/Scope' }, { type: 'object', properties: { app: { type: 'string' } } }],
        },
      },
      securitySchemes: {
        apiToken: { type: 'apiKey' },
        oauth2: {
          type: 'oauth2',
          flows: { authorizationCode: { scopes: { 'okta.users.read': '', 'okta.users.manage': '' } } },
        },
      },
    },
  };
  edit(document.paths[PATH]!.post!, document);
  return document;
}

const parameter = (operation: OperationObject, name: string) =>
  operation.parameters!.find((one) => (one as ParameterObject).name === name) as ParameterObject & {
    schema: SchemaObject;
  };
const schema = (document: Document, name: string) => document.components.schemas![name] as SchemaObject;
const property = (document: Document, name: string) => schema(document, 'Role').properties![name] as SchemaObject;

const setRole: ComparedTool = {
  name: 'set_role',
  operation: 'setRole',
  inputSchema: { type: 'object', properties: { userId: {}, roleId: {}, kind: {}, limit: {}, body: {} } },
};

function compare(before: Document | undefined, after: Document | undefined, tools = [setRole]): Comparison {
  const document = { name: 'small', ...(before && { before }), ...(after && { after }) };
  return compareSpecs([document], { before: tools, after: tools });
}

/** The changes of the only operation that changed, as `level kind argument`. */
function changes({ documents }: Comparison): string[] {
  const [first, ...others] = documents[0]!.operations;
  expect(others).toEqual([]);
  return (first?.changes ?? []).map((change) =>
    [change.level, change.kind, 'at' in change && change.at].filter(Boolean).join(' '),
  );
}

describe('one change of an operation that a tool calls', () => {
  test.each<{ given: string; edit: Edit; want: string[] }>([
    {
      given: 'another id',
      edit: (it) => {
        it.operationId = 'putRole';
      },
      want: ['patch renamed'],
    },
    {
      given: 'a path parameter of another name',
      edit: (it, document) => {
        parameter(it, 'roleId').name = 'roleAssignmentId';
        document.paths = { '/api/v1/users/{userId}/roles/{roleAssignmentId}': { post: it } };
      },
      want: ['major renamed roleId'],
    },
    {
      given: 'another path',
      edit: (it, document) => {
        document.paths = { '/api/v2/users/{userId}/roles/{roleId}': { post: it } };
      },
      want: ['patch moved'],
    },
    {
      given: 'another path with another parameter',
      edit: (it, document) => {
        parameter(it, 'roleId').name = 'id';
        document.paths = { '/api/v2/users/{userId}/grants/{id}': { post: it } };
      },
      want: ['major renamed roleId', 'patch moved'],
    },
    {
      given: 'a narrower scope that the old one includes',
      edit: (it) => {
        it.security![1] = { oauth2: ['okta.users.read'] };
      },
      want: ['minor scopes'],
    },
    {
      given: 'one more scope',
      edit: (it) => void it.security![1]!.oauth2!.push('okta.roles.manage'),
      want: ['major scopes'],
    },
    {
      given: 'another scope',
      edit: (it) => {
        it.security![1] = { oauth2: ['okta.roles.manage'] };
      },
      want: ['major scopes'],
    },
    { given: 'no API token any more', edit: (it) => void it.security!.shift(), want: ['major credentials'] },
    {
      given: 'no credential needed',
      edit: (it) => {
        it.security = [];
      },
      want: ['minor scopes', 'minor credentials'],
    },
    { given: 'fewer roles', edit: (it) => void it['x-okta-iam-admin-roles']!.pop(), want: ['major roles'] },
    { given: 'more roles', edit: (it) => void it['x-okta-iam-admin-roles']!.push('APP_ADMIN'), want: ['minor roles'] },
    { given: 'roles no longer said', edit: (it) => void delete it['x-okta-iam-admin-roles'], want: ['minor roles'] },
    {
      given: 'a permission that suffices',
      edit: (it) => {
        it['x-okta-iam-permissions'] = ['okta.apps.manage'];
      },
      want: ['minor permissions'],
    },
    {
      given: 'deprecated',
      edit: (it) => {
        it.deprecated = true;
      },
      want: ['minor deprecated'],
    },
    {
      given: 'early access',
      edit: (it) => {
        it['x-okta-lifecycle'] = { lifecycle: 'EA', SKUs: [] };
      },
      want: ['patch lifecycle'],
    },
    {
      given: 'other tags',
      edit: (it) => {
        it.tags = ['Roles'];
      },
      want: ['patch other'],
    },
    {
      given: 'one more parameter',
      edit: (it) => void it.parameters!.push({ name: 'q', in: 'query' }),
      want: ['minor added q'],
    },
    {
      given: 'one more required parameter',
      edit: (it) => void it.parameters!.push({ name: 'q', in: 'query', required: true }),
      want: ['major added q'],
    },
    {
      given: 'a header that no tool offers',
      edit: (it) => void it.parameters!.push({ name: 'X-Forwarded-For', in: 'header', required: true }),
      want: ['patch added X-Forwarded-For'],
    },
    {
      given: 'a header gone that no tool offers',
      edit: (it) => void it.parameters!.pop(),
      want: ['patch removed Accept-Language'],
    },
    { given: 'a parameter gone', edit: (it) => void it.parameters!.splice(2, 1), want: ['major removed kind'] },
    {
      given: 'a parameter required',
      edit: (it) => {
        parameter(it, 'kind').required = true;
      },
      want: ['major required kind'],
    },
    {
      given: 'a value gone',
      edit: (it) => void parameter(it, 'kind').schema.enum!.pop(),
      want: ['major values-removed kind'],
    },
    {
      given: 'a value more',
      edit: (it) => void parameter(it, 'kind').schema.enum!.push('C'),
      want: ['minor values-added kind'],
    },
    {
      given: 'any value allowed',
      edit: (it) => void delete parameter(it, 'kind').schema.enum,
      want: ['minor values-added kind'],
    },
    { given: 'values in another order', edit: (it) => void parameter(it, 'kind').schema.enum!.reverse(), want: [] },
    {
      given: 'another type',
      edit: (it) => {
        parameter(it, 'limit').schema.type = 'string';
      },
      want: ['major type limit'],
    },
    {
      given: 'a wider type',
      edit: (it) => {
        parameter(it, 'limit').schema.type = 'number';
      },
      want: ['minor type limit'],
    },
    {
      given: 'a lower maximum',
      edit: (it) => {
        parameter(it, 'limit').schema.maximum = 50;
      },
      want: ['major constraint limit'],
    },
    {
      given: 'a higher maximum',
      edit: (it) => {
        parameter(it, 'limit').schema.maximum = 500;
      },
      want: ['minor constraint limit'],
    },
    {
      given: 'a lower minimum',
      edit: (it) => {
        parameter(it, 'limit').schema.minimum = 0;
      },
      want: ['minor constraint limit'],
    },
    {
      given: 'a higher minimum',
      edit: (it) => {
        parameter(it, 'limit').schema.minimum = 2;
      },
      want: ['major constraint limit'],
    },
    {
      given: 'a default',
      edit: (it) => {
        parameter(it, 'limit').schema.default = 20;
      },
      want: ['patch constraint limit'],
    },
    {
      given: 'joined by commas',
      edit: (it) => {
        parameter(it, 'kind').explode = false;
      },
      want: ['patch constraint kind'],
    },
    { given: 'no body', edit: (it) => void delete it.requestBody, want: ['major removed body'] },
    {
      given: 'an optional body',
      edit: (it) => {
        it.requestBody!.required = false;
      },
      want: ['minor optional body'],
    },
    {
      given: 'a body of another type',
      edit: (it) => {
        it.requestBody!.content = { 'text/csv': it.requestBody!.content['application/json']! };
      },
      want: ['major constraint body'],
    },
    {
      given: 'a status',
      edit: (it) => {
        it.responses = { 204: { description: '' } };
      },
      want: ['patch removed 200', 'patch removed 200 application/json', 'patch added 204'],
    },
    {
      given: 'a reply of another schema',
      edit: (it) => {
        it.responses['200']!.content!['application/json'] = { schema: { $ref: '#/components/schemas/Scope' } };
      },
      want: ['patch constraint 200 application/json'],
    },
  ])('$given', ({ edit, want }) => {
    expect(changes(compare(small(), small(edit)))).toEqual(want);
  });
});

describe('a change of a schema that is both sent and answered', () => {
  test.each<{ given: string; edit: (document: Document) => void; want: string[]; reply: string[] }>([
    {
      given: 'a property',
      edit: (it) => {
        schema(it, 'Role').properties!.note = {};
      },
      want: ['minor added body.note'],
      reply: ['Role added note'],
    },
    {
      given: 'no property',
      edit: (it) => void delete schema(it, 'Role').properties!.label,
      want: ['major removed body.label'],
      reply: ['Role removed label'],
    },
    {
      given: 'read-only',
      edit: (it) => {
        property(it, 'label').readOnly = true;
      },
      want: ['major removed body.label'],
      reply: [],
    },
    {
      given: 'another read-only property',
      edit: (it) => {
        property(it, 'id').format = 'uuid';
      },
      want: [],
      reply: ['Role constraint id'],
    },
    {
      given: 'required',
      edit: (it) => void schema(it, 'Role').required!.push('label'),
      want: ['major required body.label'],
      reply: ['Role required label'],
    },
    {
      given: 'optional',
      edit: (it) => void delete schema(it, 'Role').required,
      want: ['minor optional body.type'],
      reply: ['Role optional type'],
    },
    {
      given: 'not null',
      edit: (it) => void delete property(it, 'label').nullable,
      want: ['major nullable body.label'],
      reply: ['Role nullable label'],
    },
    {
      given: 'shorter',
      edit: (it) => {
        property(it, 'label').maxLength = 5;
      },
      want: ['patch constraint body.label'],
      reply: ['Role constraint label'],
    },
    {
      given: 'one variant of a union',
      edit: (it) => {
        (schema(it, 'AppScope').allOf![1] as SchemaObject).properties!.instance = {};
      },
      want: ['minor added body.scope.instance'],
      reply: ['AppScope added instance'],
    },
    {
      given: 'all variants of a union',
      edit: (it) => {
        schema(it, 'Scope').properties!.since = {};
      },
      want: ['minor added body.scope.since'],
      reply: ['Scope added since'],
    },
    {
      given: 'no variant any more',
      edit: (it) => void delete schema(it, 'Scope').discriminator!.mapping!.APP,
      want: ['major variants-removed body.scope'],
      reply: ['Scope variants-removed '],
    },
  ])('$given', ({ edit, want, reply }) => {
    const comparison = compare(
      small(),
      small((_, document) => edit(document)),
    );
    expect(changes(comparison).filter((line) => !line.includes('application/json'))).toEqual(want);
    const { replies } = comparison.documents[0]!;
    expect(
      replies.flatMap(({ schema: name, differences }) => differences.map(({ kind, at }) => `${name} ${kind} ${at}`)),
    ).toEqual(reply);
    expect(replies.every(({ tools, operations }) => `${tools} ${operations}` === 'set_role setRole')).toBe(true);
  });

  test('what holds for some variants names them, what holds for all does not', () => {
    const one = compare(
      small(),
      small((_, it) => {
        (schema(it, 'AppScope').allOf![1] as SchemaObject).properties!.instance = {};
      }),
    );
    expect(one.reasons).toEqual(['body.scope.instance (kind APP) is new: set_role']);
    const all = compare(
      small(),
      small((_, it) => {
        schema(it, 'Scope').properties!.since = {};
      }),
    );
    expect(all.reasons).toEqual(['body.scope.since is new: set_role']);
  });
});

describe('verdict', () => {
  const twice = { ...setRole, name: 'set_role_again' };
  const renamed = { ...setRole, name: 'put_role', aliases: ['set_role'] };
  const verdictOf = (before: readonly ComparedTool[], after: readonly ComparedTool[]) => {
    const { verdict, reasons, tools } = compareSpecs([{ name: 'small', before: small(), after: small() }], {
      before,
      after,
    });
    return { verdict, reasons, tools };
  };

  test.each<{ given: string; before: ComparedTool[]; after: ComparedTool[]; verdict: string; reasons: string[] }>([
    { given: 'the same tools', before: [setRole], after: [setRole], verdict: 'none', reasons: [] },
    {
      given: 'a new tool',
      before: [setRole],
      after: [setRole, twice],
      verdict: 'minor',
      reasons: ['tool new: set_role_again'],
    },
    {
      given: 'a tool gone',
      before: [setRole, twice],
      after: [setRole],
      verdict: 'major',
      reasons: ['tool or alias gone: set_role_again'],
    },
    {
      given: 'a tool renamed',
      before: [setRole],
      after: [{ ...setRole, name: 'put_role' }],
      verdict: 'major',
      reasons: ['tool or alias gone: set_role'],
    },
    {
      given: 'a tool renamed that keeps an alias',
      before: [setRole],
      after: [renamed],
      verdict: 'minor',
      reasons: ['tool renamed, the old name still answers: set_role to put_role'],
    },
    { given: 'an alias kept', before: [renamed], after: [renamed], verdict: 'none', reasons: [] },
    {
      given: 'an alias gone',
      before: [renamed],
      after: [{ ...setRole, name: 'put_role' }],
      verdict: 'major',
      reasons: ['tool or alias gone: set_role'],
    },
  ])('$given: $verdict', ({ before, after, verdict, reasons }) => {
    expect(verdictOf(before, after)).toMatchObject({ verdict, reasons });
  });

  test.each<{ given: string; tools: ComparedTool[]; before?: Document; after?: Document; verdict: string }>([
    {
      given: 'an operation gone',
      tools: [setRole],
      before: small(),
      after: { ...small(), paths: {} },
      verdict: 'major',
    },
    {
      given: 'an operation gone that no tool calls',
      tools: [],
      before: small(),
      after: { ...small(), paths: {} },
      verdict: 'patch',
    },
    { given: 'a new operation', tools: [setRole], before: { ...small(), paths: {} }, after: small(), verdict: 'minor' },
    {
      given: 'a new operation that no tool calls',
      tools: [],
      before: { ...small(), paths: {} },
      after: { ...small(), paths: small().paths },
      verdict: 'patch',
    },
    { given: 'a new document', tools: [], after: small(), verdict: 'minor' },
    { given: 'a document gone', tools: [setRole], before: small(), verdict: 'major' },
    {
      given: 'what no tool calls',
      tools: [],
      before: small(),
      after: small((it) => void it.security![1]!.oauth2!.push('okta.roles.manage')),
      verdict: 'patch',
    },
    {
      given: 'a release without changes',
      tools: [setRole],
      before: small(),
      after: { ...small(), info: { title: 'Small', version: '2' } },
      verdict: 'patch',
    },
    {
      given: 'an argument gone that the tool hides',
      tools: [{ ...setRole, inputSchema: { type: 'object', properties: { body: {} } } }],
      before: small(),
      after: small((it) => void it.parameters!.splice(2, 1)),
      verdict: 'patch',
    },
  ])('$given: $verdict', ({ tools, before, after, verdict }) => {
    const comparison = compare(before, after, tools);
    expect(comparison.verdict).toBe(verdict);
    expect(reportOf(comparison)).toContain(`Verdict: ${verdict}\n`);
  });

  test('the gravest change decides and only its reasons are given', () => {
    const { verdict, reasons } = compare(
      small(),
      small((it) => {
        it.deprecated = true;
        it.parameters!.push({ name: 'q', in: 'query', required: true });
      }),
    );
    expect([verdict, reasons]).toEqual(['major', ['q is new and required: set_role']]);
  });
});

test('names of tools that came and went, with what helps', () => {
  const gone = { ...setRole, name: 'drop_role' };
  const now = [
    { ...setRole, name: 'put_role', aliases: ['set_role'] },
    { ...setRole, name: 'get_role' },
  ];
  const same = { name: 'small', before: small(), after: small() };
  const lines = reportOf(compareSpecs([same], { before: [setRole, gone], after: now })).split('\n');
  expect(lines.slice(lines.indexOf('Tool names'), lines.indexOf('Tool names') + 5)).toEqual([
    'Tool names',
    '  ! gone: drop_role',
    '    get_role took over from drop_role: give it "aliases: [drop_role]"',
    '  + set_role is now put_role; the old name still answers',
    '  + new: get_role',
  ]);
});

test('a risk that falls is a line of its own, also where tool and operation have other names', () => {
  const after = small((it) => {
    it.operationId = 'saveRole';
  });
  const [was, is]: [ComparedTool, ComparedTool] = [
    { ...setRole, risk: 'destructive' },
    { ...setRole, name: 'save_role', operation: 'saveRole', risk: 'write' },
  ];
  const comparison = compareSpecs([{ name: 'small', before: small(), after }], { before: [was], after: [is] });
  const lines = reportOf(comparison).split('\n');
  expect(lines).toContain('  + save_role: destructive -> write');
  expect(lines).toContain('    save_role took over from set_role: give it "aliases: [set_role]"');
  const same = { name: 'small', before: small(), after: small() };
  const raised = compareSpecs([same], { before: [{ ...setRole, risk: 'write' }], after: [was] });
  expect([raised.tools.lowered, raised.verdict]).toEqual([[], 'none']);
  const lowered = compareSpecs([same], { before: [was], after: [{ ...setRole, risk: 'write' }] });
  expect([lowered.verdict, lowered.reasons]).toEqual(['minor', ['risk falls from destructive to write: set_role']]);
});

test('nothing changed: said in a line', () => {
  const comparison = compare(small(), small());
  expect(reportOf(comparison)).toBe('small 1 -> 1: operations 0 added, 0 removed, 0 changed\nNothing changed.\n');
});

test('an operation whose id now means another request is not mistaken for it', () => {
  const other: OperationObject = { ...small().paths[PATH]!.post!, operationId: 'other' };
  const before = small((_, document) => {
    document.paths['/other/{userId}/{roleId}'] = { post: other };
  });
  const after = structuredClone(before);
  after.paths[PATH]!.post!.operationId = 'other';
  after.paths['/other/{userId}/{roleId}']!.post!.operationId = 'setRole';
  const { operations } = compare(before, after).documents[0]!;
  expect(operations.map(({ path, changes: [first] }) => [path, first?.kind, first?.was])).toEqual([
    ['/api/v1/users/{userId}/roles/{roleId}', 'renamed', 'setRole'],
    ['/other/{userId}/{roleId}', 'renamed', 'other'],
  ]);
});
