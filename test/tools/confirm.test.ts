import { describe, expect, test } from 'vitest';
import { concernOf, takesToken } from '../../src/tools/confirm.js';
import type { Answer, AskingContext, ConfirmMode } from '../../src/tools/guard.js';
import type { ToolResult } from '../../src/tools/result.js';
import type { Asking } from '../../src/tools/toolbox.js';
import { all, createStands, type Stand } from './confirm-world.js';
import { textOf, tool } from './fixture.js';

const YES = { action: 'accept', content: { confirm: true } } as const;

interface Person {
  readonly id: string;
  readonly profile: { readonly login: string };
}

async function people({ admin }: Stand): Promise<Person[]> {
  return (await (await admin('GET', '/api/v1/users?limit=20')).json()) as Person[];
}

async function group({ admin }: Stand, name: string, body: object = {}): Promise<string> {
  const made = await admin('POST', '/api/v1/groups', { profile: { name, ...body } });
  return ((await made.json()) as { id: string }).id;
}

const code = (result: ToolResult | Asking) => /"code":"(\w+)"/.exec('ask' in result ? '' : textOf(result))?.[1];
const tokenOf = (result: ToolResult | Asking) => /"confirmation":"([\w-]+)"/.exec(textOf(result))![1]!;

/** Asks and answers; the outcome of the answer. */
async function answered(
  { toolbox }: Stand,
  name: string,
  args: Record<string, unknown>,
  answer: Omit<Answer, 'state'> = YES,
) {
  const first = await toolbox.call(name, args, { canAsk: true });
  if (!('ask' in first)) throw new Error(textOf(first));
  const { message, state } = first.ask as { message: string; state: string };
  return { message, second: await toolbox.call(name, args, { canAsk: true, answer: { state, ...answer } }) };
}

test.each([
  { facts: { risk: 'read' as const }, concern: undefined },
  { facts: { risk: 'write' as const }, concern: undefined },
  { facts: { risk: 'write' as const, update: 'replace' as const }, concern: 'replace' },
  { facts: { risk: 'destructive' as const }, concern: 'destructive' },
  { facts: { risk: 'privileged' as const }, concern: 'privileged' },
])('$facts is confirmed because: $concern', ({ facts, concern }) => {
  expect(concernOf(tool('t', facts))).toBe(concern);
});

describe('OKTA_CONFIRM', () => {
  type Outcome = 'asks' | 'takes two steps' | 'acts' | 'refuses';
  const table: [ConfirmMode, asks: boolean, destructive: Outcome, privileged: Outcome][] = [
    ['auto', true, 'asks', 'asks'],
    ['auto', false, 'takes two steps', 'refuses'],
    ['elicit', true, 'asks', 'asks'],
    ['elicit', false, 'refuses', 'refuses'],
    ['two-step', true, 'asks', 'asks'],
    ['two-step', false, 'takes two steps', 'takes two steps'],
    ['off', true, 'acts', 'asks'],
    ['off', false, 'acts', 'refuses'],
  ];
  test.each(table)('%s, client asks: %s', async (mode, canAsk, destructive, privileged) => {
    const { here } = createStands({ mode });
    const [, { id }] = (await people(here)) as [Person, Person];
    const cases = [
      ['revoke_user_sessions', { userId: id }, destructive],
      ['assign_role_to_user', { userId: id, body: { type: 'READ_ONLY_ADMIN' } }, privileged],
    ] as const;
    for (const [name, args, want] of cases) {
      const before = here.writes();
      const result = await here.toolbox.call(name, args, { canAsk });
      const got: Outcome =
        'ask' in result
          ? 'asks'
          : code(result) === 'confirmation_required'
            ? 'takes two steps'
            : code(result) === 'confirmation_unavailable'
              ? 'refuses'
              : 'acts';
      expect(got, name).toBe(want);
      expect(here.writes() - before, name).toBe(want === 'acts' ? 1 : 0);
      expect(takesToken(mode, all.get(name)!) && !canAsk, name).toBe(want === 'takes two steps');
    }
  });

  test('who confirmed is recorded, and two steps of the model are not called human', async () => {
    const { here } = createStands();
    const [, { id }] = (await people(here)) as [Person, Person];
    const args = { userId: id };
    await answered(here, 'revoke_user_sessions', args);
    const first = await here.toolbox.call('revoke_user_sessions', args, {});
    expect(textOf(first)).toContain("is not a person's confirmation");
    await here.toolbox.call('revoke_user_sessions', { ...args, confirmation: tokenOf(first) }, {});
    const { here: open } = createStands({ mode: 'off' });
    await open.toolbox.call('revoke_user_sessions', { userId: (await people(open))[1]!.id }, {});
    const kept = [...here.audit, ...open.audit].map(({ decision, confirmation }) => `${decision} ${confirmation}`);
    expect(kept).toEqual([
      'asked none',
      'confirmed human',
      'called human',
      'asked none',
      'confirmed model-two-step',
      'called model-two-step',
      'confirmed policy-off',
      'called policy-off',
    ]);
  });
});

