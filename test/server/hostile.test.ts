import { expect, onTestFinished, test } from 'vitest';
import { call, type Hosted, hosted, messageOf, modern } from './hosted.js';

// Callers with a good token who mean ill.

async function world(): Promise<Hosted> {
  const opened = await hosted();
  onTestFinished(() => opened.close());
  return opened;
}

const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const LEVELS = [150, 1000, 2500, 3500, 5000, 15_000];

test.each(LEVELS)('arguments %d levels deep are refused, and the audit has it', async (levels) => {
  const { handler, request, token, org, entries, defects } = await world();
  const bearer = await token({ scp: ['okta.groups.manage'] });
  const direct = call('create_group', { body: { profile: { name: 'Deep', x: 'HERE' } } });
  const inside = call('call_tool', { name: 'create_group', arguments: direct.params.arguments });
  for (const message of [direct, inside]) {
    const text = JSON.stringify(message).replace('"HERE"', nested(levels));
    const { result } = await messageOf(await handler.fetch(request(text, { token: bearer })));
    expect(result).toMatchObject({ isError: true });
    expect(result.content[0].text).toContain('100 levels');
  }
  expect(org.journal).toEqual([]);
  expect(entries).toMatchObject([{ tool: 'create_group', caller: 'user 00ujane via 0oaclient', decision: 'refused' }]);
  expect(defects).toEqual([]);
});

test('arguments as deep as any of Okta go through', async () => {
  const { handler, request, token, org } = await world();
  const bearer = await token({ scp: ['okta.groups.manage'] });
  const text = JSON.stringify(call('create_group', { body: { profile: { name: 'Deep', x: 'HERE' } } }));
  await messageOf(await handler.fetch(request(text.replace('"HERE"', nested(50)), { token: bearer })));
  expect(org.journal).toHaveLength(1);
});

test('one caller cannot take every place for subscriptions', async () => {
  const { handler, request, token } = await world();
  const listen = { method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true } } };
  const { message, headers } = modern(listen);
  const open = (bearer: string, id: number) =>
    handler.fetch(request({ jsonrpc: '2.0', id, ...message }, { token: bearer, headers }));
  const [mine, theirs] = [await token(), await token({ uid: '00uother' })];
  const answers = [];
  for (let id = 0; id < 260; id += 1) answers.push(await open(mine, id));
  expect(answers.map(({ status }) => status)).toEqual([...Array(256).fill(200), ...Array(4).fill(429)]);
  const other = await open(theirs, 1);
  expect(other.headers.get('content-type')).toContain('text/event-stream');
  await answers[0]?.body?.cancel();
  const again = await open(mine, 1000);
  expect(again.status).toBe(200);
  await Promise.all([...answers, other, again].map(({ body }) => body?.cancel()));
});
