import { describe, expect, test } from 'vitest';
import type { ToolEntry } from '../../codegen/config.js';
import { withPreviews } from '../../codegen/preview.js';
import type { Entry } from '../../codegen/slice.js';
import type { Operation } from '../../src/okta/operation.js';
import type { ToolDefinition } from '../../src/tools/definition.js';
import { tool } from '../tools/fixture.js';

type Stated = Partial<Pick<ToolEntry, 'preview' | 'escalates'>>;

const readable: Record<string, Operation> = {
  getUser: { method: 'GET', path: '/api/v1/users/{id}' },
  getGroup: { method: 'GET', path: '/api/v1/groups/{groupId}' },
  listGroups: { method: 'GET', path: '/api/v1/groups', query: ['limit'] },
  listMembers: { method: 'GET', path: '/api/v1/groups/{groupId}/users', query: ['limit'] },
  getRule: { method: 'GET', path: '/api/v1/policies/{policyId}/rules/{ruleId}' },
  getPolicy: { method: 'GET', path: '/api/v1/policies/{id}' },
  getSettings: { method: 'GET', path: '/api/v1/org/captcha' },
  getSecrets: { method: 'GET', path: '/api/v1/secrets/{id}' },
};

/** One tool that changes something, beside those that read. */
function previewOf(operation: Operation, facts: Partial<ToolDefinition> = {}, stated: Stated = {}) {
  const reads = Object.keys(readable).map((name) =>
    tool(name, {
      ...(name.startsWith('list') && { page: { resumable: true } }),
      ...(name === 'getSecrets' && { risk: 'privileged' as const }),
    }),
  );
  const inputs = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  const properties = Object.fromEntries([...inputs, 'body'].map((name) => [name, {}]));
  const own = tool('change', { risk: 'destructive', inputSchema: { type: 'object', properties }, ...facts });
  const tools = [...reads, own];
  const entries = tools.map(({ name }) => ({
    config: name === 'change' ? { preview: [], escalates: [], ...stated } : { preview: [], escalates: [] },
    problem: (_key: unknown, message: string) => ({ message }),
  })) as unknown as Entry[];
  const operations = new Map(Object.entries({ ...readable, change: operation }));
  const { tools: made, problems } = withPreviews(tools, entries, operations);
  return { made: made.at(-1)!, problems: problems.map(({ message }) => message) };
}

describe('what a path is about is read', () => {
  test.each([
    ['DELETE', '/api/v1/users/{id}', [['user', 'getUser', { id: '${id}' }]]],
    ['POST', '/api/v1/users/{userId}/lifecycle/suspend', [['user', 'getUser', { id: '${userId}' }]]],
    ['DELETE', '/api/v1/users/{userId}/sessions', [['user', 'getUser', { id: '${userId}' }]]],
    [
      'DELETE',
      '/api/v1/groups/{groupId}/users/{userId}',
      [
        ['user', 'getUser', { id: '${userId}' }],
        ['group', 'getGroup', { groupId: '${groupId}' }],
      ],
    ],
    [
      'DELETE',
      '/api/v1/policies/{policyId}/rules/{ruleId}',
      [
        ['rule', 'getRule', { policyId: '${policyId}', ruleId: '${ruleId}' }],
        ['policy', 'getPolicy', { id: '${policyId}' }],
      ],
    ],
    ['PUT', '/api/v1/org/captcha', [['org captcha', 'getSettings', undefined]]],
    ['POST', '/api/v1/groups', undefined],
    ['DELETE', '/api/v1/groups/{groupId}/users', [['group', 'getGroup', { groupId: '${groupId}' }]]],
    ['DELETE', '/api/v1/secrets/{id}', undefined],
    ['DELETE', '/api/v1/unknown/{id}', undefined],
  ] as const)('%s %s', (method, path, want) => {
    const { made, problems } = previewOf({ method, path });
    expect(problems).toEqual([]);
    expect(made.preview?.map(({ label, operation, arguments: given }) => [label, operation, given])).toEqual(want);
  });

  test('a setting without an id of its own need not be there yet', () => {
    const { made } = previewOf({ method: 'PUT', path: '/api/v1/org/captcha' });
    expect(made.preview).toEqual([{ label: 'org captcha', operation: 'getSettings', optional: true }]);
  });

  test('for calls that are confirmed, and no others', () => {
    const operation = { method: 'POST', path: '/api/v1/users/{id}' } as const;
    expect(previewOf(operation, { risk: 'write' }).made.preview).toBeUndefined();
    expect(previewOf(operation, { risk: 'write', update: 'replace' }).made.preview).toHaveLength(1);
    const escalates = [{ label: 'sets a password', given: 'body.credentials' }];
    expect(previewOf(operation, { risk: 'write' }, { escalates }).made).toMatchObject({ preview: [{}], escalates });
  });
});

test('what the entry states takes the place of what is implied where it reads something else', () => {
  const members = {
    label: 'group',
    operation: 'listMembers',
    arguments: { groupId: '${groupId}' },
    count: true as const,
  };
  const { made } = previewOf({ method: 'DELETE', path: '/api/v1/groups/{groupId}' }, {}, { preview: [members] });
  expect(made.preview).toEqual([members]);
});

