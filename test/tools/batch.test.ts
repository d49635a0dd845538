import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/tools/definition.js';
import type { AskingContext } from '../../src/tools/guard.js';
import type { ToolResult } from '../../src/tools/result.js';
import type { Asking } from '../../src/tools/toolbox.js';
import { createStands, type Stand } from './confirm-world.js';
import { jsonOf, textOf } from './fixture.js';

interface Person {
  readonly id: string;
  readonly status: string;
  readonly profile: { readonly login: string };
}

async function people(stand: Stand, count: number): Promise<Person[]> {
  const made = Array.from({ length: count }, async (_, at) => {
    const login = `batch-${at}@example.com`;
    const profile = { login, email: login, firstName: 'Ann', lastName: `Nr ${at}` };
    return (await stand.admin('POST', '/api/v1/users?activate=false', { profile })).json() as Promise<Person>;
  });
  return Promise.all(made);
}

const deactivate = (ids: readonly string[]): JsonObject => ({
  tool: 'deactivate_user',
  calls: ids.map((id) => ({ id })),
});
const rename = (ids: readonly string[]): JsonObject => ({
  tool: 'update_user',
  calls: ids.map((id, at) => ({ id, body: { profile: { title: `Title ${at}` } } })),
});
const status = async ({ admin }: Stand, id: string) =>
  ((await (await admin('GET', `/api/v1/users/${id}`)).json()) as Person).status;
const asked = (outcome: ToolResult | Asking) => {
  if (!('ask' in outcome)) throw new Error(textOf(outcome));
  return outcome.ask as { message: string; state: string; count?: number };
};
const code = (outcome: ToolResult | Asking) => /"code":"(\w+)"/.exec('ask' in outcome ? '' : textOf(outcome))?.[1];

async function run(stand: Stand, batch: JsonObject, content: JsonObject, context: AskingContext = {}) {
  const first = asked(await stand.toolbox.call('run_batch', batch, { canAsk: true, ...context }));
  const answer = { state: first.state, action: 'accept', content } as const;
  return {
    message: first.message,
    outcome: await stand.toolbox.call('run_batch', batch, { canAsk: true, ...context, answer }),
  };
}

