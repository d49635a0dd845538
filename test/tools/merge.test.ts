import { describe, expect, test } from 'vitest';
import type { OktaReply } from '../../src/okta/operation.js';
import { Catalog, type Grant } from '../../src/tools/catalog.js';
import type { JsonObject, Merge, ToolDefinition } from '../../src/tools/definition.js';
import { changesResult, type MergePlan, Merging, type MergingTool } from '../../src/tools/merge.js';
import { MASK } from '../../src/tools/secrets.js';
import { recordingClient, reply, tool, toolFile } from './fixture.js';

const CANARY = 'canary-4f1d9c';

const merge: Merge = {
  read: 'getThing',
  readOnly: ['/id', '/created', '/keys/*/seen'],
  writeOnly: ['/credentials/password/value', '/headers/*/value'],
};

interface Stand {
  readonly read?: JsonObject | unknown[];
  readonly etag?: string;
  readonly facts?: Partial<ToolDefinition>;
  readonly grant?: Partial<Grant>;
}

function stand({ read = {}, etag, facts = {}, grant = {} }: Stand) {
  const update = tool('update_thing', { risk: 'write', update: 'merge', merge, ...facts });
  const get = tool('get_thing', { operation: 'getThing', toolset: 'things' });
  const all = Catalog.parse(toolFile(update, get));
  const allowed: Grant = { scopes: ['okta.users.read', 'okta.users.manage'], credential: 'any', ...grant };
  const answer: OktaReply = { ...reply(read), headers: new Headers(etag === undefined ? {} : { etag }) };
  const client = recordingClient(() => answer);
  const merging = new Merging({ all, catalog: () => all.narrow(allowed), grant: () => allowed, client });
  const plan = (body: unknown): Promise<MergePlan> =>
    merging.plan(update as MergingTool, { path: { thingId: 't1' }, query: { a: 1 }, body }, {});
  return { plan, sent: client.sent };
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'not refused',
    ({ code, message, fix, details }) => ({ code, text: `${message} ${fix}`, details }),
  );

describe('what is sent', () => {
  test('the resource read by the same path, with the change, without what is read-only', async () => {
    const read = {
      id: 't1',
      created: 'x',
      name: 'Old',
      later: { invented: [1] },
      keys: [{ kid: 'k', seen: 1 }],
      _links: {},
    };
    const { plan, sent } = stand({ read });
    const { input, changes } = await plan({ name: 'New' });
    expect(sent).toMatchObject([{ id: 'getThing', input: { path: { thingId: 't1' } } }]);
    expect(sent[0]!.input).not.toHaveProperty('query');
    expect(input).toEqual({
      path: { thingId: 't1' },
      query: { a: 1 },
      body: { name: 'New', later: { invented: [1] }, keys: [{ kid: 'k' }] },
    });
    expect(changes).toEqual([{ path: 'name', before: 'Old', after: 'New' }]);
    expect(changesResult(changes)).toEqual({ changed: changes });
  });

  test('null takes away, and what never was there is no change', async () => {
    const { plan } = stand({ read: { a: 1, b: null } });
    const { input, changes } = await plan({ a: null, c: null });
    expect([input.body, changes]).toEqual([{ b: null }, [{ path: 'a', before: 1 }]]);
  });

  test.each([[{}], [{ name: 'Same', id: 't1' }], [{ list: [{ a: 1, b: 2 }] }], [{ _links: { self: 1 } }]])(
    'no change by %j',
    async (body) => {
      const { plan } = stand({ read: { id: 't1', name: 'Same', list: [{ b: 2, a: 1 }] } });
      const { changes } = await plan(body);
      expect(changesResult(changes)).toEqual({ ok: true, unchanged: true });
    },
  );

  test.each([
    { ifMatch: true as const, etag: 'W/"1"', want: { 'If-Match': 'W/"1"' } },
    { ifMatch: true as const, etag: undefined, want: undefined },
    { ifMatch: undefined, etag: 'W/"1"', want: undefined },
  ])('If-Match $ifMatch with ETag $etag: $want', async ({ ifMatch, etag, want }) => {
    const facts = { merge: { ...merge, ...(ifMatch && { ifMatch }) } };
    const { plan } = stand({ read: { name: 'Old' }, facts, ...(etag !== undefined && { etag }) });
    expect((await plan({ name: 'New' })).input.header).toEqual(want);
  });
});