describe('the question', () => {
  test('is what Okta says about the target, with what hangs on it', async () => {
    const { here } = createStands();
    const id = await group(here, 'Night shift');
    const [, one, two] = (await people(here)) as [Person, Person, Person];
    for (const person of [one, two]) await here.admin('PUT', `/api/v1/groups/${id}/users/${person.id}`);
    await here.admin('POST', `/api/v1/groups/${id}/roles`, { type: 'HELP_DESK_ADMIN' });
    await here.admin('POST', '/api/v1/groups/rules', {
      type: 'group_rule',
      name: 'Night people',
      conditions: { expression: { value: 'user.title=="Night"', type: 'urn:okta:expression:1.0' } },
      actions: { assignUserToGroups: { groupIds: [id] } },
    });
    const { message, second } = await answered(here, 'delete_group', { groupId: id });
    for (const line of [
      `Delete group (delete_group) in ${here.org.origin}?`,
      `- group: profile.name "Night shift", type "OKTA_GROUP", id "${id}"`,
      '- members: 2',
      '- apps it gives: none',
      '- group rules that name it: 1: "Night people"',
      '- admin roles it carries: 1: "Help Desk Administrator"',
      `Arguments: {"groupId":"${id}"}`,
    ])
      expect(message.split('\n')).toContain(line);
    expect(second.isError).toBeUndefined();
  });

  test('says what could not be read', async () => {
    const { here } = createStands({ scopes: ['okta.groups.manage'] });
    const { message } = await answered(here, 'delete_group', { groupId: await group(here, 'X') });
    expect(message).toMatch(/^- admin roles it carries: could not be read/m);
    expect(message).toMatch(/^- members: none$/m);
  });

  test('is not asked about something that is not there', async () => {
    const { here } = createStands();
    const result = await here.toolbox.call('delete_group', { groupId: '00gNobody' }, { canAsk: true });
    expect(code(result)).toBe('okta_not_found');
    expect(here.writes()).toBe(0);
  });

  test('is asked about a setting that is not there yet', async () => {
    const { here } = createStands();
    const args = { brandId: 'bndX', body: { pageContent: 'x' } };
    const result = await here.toolbox.call('replace_customized_error_page', args, { canAsk: true });
    expect('ask' in result && (result.ask as { message: string }).message).toContain(
      '- error customized: there is none yet',
    );
  });

  test('names of others cannot forge it', async () => {
    const { here } = createStands();
    const name = 'Temp"\n- members: none\u202E\u2028\u0000<br>[x](https://evil.example)';
    const { message } = await answered(here, 'delete_group', { groupId: await group(here, name) });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what must not be there
    expect(message).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u2028\u202E<]/);
    const lines = message.split('\n');
    expect(lines.filter((line) => line.startsWith('- members'))).toHaveLength(1);
    expect(lines[2]).toContain(
      'profile.name "Temp\\"\\n- members: none\\u202e\\u2028\\u0000\\u003cbr\\u003e[x]\\u0028',
    );
  });
});

describe('answers', () => {
  test.each<{ answer: Omit<Answer, 'state'>; says: string }>([
    { answer: { action: 'decline' }, says: 'declined' },
    { answer: { action: 'cancel' }, says: 'closed' },
    { answer: { action: 'accept', content: {} }, says: 'did not tick' },
    { answer: { action: 'accept', content: { confirm: 'true' } }, says: 'did not tick' },
    { answer: { action: 'accept' }, says: 'did not tick' },
    { answer: { action: 'none' }, says: 'no answer' },
    { answer: { action: 'failed', reason: 'Request timed out' }, says: 'Request timed out' },
  ])('$answer means no', async ({ answer, says }) => {
    const { here } = createStands();
    const [, { id }] = (await people(here)) as [Person, Person];
    const { second } = await answered(here, 'revoke_user_sessions', { userId: id }, answer);
    expect(second.isError).toBe(true);
    expect(textOf(second)).toContain(says);
    expect(textOf(second)).toContain('Nothing was sent');
    expect(here.writes()).toBe(0);
  });

  test('a change of the target in between is shown', async () => {
    const { here } = createStands();
    const id = await group(here, 'Before');
    const context: AskingContext = { canAsk: true };
    const first = (await here.toolbox.call('delete_group', { groupId: id }, context)) as Asking;
    await here.admin('PUT', `/api/v1/groups/${id}`, { profile: { name: 'After' } });
    const answer = { state: (first.ask as { state: string }).state, ...YES };
    const second = await here.toolbox.call('delete_group', { groupId: id }, { ...context, answer });
    expect(code(second)).toBe('target_changed');
    expect(textOf(second)).toContain('"After"');
    expect(here.writes()).toBe(0);
  });

  test('a new member of a group is no change of its profile', async () => {
    const { here } = createStands();
    const groupId = await group(here, 'Same');
    const [, leaving, coming] = (await people(here)) as [Person, Person, Person];
    await here.admin('PUT', `/api/v1/groups/${groupId}/users/${leaving.id}`);
    const args = { groupId, userId: leaving.id };
    const first = (await here.toolbox.call('remove_user_from_group', args, { canAsk: true })) as Asking;
    await here.admin('PUT', `/api/v1/groups/${groupId}/users/${coming.id}`);
    const answer = { state: (first.ask as { state: string }).state, ...YES };
    expect((await here.toolbox.call('remove_user_from_group', args, { canAsk: true, answer })).isError).toBeUndefined();
    expect(here.writes()).toBe(1);
  });
});