describe('one question', () => {
  test('lists every target, wants their number typed above ten, and lets each act once', async () => {
    const { here } = createStands();
    const some = await people(here, 12);
    const batch = deactivate(some.map(({ id }) => id));
    const { message, outcome } = await run(here, batch, { confirm: true, count: 12 });
    for (const { profile } of some) expect(message).toContain(`"${profile.login}"`);
    expect(outcome.isError).toBeUndefined();
    expect(jsonOf(outcome)).toMatchObject({ tool: 'deactivate_user', calls: 12, done: 12, failed: 0 });
    expect(here.writes()).toBe(12);
    for (const { id } of some) expect(await status(here, id)).toBe('DEPROVISIONED');
    const kinds = here.audit.filter(({ confirmation }) => confirmation === 'human').map(({ decision }) => decision);
    expect(kinds.filter((kind) => kind === 'confirmed')).toHaveLength(12);
    expect(kinds.filter((kind) => kind === 'called')).toHaveLength(12);
  });

  test.each([
    { calls: 11, content: { confirm: true } },
    { calls: 11, content: { confirm: true, count: 10 } },
    { calls: 11, content: { confirm: true, count: '11' } },
    { calls: 11, content: { count: 11 } },
    { calls: 11, content: { confirm: false, count: 11 } },
    { calls: 10, content: { confirm: false } },
    { calls: 10, content: { count: 10 } },
  ])('$calls calls answered with $content are not sent', async ({ calls, content }) => {
    const { here } = createStands();
    const batch = deactivate((await people(here, calls)).map(({ id }) => id));
    const { outcome } = await run(here, batch, content);
    expect(code(outcome)).toBe('confirmation_declined');
    expect(here.writes()).toBe(0);
  });

  test('up to ten calls a ticked box is enough', async () => {
    const { here } = createStands();
    const batch = deactivate((await people(here, 10)).map(({ id }) => id));
    expect(asked(await here.toolbox.call('run_batch', batch, { canAsk: true })).count).toBeUndefined();
    expect((await run(here, batch, { confirm: true })).outcome.isError).toBeUndefined();
    expect(here.writes()).toBe(10);
  });

  test('what all calls have in common is said once', async () => {
    const { here } = createStands();
    const [a, b] = (await people(here, 2)) as [Person, Person];
    const made = await here.admin('POST', '/api/v1/groups', { profile: { name: 'Batch' } });
    const { id: groupId } = (await made.json()) as { id: string };
    for (const { id } of [a, b]) await here.admin('PUT', `/api/v1/groups/${groupId}/users/${id}`);
    const calls = [
      { groupId, userId: a.id },
      { groupId, userId: b.id },
    ];
    const batch = { tool: 'remove_user_from_group', calls };
    const { message, outcome } = await run(here, batch, { confirm: true });
    expect(message.match(/Arguments of all/g)).toHaveLength(1);
    expect(message).toMatch(new RegExp(`Arguments of all: .*${groupId}`));
    expect(jsonOf(outcome)).toMatchObject({ done: 2 });
  });

  test.each(['other calls', 'another order', 'one call less', 'a single call'])('does not hold for %s', async (how) => {
    const { here } = createStands();
    const ids = (await people(here, 3)).map(({ id }) => id) as [string, string, string];
    const [a, b, c] = ids;
    const batch = how === 'a single call' ? deactivate([a]) : deactivate([a, b]);
    const { state } = asked(await here.toolbox.call('run_batch', batch, { canAsk: true }));
    const answer = { state, action: 'accept', content: { confirm: true } } as const;
    const other = { 'other calls': [a, c], 'another order': [b, a], 'one call less': [a] }[how];
    const [name, args] = other ? ['run_batch', deactivate(other)] : ['deactivate_user', { id: a }];
    const outcome = await here.toolbox.call(name as string, args as JsonObject, { canAsk: true, answer });
    expect(code(outcome)).toBe('confirmation_invalid');
    expect(here.writes()).toBe(0);
  });
});

test('every call that cannot be is named at once, with what to do, and nobody is asked', async () => {
  const { here } = createStands();
  const [a, b] = (await people(here, 2)) as [Person, Person];
  const batch = deactivate([a.id, 'unknown', here.who, b.id, 'nobody@nowhere.example']);
  const outcome = await here.toolbox.call('run_batch', batch, { canAsk: true });
  if ('ask' in outcome) throw new Error('asked');
  const text = textOf(outcome);
  expect(text).toMatch(/^calls\[1\]: .*not/m);
  expect(text).toMatch(/^calls\[2\]: .*what this server acts as/m);
  expect(text).toMatch(/^Next step: Call run_batch again without them/m);
  expect(JSON.parse(text.split('\n').at(-1)!)).toEqual({ code: 'arguments_invalid', calls: [1, 2, 4] });
  const one = await here.toolbox.call('run_batch', deactivate([a.id, here.who]), { canAsk: true });
  expect(code(one)).toBe('target_is_self');
  expect(here.writes()).toBe(0);
});

test('a call is named by its place in the batch, also beside calls that change nothing', async () => {
  const { here } = createStands();
  const role = async (label: string) => {
    const body = { label, description: 'As it is', permissions: ['okta.users.read'] };
    return ((await (await here.admin('POST', '/api/v1/iam/roles', body)).json()) as { id: string }).id;
  };
  const [same, other] = [await role('Same'), await role('Other')];
  const change = (roleIdOrLabel: string, description: string) => ({ roleIdOrLabel, body: { description } });
  const calls = [change(same, 'As it is'), change(other, 'New'), change('Other', 'New')];
  const outcome = await here.toolbox.call('run_batch', { tool: 'update_role', calls }, { canAsk: true });
  if ('ask' in outcome) throw new Error('asked');
  expect(textOf(outcome)).toContain('calls[1] and calls[2] would do update_role to the same target');
});