describe('the question', () => {
  const lastVersion = async (facts: Stand, body: JsonObject) => (await stand(facts).plan(body)).facts.at(-1)!.version;

  test('tells each change and that all else stays', async () => {
    const { plan } = stand({ read: { name: 'Old', gone: [1, 2] } });
    const { facts } = await plan({ name: 'New "x"\u202e', gone: null, fresh: { deep: true } });
    expect(facts.map(({ label, text }) => `${label}: ${text}`)).toEqual([
      'name: "Old" now, then "New \\"x\\"\\u202e"',
      'gone: "[1,2]" now, then gone',
      'fresh.deep: new, then true',
      'fields that change: 3; all else stays',
    ]);
  });

  test('names that others chose cannot forge a line', async () => {
    const { facts } = await stand({}).plan({ profile: { 'x\n- all is well: yes': 1 } });
    expect(facts[0]!.label).toBe('profile["x\\n- all is well: yes"]');
  });

  test('is another one when anything that would be written back changed', async () => {
    const body = { name: 'New' };
    const first = await lastVersion({ read: { name: 'Old', other: 1 } }, body);
    expect(await lastVersion({ read: { other: 1, name: 'Old', created: 'later' } }, body)).toBe(first);
    expect(await lastVersion({ read: { name: 'Old', other: 2 } }, body)).not.toBe(first);
    expect(await lastVersion({ read: { name: 'Old', other: 1 } }, { name: 'Newer' })).not.toBe(first);
    expect(await lastVersion({ read: { name: 'Old', other: 1 }, etag: '"2"' }, body)).not.toBe(first);
  });

  test('long values are cut, and many changes are counted', async () => {
    const read = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`f${at}`, 'old']));
    const body = Object.fromEntries(Object.keys(read).map((key) => [key, '\u{1F512}'.repeat(1_000)]));
    const { facts, changes } = await stand({ read }).plan(body);
    expect(facts).toHaveLength(51);
    expect(facts.at(-1)!.text).toBe('60, 10 of them not listed; all else stays');
    expect(changesResult(changes)).toMatchObject({ changedFurther: 10, changed: { length: 50 } });
    expect(changes[0]!.after).toBe(`${'\u{1F512}'.repeat(300)} (and 700 more characters)`);
  });

  test('secrets are in neither changes nor facts', async () => {
    const read = { secret: `${CANARY}-1`, token: { value: 'other-1' }, note: `see ${CANARY}-1` };
    const { plan } = stand({ read, facts: { secrets: ['/token/value'] } });
    const body = {
      secret: `${CANARY}-2`,
      token: { value: `${CANARY}-3` },
      note: `not ${CANARY}-2`,
      credentials: { password: { value: `${CANARY}-4` } },
    };
    const { facts, changes, input } = await plan(body);
    expect(JSON.stringify([facts, changes])).not.toContain(CANARY);
    expect(changes.map(({ path }) => path)).toEqual(['secret', 'token.value', 'note', 'credentials.password.value']);
    expect(changes[0]).toEqual({ path: 'secret', before: MASK, after: MASK });
    expect(JSON.stringify(input.body)).toContain(`${CANARY}-4`);
  });
});