describe('nobody acts against oneself', () => {
  test.each([
    { name: 'revoke_user_sessions', args: { userId: 'me' } },
    { name: 'deactivate_user', args: { id: 'Me' } },
    { name: 'remove_user_from_group', args: { userId: '0oaTheServerItself00', groupId: 'x' } },
    { name: 'deactivate_application', args: { appId: '0oaTheServerItself00' } },
    { name: 'create_app_client_secret', args: { appId: '0oatheserveritself00', body: {} } },
    {
      name: 'universal_logout_user',
      args: { body: { sub_id: { format: 'opaque', id: '0oaTheServerItself00' } } },
    },
    {
      name: 'revoke_principal_access',
      args: { body: { principalOrn: 'orn:okta:directory:00o1:users:0oaTheServerItself00', revokeOrns: ['orn:x'] } },
    },
    { name: 'unassign_role_from_client', args: { clientId: '0oaTheServerItself00', roleAssignmentId: 'x' } },
  ])('$name $args', async ({ name, args }) => {
    const { here } = createStands({ mode: 'off' });
    const result = await here.toolbox.call(name, args, { canAsk: true });
    expect(code(result)).toBe('target_is_self');
    expect(here.writes()).toBe(0);
  });

  test('under a login, when the id is that of the principal', async () => {
    const { here } = createStands({ mode: 'off' });
    const [, person] = (await people(here)) as [Person, Person];
    here.who = person.id;
    const result = await here.toolbox.call('deactivate_user', { id: person.profile.login }, {});
    expect(code(result)).toBe('target_is_self');
    expect(here.writes()).toBe(0);
  });
});

describe('what must hold of the target', () => {
  test('a live user is not deleted, a deactivated one is', async () => {
    const { here } = createStands({ mode: 'off' });
    const [, { id }] = (await people(here)) as [Person, Person];
    const live = await here.toolbox.call('delete_deactivated_user', { id }, {});
    expect(code(live)).toBe('target_unfit');
    expect(textOf(live)).toContain('Next step: Deactivate the user first');
    expect(here.writes()).toBe(0);
    await here.admin('POST', `/api/v1/users/${id}/lifecycle/deactivate`);
    expect((await here.toolbox.call('delete_deactivated_user', { id }, {})).isError).toBeUndefined();
    expect((await here.admin('GET', `/api/v1/users/${id}`)).status).toBe(404);
  });

  test('where the target cannot be read, nothing is sent', async () => {
    const { here } = createStands({ mode: 'off', scopes: ['okta.users.manage'] });
    const gone = await here.toolbox.call('delete_deactivated_user', { id: '00uNobody' }, {});
    expect(gone.isError).toBe(true);
    expect(here.writes()).toBe(0);
  });

  test.each([
    {
      what: 'the tool that reads it is not named',
      limits: { tools: ['list_users', 'delete_deactivated_user'] },
      want: 'tool_not_allowed',
      says: ['status DEPROVISIONED', 'as get_user does', 'not among OKTA_TOOLS', 'add get_user to OKTA_TOOLS'],
    },
    {
      what: 'Okta refuses the read',
      limits: {},
      refused: true,
      want: 'okta_reply_invalid',
      says: ['status DEPROVISIONED', 'could not be read', 'web page'],
    },
  ])('what could not be read is not called wrong: $what', async ({ limits, refused, want, says }) => {
    const { here } = createStands({ mode: 'off', ...limits });
    const [, { id }] = (await people(here)) as [Person, Person];
    await here.admin('POST', `/api/v1/users/${id}/lifecycle/deactivate`);
    if (refused) here.org.inject({ method: 'GET', path: '/api/v1/users/*', fault: { kind: 'html' } });
    const result = await here.toolbox.call('delete_deactivated_user', { id }, {});
    expect(code(result)).toBe(want);
    for (const text of says) expect(textOf(result)).toContain(text);
    expect(textOf(result)).not.toContain('Deactivate the user first');
    expect(here.writes()).toBe(0);
  });
});