test('where nobody can be asked, a batch takes two steps as its tool does', async () => {
  const { here } = createStands();
  const batch = deactivate((await people(here, 12)).map(({ id }) => id));
  const first = await here.toolbox.call('run_batch', batch, {});
  expect(code(first)).toBe('confirmation_required');
  expect(textOf(first)).toContain('run_batch with the same arguments');
  const confirmation = /"confirmation":"([\w-]+)"/.exec(textOf(first))![1]!;
  expect(jsonOf(await here.toolbox.call('run_batch', { ...batch, confirmation }, {}))).toMatchObject({ done: 12 });
  expect(code(await here.toolbox.call('run_batch', { ...batch, confirmation }, {}))).toBe('confirmation_invalid');
  expect(here.writes()).toBe(12);
});

describe('nothing is sent', () => {
  test.each([
    { why: 'an unknown argument', extra: { id: 'x', force: true }, want: /calls\[2\].*\n?.*force/ },
    { why: 'a missing argument', extra: {}, want: /calls\[2\]/ },
    { why: 'a target that is not there', extra: { id: '00uNoSuchUser0000000' }, want: /calls\[2\]/ },
    { why: 'the acting principal itself', extra: { id: 'me' }, want: /acts as/ },
  ])('for $why in one call', async ({ extra, want }) => {
    const { here } = createStands();
    const ids = (await people(here, 2)).map(({ id }) => ({ id }));
    const batch = { tool: 'deactivate_user', calls: [...ids, extra] };
    const outcome = await here.toolbox.call('run_batch', batch, { canAsk: true });
    expect(outcome.isError).toBe(true);
    expect(textOf(outcome)).toMatch(want);
    expect(here.writes()).toBe(0);
  });

  test('when two calls have the same target, by id and by login', async () => {
    const { here } = createStands();
    const [one] = (await people(here, 1)) as [Person];
    const twice = [deactivate([one.id, one.profile.login]), deactivate([one.id, one.id])];
    for (const batch of twice) {
      const outcome = await here.toolbox.call('run_batch', batch, { canAsk: true });
      expect(code(outcome)).toBe('arguments_invalid');
      expect(textOf(outcome)).toMatch(/calls\[0\].*calls\[1\]|calls\[1\].*calls\[0\]/);
    }
    expect(here.writes()).toBe(0);
  });

  test.each([
    ['run_batch', 'tool_unknown'],
    ['no_such_tool', 'tool_unknown'],
    ['deactivate_user', 'tool_not_allowed'],
  ])('through %s, which is %s', async (tool, want) => {
    const { here } = createStands({ scopes: ['okta.users.read'] });
    expect(code(await here.toolbox.call('run_batch', { tool, calls: [{ id: 'x' }] }, { canAsk: true }))).toBe(want);
    expect(here.org.journal).toHaveLength(0);
  });

  test('when more than a hundred calls are given', async () => {
    const { here } = createStands();
    const batch = rename(Array.from({ length: 101 }, (_, at) => `u${at}`));
    expect(code(await here.toolbox.call('run_batch', batch, {}))).toBe('arguments_invalid');
  });
});