describe('what Okta does not show', () => {
  test.each<{ given: string; read: JsonObject; body: JsonObject; want: string[] | 'sent' }>([
    {
      given: 'is there and not given',
      read: { credentials: { password: {} } },
      body: { name: 'x' },
      want: ['credentials.password.value'],
    },
    {
      given: 'is shown as asterisks',
      read: { credentials: { password: { value: '********' } } },
      body: { name: 'x' },
      want: ['credentials.password.value'],
    },
    {
      given: 'is shown as nothing',
      read: { credentials: { password: { value: null } } },
      body: { name: 'x' },
      want: ['credentials.password.value'],
    },
    { given: 'cannot be there', read: { credentials: {} }, body: { name: 'x' }, want: 'sent' },
    {
      given: 'is given',
      read: { credentials: { password: {} } },
      body: { credentials: { password: { value: 'p' } } },
      want: 'sent',
    },
    {
      given: 'is to be erased',
      read: { credentials: { password: {} } },
      body: { credentials: { password: { value: null } } },
      want: 'sent',
    },
    {
      given: 'goes with what holds it',
      read: { credentials: { password: {} } },
      body: { credentials: { password: null } },
      want: 'sent',
    },
    {
      given: 'is set up and not given',
      read: {},
      body: { credentials: { password: {} } },
      want: ['credentials.password.value'],
    },
    {
      given: 'is given as our mask',
      read: { credentials: { password: {} } },
      body: { credentials: { password: { value: MASK } } },
      want: ['credentials.password.value'],
    },
    {
      given: 'is there in an item',
      read: { headers: [{ key: 'a', value: '1' }, { key: 'b' }] },
      body: { name: 'x' },
      want: ['headers[1].value'],
    },
    {
      given: 'is given in an item',
      read: { headers: [{ key: 'b' }] },
      body: { headers: [{ key: 'b', value: 'v' }] },
      want: 'sent',
    },
    {
      given: 'is shown, and given as our mask',
      read: { note: 'n', apiToken: 't' },
      body: { note: MASK, apiToken: MASK },
      want: ['note', 'apiToken'],
    },
    {
      given: 'is unknown to the spec and shown as asterisks',
      read: { settings: { app: { apiToken: '****' } } },
      body: { name: 'x' },
      want: ['settings.app.apiToken'],
    },
    { given: 'asterisks that are no secret', read: { pattern: '***' }, body: { name: 'x' }, want: 'sent' },
  ])('$given: $want', async ({ read, body, want }) => {
    const { plan } = stand({ read });
    if (want === 'sent') {
      expect((await plan(body)).changes.length).toBeGreaterThan(0);
      return;
    }
    const refused = await refusal(plan(body));
    expect(refused).toMatchObject({ code: 'write_only_missing', details: { fields: want } });
    for (const field of want) expect((refused as { text: string }).text).toContain(field);
  });

  test('a secret that Okta keeps is not sent as asterisks', async () => {
    const facts = { secrets: ['/client/client_secret'] };
    const { plan } = stand({ read: { client: { client_id: 'c', client_secret: '******' } }, facts });
    expect((await plan({ name: 'x' })).input.body).toEqual({ client: { client_id: 'c' }, name: 'x' });
  });

  test('a secret that Okta shows is sent back as it is', async () => {
    const facts = { secrets: ['/client/client_secret'] };
    const { plan } = stand({ read: { client: { client_secret: CANARY } }, facts });
    expect((await plan({ name: 'x' })).input.body).toEqual({ client: { client_secret: CANARY }, name: 'x' });
  });
});

describe('refused', () => {
  test('a change of a read-only field, which would look as if it had been made', async () => {
    const { plan } = stand({ read: { id: 't1', created: 'x' } });
    expect(await refusal(plan({ created: 'y', name: 'z' }))).toMatchObject({
      code: 'arguments_invalid',
      details: { fields: ['created'] },
    });
  });

  test.each<{ given: string; grant: Partial<Grant>; want: RegExp }>([
    {
      given: 'another list of tools',
      grant: { tools: ['update_thing'] },
      want: /get_thing.*add get_thing to OKTA_TOOLS/,
    },
    { given: 'another list of toolsets', grant: { toolsets: ['users'] }, want: /add things to OKTA_TOOLSETS/ },
    { given: 'no scope', grant: { scopes: [] }, want: /needs the scope okta\.users\.read.*OKTA_SCOPES/ },
  ])('a read outside the gate: $given', async ({ grant, want }) => {
    const { plan, sent } = stand({ grant });
    const refused = await refusal(plan({ name: 'x' }));
    expect(refused).toMatchObject({ code: 'tool_not_allowed', text: expect.stringMatching(want) });
    expect(sent).toEqual([]);
  });

  test('a resource that is none', async () => {
    const { plan } = stand({ read: [] });
    expect(await refusal(plan({ name: 'x' }))).toMatchObject({ code: 'okta_reply_invalid' });
  });
});