test('what the entry states completes what is implied', () => {
  const requires = { fields: { status: 'DEPROVISIONED' }, otherwise: 'Deactivate it.' };
  const members = {
    label: 'members',
    operation: 'listMembers',
    arguments: { groupId: '${groupId}' },
    count: true as const,
  };
  const { made } = previewOf(
    { method: 'DELETE', path: '/api/v1/groups/{groupId}' },
    {},
    {
      preview: [{ label: 'group', operation: 'getGroup', requires }, members].map((read) => ({
        arguments: { groupId: '${groupId}' },
        ...read,
      })),
    },
  );
  expect(made.preview).toEqual([
    { label: 'group', operation: 'getGroup', arguments: { groupId: '${groupId}' }, requires },
    members,
  ]);
});

describe('what cannot work is a problem', () => {
  const group = { method: 'DELETE', path: '/api/v1/groups/{groupId}' } as const;
  const args = { groupId: '${groupId}' };
  test.each<{ stated: Stated; says: string; facts?: Partial<ToolDefinition> }>([
    { stated: { preview: [{ label: 'x', operation: 'getGrop' }] }, says: 'no tool of risk read offers "getGrop"' },
    {
      stated: { preview: [{ label: 'x', operation: 'getSecrets', arguments: { id: '${groupId}' } }] },
      says: 'offers "getSecrets"',
    },
    { stated: { preview: [{ label: 'x', operation: 'getGroup' }] }, says: 'needs "groupId"' },
    {
      stated: { preview: [{ label: 'x', operation: 'getGroup', arguments: { ...args, q: 1 } }] },
      says: 'takes no "q"',
    },
    {
      stated: { preview: [{ label: 'x', operation: 'getGroup', arguments: { groupId: '${id}' } }] },
      says: 'no input "id"',
    },
    { stated: { preview: [{ label: 'x', operation: 'listMembers', arguments: args }] }, says: 'count: true' },
    {
      stated: { preview: [{ label: 'x', operation: 'getGroup', arguments: args, count: true }] },
      says: 'cannot be counted',
    },
    {
      stated: { preview: [{ label: 'x', operation: 'getGroup', arguments: args, names: 'name' }] },
      says: 'belong to counted lists',
    },
    { stated: { escalates: [{ label: 'x', given: 'bdy.credentials' }] }, says: 'no input "bdy.credentials"' },
    { stated: { escalates: [{ label: 'x', given: ['body.a', 'bdy.b'] }] }, says: 'no input "bdy.b"' },
    {
      stated: {
        escalates: [{ label: 'x', given: 'bdy.c', operation: 'listMembers', arguments: args, count: true as const }],
      },
      says: 'no input "bdy.c"',
    },
    {
      stated: { preview: [{ label: 'x', operation: 'getGroup', arguments: args }] },
      facts: { risk: 'write' },
      says: 'never confirmed',
    },
    {
      stated: {},
      facts: { inputSchema: { type: 'object', properties: { confirmation: {} } } },
      says: '"confirmation"',
    },
  ])('$says', ({ stated, says, facts }) => {
    expect(previewOf(group, facts, stated).problems.join('\n')).toContain(says);
  });
});

describe('what one tool asks for must not go round through another that writes the same', () => {
  const sets = { label: 'sets a password', given: 'body.credentials' };
  type Way = { operation: Operation; risk?: ToolDefinition['risk']; escalates?: ToolEntry['escalates'] };
  const other: Way = { operation: { method: 'PUT', path: '/api/v1/users/{userId}' } };
  test.each<{ given: string; way: Way; want: string[] }>([
    {
      given: 'the same resource, unasked',
      way: other,
      want: ['writes the same as one, and does not escalate for "sets a password"'],
    },
    { given: 'the same reason', way: { ...other, escalates: [sets] }, want: [] },
    {
      given: 'a weaker reason',
      way: { ...other, escalates: [{ ...sets, risk: 'destructive' }] },
      want: [
        'writes the same as one, and does not escalate for "sets a password"',
        'writes the same as two, and does not escalate for "sets a password"',
      ],
    },
    { given: 'one that is asked anyway', way: { ...other, risk: 'privileged' }, want: [] },
    { given: 'another resource', way: { operation: { method: 'PUT', path: '/api/v1/groups/{id}' } }, want: [] },
    { given: 'a deletion', way: { operation: { method: 'DELETE', path: '/api/v1/users/{id}' } }, want: [] },
  ])('$given', ({ way, want }) => {
    const ways: Record<string, Way> = {
      one: { operation: { method: 'POST', path: '/api/v1/users/{id}' }, escalates: [sets] },
      two: way,
    };
    const inputSchema = { type: 'object', properties: { body: {} } };
    const tools = Object.entries(ways).map(([name, { risk = 'write' }]) => tool(name, { risk, inputSchema }));
    const entries = Object.values(ways).map(({ escalates = [] }) => ({
      config: { preview: [], escalates },
      problem: (_key: unknown, message: string) => ({ message }),
    })) as unknown as Entry[];
    const operations = new Map(Object.entries(ways).map(([name, { operation }]) => [name, operation]));
    const messages = withPreviews(tools, entries, operations).problems.map(({ message }) => message);
    expect(messages.sort()).toEqual(want);
  });
});
