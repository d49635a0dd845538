import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { createApp } from '../src/app.js';
import { parseConfig } from '../src/config.js';
import { knownNames, readToolFile } from '../src/package-files.js';
import type { Asking } from '../src/tools/toolbox.js';
import { sender, specifiedOrg } from './demo-org/valid-request.js';
import { jsonOf, textOf } from './tools/fixture.js';

const file = readToolFile();

/** The product in front of a demo org. */
async function start(env: Record<string, string> = {}) {
  const org = specifiedOrg();
  const { config } = parseConfig(
    { OKTA_ORG_URL: org.origin, OKTA_API_TOKEN: org.token, OKTA_SCOPES: file.scopes.join(' '), ...env },
    knownNames(file),
    { demo: false },
  );
  const { toolbox } = await createApp({
    config,
    tools: file,
    version: '0',
    log: pino({ level: 'silent' }),
    stderr: () => {},
    fetch: (input, init) => org.fetch(new Request(input, init)),
  });
  const call = async (name: string, args: Record<string, unknown>) => {
    const before = org.journal.length;
    const result = await toolbox.call(name, args, { canAsk: true });
    return { result, sent: org.journal.slice(before).map(({ method, status }) => `${method} ${status}`) };
  };
  /** Says yes to the question. */
  const agree = async (name: string, args: Record<string, unknown>, between = async () => {}) => {
    const { ask } = (await toolbox.call(name, args, { canAsk: true })) as Asking;
    await between();
    const answer = { state: ask.state, action: 'accept' as const, content: { confirm: true } };
    return { message: ask.message, result: await toolbox.call(name, args, { canAsk: true, answer }) };
  };
  return { org, send: sender(org), call, agree };
}

describe('an update', () => {
  test('changes what is given, says so, and is not sent when nothing changes', async () => {
    const { send, call } = await start();
    const { id } = (await send('POST', '/api/v1/groups', { profile: { name: 'Pilots', description: 'Fly' } })).json;
    const args = { groupId: id, body: { profile: { description: 'Fly far' } } };
    const first = await call('update_group', args);
    expect(jsonOf(first.result)).toEqual({
      ok: true,
      changed: [{ path: 'profile.description', before: 'Fly', after: 'Fly far' }],
    });
    expect(first.sent).toEqual(['GET 200', 'PUT 200']);
    expect((await send('GET', `/api/v1/groups/${id}`)).json.profile).toEqual({
      name: 'Pilots',
      description: 'Fly far',
    });
    const second = await call('update_group', args);
    expect([jsonOf(second.result), second.sent]).toEqual([{ ok: true, unchanged: true }, ['GET 200']]);
  });

  test('null clears what need not be there, and is refused where the specification requires the field', async () => {
    const { send, call } = await start();
    const { id } = (await send('POST', '/api/v1/groups', { profile: { name: 'Pilots', description: 'Fly' } })).json;
    await call('update_group', { groupId: id, body: { profile: { description: null } } });
    expect((await send('GET', `/api/v1/groups/${id}`)).json.profile).toEqual({ name: 'Pilots', description: null });
    const again = await call('update_group', { groupId: id, body: { profile: { description: null } } });
    expect(again.sent).toEqual(['GET 200']);
    const stream = await call('update_log_stream', { logStreamId: 'x', body: { name: null } });
    expect([textOf(stream.result), stream.sent]).toEqual([expect.stringContaining('`body.name` must be string'), []]);
  });

  test('that would erase a secret is refused before anybody is asked', async () => {
    const { send, call } = await start();
    const authScheme = { type: 'HEADER', key: 'Authorization', value: 'shown-once' };
    const config = { uri: 'https://h.example/okta', authScheme };
    const events = { type: 'EVENT_TYPE', items: ['user.account.lock'] };
    const hook = { name: 'Tell', events, channel: { type: 'HTTP', version: '1.0.0', config } };
    const { id } = (await send('POST', '/api/v1/eventHooks', hook)).json;
    const { result, sent } = await call('update_event_hook', { eventHookId: id, body: { name: 'Other' } });
    expect(textOf(result)).toContain('write_only_missing');
    expect(textOf(result)).toContain('channel.config.authScheme.value');
    expect(sent).toEqual(['GET 200']);
  });

  test('whose resource may not be read is refused', async () => {
    const { org, call } = await start({ OKTA_TOOLS: 'update_group' });
    const { result, sent } = await call('update_group', { groupId: '00gX', body: { profile: { name: 'X' } } });
    expect(textOf(result)).toMatch(/get_group.*OKTA_TOOLS/s);
    expect([sent, org.journal.filter(({ method }) => method !== 'GET')]).toEqual([[], []]);
  });
});

describe('a privileged update', () => {
  const rule = async (send: ReturnType<typeof sender>) => {
    const [policy] = (await send('GET', '/api/v1/policies?type=ACCESS_POLICY')).json as [{ id: string }];
    const [first] = (await send('GET', `/api/v1/policies/${policy.id}/rules`)).json as [{ id: string; name: string }];
    return { path: `/api/v1/policies/${policy.id}/rules/${first.id}`, policyId: policy.id, ruleId: first.id, first };
  };

  test('shows the difference, and keeps the rest', async () => {
    const { send, agree } = await start();
    const { path, policyId, ruleId, first } = await rule(send);
    const before = (await send('GET', path)).json;
    const body = { actions: { appSignOn: { verificationMethod: { factorMode: '1FA' } } } };
    const { message, result } = await agree('update_policy_rule', { policyId, ruleId, body });
    expect(message).toContain('- actions.appSignOn.verificationMethod.factorMode: "2FA" now, then "1FA"');
    expect(message).toContain('- fields that change: 1; all else stays');
    expect(jsonOf(result)).toMatchObject({ ok: true, changed: [{ before: '2FA', after: '1FA' }] });
    const { verificationMethod, ...signOn } = before.actions.appSignOn;
    const actions = { appSignOn: { ...signOn, verificationMethod: { ...verificationMethod, factorMode: '1FA' } } };
    const after = (await send('GET', path)).json;
    expect(after).toEqual({ ...before, actions, lastUpdated: after.lastUpdated });
    expect(after.name).toBe(first.name);
  });

  test('is refused when the resource changed after it was shown', async () => {
    const { org, send, agree } = await start();
    const { path, policyId, ruleId } = await rule(send);
    const body = { actions: { appSignOn: { access: 'DENY' } } };
    const between = async () => {
      const { _links, ...now } = (await send('GET', path)).json;
      expect(
        (await send('PUT', path, { ...now, conditions: { network: { connection: 'ZONE', include: [] } } })).status,
      ).toBe(200);
    };
    const { result } = await agree('update_policy_rule', { policyId, ruleId, body }, between);
    expect(textOf(result as never)).toContain('target_changed');
    expect(org.journal.filter(({ method, path: at }) => method === 'PUT' && at === path)).toHaveLength(1);
  });
});