describe('calls that are privileged for what they say', () => {
  const everything = [...all.scopes];
  const withoutRoles = everything.filter((scope) => !scope.startsWith('okta.roles.'));

  test.each([
    { carries: false, scopes: everything, asks: false },
    { carries: true, scopes: everything, asks: true },
    { carries: false, scopes: withoutRoles, asks: true },
  ])('adding to a group that carries an admin role ($carries): asks $asks', async ({ carries, scopes, asks }) => {
    const { here } = createStands({ scopes });
    const [, { id: userId }] = (await people(here)) as [Person, Person];
    const groupId = await group(here, 'G');
    if (carries) await here.admin('POST', `/api/v1/groups/${groupId}/roles`, { type: 'USER_ADMIN' });
    const args = { groupId, userId };
    const silent = await here.toolbox.call('add_user_to_group', args, {});
    expect(code(silent)).toBe(asks ? 'confirmation_unavailable' : undefined);
    expect(here.writes()).toBe(asks ? 0 : 1);
    if (!asks) return;
    const { message, second } = await answered(here, 'add_user_to_group', args);
    expect(message).toMatch(carries ? /carries: 1: "Group Administrator"/ : /carries: could not be read/);
    expect(second.isError).toBeUndefined();
    expect(here.writes()).toBe(1);
  });

  test('creating a user in such a group, wherever it stands in the list', async () => {
    const { here } = createStands();
    const plain = await group(here, 'Plain');
    const powerful = await group(here, 'Powerful');
    await here.admin('POST', `/api/v1/groups/${powerful}/roles`, { type: 'ORG_ADMIN' });
    const create = (login: string, groupIds: string[]) =>
      here.toolbox.call(
        'create_user',
        { body: { profile: { login, email: login, firstName: 'A', lastName: 'B' }, groupIds } },
        {},
      );
    expect((await create('a@example.com', [plain])).isError).toBeUndefined();
    expect(code(await create('b@example.com', [plain, powerful]))).toBe('confirmation_unavailable');
    expect(
      code(
        await create(
          'c@example.com',
          Array.from({ length: 21 }, (_, at) => `00g${at}`),
        ),
      ),
    ).toBe('confirmation_unavailable');
    expect(here.writes()).toBe(1);
  });

  test("setting somebody's password", async () => {
    const { here } = createStands();
    const [, { id }] = (await people(here)) as [Person, Person];
    const plain = await here.toolbox.call('update_user', { id, body: { profile: { title: 'T' } } }, {});
    expect(plain.isError).toBeUndefined();
    const body = { credentials: { password: { value: 'Sommer-2026!' } } };
    expect(code(await here.toolbox.call('update_user', { id, body }, {}))).toBe('confirmation_unavailable');
    const { message } = await answered(here, 'update_user', { id, body });
    expect(message).not.toContain('Sommer');
    expect(message).toContain('- sets a password or other credentials: yes');
  });

  test('a no stays a no when the reason for asking is gone', async () => {
    const { here } = createStands();
    const [, { id: userId }] = (await people(here)) as [Person, Person];
    const groupId = await group(here, 'G');
    await here.admin('POST', `/api/v1/groups/${groupId}/roles`, { type: 'USER_ADMIN' });
    const first = (await here.toolbox.call('add_user_to_group', { groupId, userId }, { canAsk: true })) as Asking;
    const [{ id: role }] = (await (await here.admin('GET', `/api/v1/groups/${groupId}/roles`)).json()) as [Person];
    await here.admin('DELETE', `/api/v1/groups/${groupId}/roles/${role}`);
    const answer = { state: (first.ask as { state: string }).state, action: 'decline' as const };
    const second = await here.toolbox.call('add_user_to_group', { groupId, userId }, { canAsk: true, answer });
    expect(code(second)).toBe('confirmation_declined');
    expect(here.writes()).toBe(0);
  });
});

test('what cannot be put on record is not done', async () => {
  const { here } = createStands({ mode: 'off' });
  const [, { id }] = (await people(here)) as [Person, Person];
  here.audit.push = () => 0;
  expect(code(await here.toolbox.call('revoke_user_sessions', { userId: id }, {}))).toBe('audit_unavailable');
  expect(here.writes()).toBe(0);
  expect((await here.toolbox.call('unlock_user', { id }, {})).isError).toBe(true);
  expect(here.writes()).toBe(1);
});