describe('calls that need no confirmation', () => {
  test('say what became of each', async () => {
    const { here } = createStands();
    const ids = (await people(here, 3)).map(({ id }) => id);
    const outcome = await here.toolbox.call('run_batch', rename([ids[0]!, '00uNoSuchUser0000000', ids[2]!]), {});
    expect(outcome.isError).toBe(true);
    expect(jsonOf(outcome)).toMatchObject({
      calls: 3,
      done: 2,
      failed: 1,
      outcomes: [
        { call: 0, ok: true, result: { profile: { title: 'Title 0' } } },
        { call: 1, ok: false, code: 'okta_not_found' },
        { call: 2, ok: true },
      ],
    });
  });

  test('above the budget keep every failure and every number', async () => {
    const { here } = createStands();
    const ids = (await people(here, 60)).map(({ id }) => id);
    const outcome = await here.toolbox.call('run_batch', rename([...ids, '00uNoSuchUser0000000']), {});
    expect(Buffer.byteLength(textOf(outcome))).toBeLessThanOrEqual(24_000);
    const { succeeded, failures } = jsonOf(outcome) as { succeeded: number[]; failures: object[] };
    expect(succeeded).toEqual([...ids.keys()]);
    expect(failures).toMatchObject([{ call: 60, code: 'okta_not_found' }]);
  });

  test('stop after a failure where that is wanted, and say which were not sent', async () => {
    const { here } = createStands();
    const ids = (await people(here, 20)).map(({ id }) => id);
    const batch = { ...rename(['00uNoSuchUser0000000', ...ids]), stop_on_error: true };
    const outcome = await here.toolbox.call('run_batch', batch, {});
    const { done, failed, notSent } = jsonOf(outcome) as { done: number; failed: number; notSent: number[] };
    expect(failed).toBe(1);
    expect(notSent.length).toBeGreaterThan(10);
    expect(done + failed + notSent.length).toBe(21);
    expect(here.writes()).toBe(done + failed);
  });

  test('end when the caller gives up, and when time runs out', async () => {
    const { here, clock } = createStands();
    const ids = (await people(here, 40)).map(({ id }) => id);
    const controller = new AbortController();
    const seen: number[] = [];
    const progress = (done: number, total?: number) => {
      seen.push(done);
      expect(total).toBe(40);
      if (done === 5) controller.abort();
    };
    const cancelled = await here.toolbox.call('run_batch', rename(ids), { signal: controller.signal, progress });
    expect(cancelled.isError).toBe(true);
    expect(here.writes()).toBeLessThan(12);
    expect(seen.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    const late = await here.toolbox.call('run_batch', rename(ids), { deadline: clock.now + 1_000 });
    expect(jsonOf(late)).toMatchObject({ done: 0, failed: 0, notSent: [...ids.keys()] });
    const refused = here.audit.filter(({ decision }) => decision === 'refused');
    expect(refused.slice(-40).map(({ code }) => code)).toEqual(Array(40).fill(undefined));
  });
});

test('a tool outside the grant is refused on record', async () => {
  const { here } = createStands({ scopes: ['okta.users.read'] });
  await here.toolbox.call('run_batch', { tool: 'deactivate_user', calls: [{ id: 'x' }] }, {});
  expect(here.audit).toMatchObject([{ tool: 'deactivate_user', decision: 'refused', code: 'tool_not_allowed' }]);
});

test('every call of a batch that cannot be prepared is refused on record, and says what helps', async () => {
  const { here } = createStands();
  const [one] = (await people(here, 1)) as [Person];
  const calls = [{ id: one.id }, { id: one.id, force: true }];
  await here.toolbox.call('run_batch', { tool: 'deactivate_user', calls }, { canAsk: true });
  const refused = { tool: 'deactivate_user', decision: 'refused', code: 'arguments_invalid' };
  expect(here.audit).toMatchObject([refused, refused]);
  const update = {
    tool: 'update_group',
    calls: [{ groupId: '00gNoSuchGroup000000', body: { profile: { name: 'A' } } }],
  };
  const outcome = await here.toolbox.call('run_batch', update, {});
  const alone = await here.toolbox.call('update_group', update.calls[0]!, {});
  expect(code(outcome)).toBe('okta_not_found');
  const next = /^Next step: (.+)$/m.exec(textOf(alone as ToolResult))![1]!;
  expect(textOf(outcome as ToolResult)).toContain(next);
  expect(here.audit.slice(2)).toMatchObject(Array(2).fill({ tool: 'update_group', code: 'okta_not_found' }));
  expect(here.writes()).toBe(0);
});

test('updates that are merged into the same thing would undo each other', async () => {
  const { here } = createStands();
  const made = await here.admin('POST', '/api/v1/groups', { profile: { name: 'Twice' } });
  const { id: groupId } = (await made.json()) as { id: string };
  const update = (profile: object) => ({ groupId, body: { profile } });
  const batch = { tool: 'update_group', calls: [update({ name: 'A' }), update({ description: 'B' })] };
  const outcome = await here.toolbox.call('run_batch', batch, {});
  expect(code(outcome)).toBe('arguments_invalid');
  expect(textOf(outcome)).toContain('calls[1]: It updates the same target as calls[0]');
  expect(here.writes()).toBe(0);
});
