import { describe, expect, test } from 'vitest';
import { routerOf } from '../../src/demo-org/generic-router.js';
import type { Method } from '../../src/demo-org/router.js';
import { NOON } from './client.js';
import { document, problems, specified } from './specified.js';
import { type Send, sender, specifiedOrg, untouchedOrgs, validRequest } from './valid-request.js';

test('every operation accepts a valid request, with its status and, where generic, a reply that fits its schema', async () => {
  const router = await routerOf(() => document);
  const refused: string[] = [];
  const unfit: string[] = [];
  const counts = { operations: specified.length, generic: 0, success: 0, redirect: 0, repliesChecked: 0 };
  const untouched = untouchedOrgs();
  for (const operation of specified) {
    const org = untouched();
    const send = sender(org);
    const where = `${operation.method} ${operation.path}`;
    const { url, type, body } = await validRequest(send, operation);
    const before = org.journal.length;
    const answer = await send(operation.method, url, body, type);
    if (!(answer.status in operation.responses)) {
      refused.push(`${where}: ${answer.status} ${answer.text} ${org.journal[before]?.defect ?? ''}`);
      continue;
    }
    counts[answer.status < 300 ? 'success' : 'redirect'] += 1;
    const content = operation.responses[String(answer.status)]?.content ?? {};
    const isRead = operation.method === 'GET';
    if (isRead && org.journal[before]!.changes.length > 0) unfit.push(`${where}: a read that changes something`);
    if (router.find(operation.method as Method, operation.path)?.generic !== true) continue;
    counts.generic += 1;
    if (Object.keys(content).length === 0 && answer.text !== '') unfit.push(`${where}: a body where there is none`);
    const schema = content['application/json']?.schema;
    if (!schema) continue;
    counts.repliesChecked += 1;
    for (const { instancePath, message } of problems(schema, answer.json))
      unfit.push(`${where}: ${instancePath} ${message}`);
  }
  console.log(counts);
  expect(refused).toEqual([]);
  expect(unfit).toEqual([]);
  expect(counts).toMatchObject({ operations: 732 + 162 + 7, success: 729 + 162 + 7, redirect: 3 });
}, 300_000);

describe('a generic collection', () => {
  const captcha = { name: 'Robots out', type: 'HCAPTCHA', siteKey: 'site', secretKey: 'secret' };

  test('creates, shows, merges, replaces and deletes', async () => {
    const org = specifiedOrg();
    const send = sender(org);
    const created = await send('POST', '/api/v1/captchas', captcha);
    expect(created.status).toBe(201);
    const { id } = created.json;
    expect(id).toMatch(/^\w{20}$/);
    const url = `/api/v1/captchas/${id}`;
    // `secretKey` is writeOnly.
    expect((await send('GET', url)).json).toMatchObject({ id, name: 'Robots out', type: 'HCAPTCHA', siteKey: 'site' });
    expect((await send('GET', url)).json).not.toHaveProperty('secretKey');
    expect((await send('POST', url, { name: 'Merged' })).json).toMatchObject({ name: 'Merged', siteKey: 'site' });
    const replaced = (await send('PUT', url, { name: 'Replaced' })).json;
    expect(replaced).toMatchObject({ id, name: 'Replaced' });
    expect(replaced).not.toHaveProperty('siteKey');
    expect((await send('GET', '/api/v1/captchas')).json).toContainEqual(replaced);
    const gone = await send('DELETE', url);
    expect([gone.status, gone.text]).toEqual([204, '']);
    for (const method of ['GET', 'DELETE'])
      expect((await send(method, url)).json).toMatchObject({ errorCode: 'E0000007' });
    expect(org.journal.flatMap(({ changes }) => changes.map(({ kind }) => kind))).toEqual([
      'create',
      'update',
      'update',
      'delete',
    ]);
  });

  test('what Okta only shows is not taken from a request', async () => {
    const send = sender(specifiedOrg());
    const { json } = await send('POST', '/api/v1/captchas', {
      ...captcha,
      id: 'mine',
      _links: { self: { href: 'x' } },
    });
    expect(json.id).not.toBe('mine');
    expect(json._links.self.href).toContain(json.id);
  });

  test('dates are those of the changes', async () => {
    let now = NOON;
    const org = specifiedOrg(() => now);
    const send = sender(org);
    const rule = { name: 'New city', type: 'ANOMALOUS_LOCATION', settings: { granularity: 'CITY' } };
    const { json } = await send('POST', '/api/v1/behaviors', rule);
    expect(json).toMatchObject({ created: '2026-03-01T12:00:00.000Z', lastUpdated: '2026-03-01T12:00:00.000Z' });
    now += 60_000;
    const changed = await send('POST', `/api/v1/behaviors/${json.id}/lifecycle/deactivate`);
    expect(changed.json).toMatchObject({
      status: 'INACTIVE',
      created: '2026-03-01T12:00:00.000Z',
      lastUpdated: '2026-03-01T12:01:00.000Z',
    });
  });

  test('lifecycle calls change the status, and a second one changes nothing', async () => {
    const org = specifiedOrg();
    const send = sender(org);
    const [hook] = (await send('GET', '/api/v1/inlineHooks')).json;
    const url = `/api/v1/inlineHooks/${hook.id}/lifecycle`;
    for (const [verb, status] of [
      ['deactivate', 'INACTIVE'],
      ['activate', 'ACTIVE'],
    ]) {
      for (const changes of [1, 0]) {
        expect((await send('POST', `${url}/${verb}`)).json.status).toBe(status);
        expect(org.journal.at(-1)?.changes).toHaveLength(changes);
      }
      expect((await send('GET', `/api/v1/inlineHooks/${hook.id}`)).json.status).toBe(status);
    }
  });

  test('a list has pages: link headers for arrays, _links for wrapped ones', async () => {
    const send = sender(specifiedOrg());
    for (let i = 0; i < 3; i += 1) await send('POST', '/api/v1/realms', { profile: { name: `Realm ${i}` } });
    expect(await walk(send, '/api/v1/realms?limit=2')).toEqual({ pages: 3, ids: 5 });
    const bundle = { entitlements: [], name: 'Bundle' };
    for (let i = 0; i < 3; i += 1) await send('POST', '/api/v1/iam/governance/bundles', { ...bundle, name: `B${i}` });
    expect(await walk(send, '/api/v1/iam/governance/bundles?limit=2', 'bundles')).toEqual({ pages: 3, ids: 5 });
  });

  test('below something that does not exist is nothing', async () => {
    const send = sender(specifiedOrg());
    const missing = (id: string, kind: string) => ({
      errorCode: 'E0000007',
      errorSummary: `Not found: Resource not found: ${id} (${kind})`,
    });
    expect((await send('GET', '/api/v1/apps/0oaMISSING/federated-claims')).json).toMatchObject(
      missing('0oaMISSING', 'AppInstance'),
    );
    expect((await send('GET', '/api/v1/authorizationServers/default/policies/00pMISSING/rules')).json).toMatchObject(
      missing('00pMISSING', 'AuthorizationServerPolicy'),
    );
  });

  test('the same person by id and by login has the same things', async () => {
    const send = sender(specifiedOrg());
    const me = (await send('GET', '/api/v1/users/me')).json;
    await send('PUT', '/api/v1/users/me/classification', { type: 'LITE' });
    expect((await send('GET', `/api/v1/users/${me.id}/classification`)).json).toMatchObject({ type: 'LITE' });
    expect((await send('GET', `/api/v1/users/${me.profile.login}/classification`)).json.type).toBe('LITE');
  });
});

describe('a generic setting', () => {
  const url = '/api/v1/rate-limit-settings/admin-notifications';

  test('is there from the start and can be replaced', async () => {
    const send = sender(specifiedOrg());
    const { notificationsEnabled } = (await send('GET', url)).json;
    const answer = await send('PUT', url, { notificationsEnabled: !notificationsEnabled });
    expect([answer.status, answer.json.notificationsEnabled]).toEqual([200, !notificationsEnabled]);
    expect((await send('GET', url)).json).toEqual(answer.json);
  });

  test('that was deleted is as at the start', async () => {
    const send = sender(specifiedOrg());
    const first = (await send('GET', '/api/v1/org/captcha')).json;
    await send('PUT', '/api/v1/org/captcha', { captchaId: 'capX', enabledPages: ['SSR'] });
    expect((await send('GET', '/api/v1/org/captcha')).json.captchaId).toBe('capX');
    expect((await send('DELETE', '/api/v1/org/captcha')).status).toBe(204);
    expect((await send('GET', '/api/v1/org/captcha')).json).toEqual(first);
  });

  test('read by a handler of its own, it still shows what was written', async () => {
    const send = sender(specifiedOrg());
    await send('POST', '/api/v1/org', { website: 'https://new.example' });
    const { json } = await send('GET', '/api/v1/org');
    expect(json).toMatchObject({ website: 'https://new.example', subdomain: 'atlasworks-demo' });
  });
});

test('replies that are not JSON: metadata as XML, a certificate request when asked for', async () => {
  const org = specifiedOrg();
  const send = sender(org);
  const app = (await send('GET', '/api/v1/apps')).json[0].id;
  const metadata = await send('GET', `/api/v1/apps/${app}/sso/saml/metadata?kid=x`);
  expect([metadata.status, metadata.headers.get('content-type')]).toEqual([200, 'text/xml']);
  expect(metadata.text).toMatch(/^<\?xml .*EntityDescriptor/);
  const csr = await org.fetch(
    new Request(`${org.origin}/api/v1/apps/${app}/credentials/csrs`, {
      method: 'POST',
      headers: { authorization: `SSWS ${org.token}`, 'content-type': 'application/json', accept: 'application/pkcs10' },
      body: JSON.stringify({ subject: { commonName: 'x' } }),
    }),
  );
  expect([csr.status, csr.headers.get('content-type')]).toEqual([201, 'application/pkcs10']);
});

test('the same seed and clock give the same records, in any order of visits', async () => {
  const paths = ['/api/v1/captchas', '/api/v1/behaviors', '/api/v1/logStreams', '/api/v1/org/captcha'];
  const visit = async (order: readonly string[]) => {
    const send = sender(specifiedOrg());
    const texts = new Map<string, string>();
    for (const path of order) texts.set(path, (await send('GET', path)).text);
    return paths.map((path) => texts.get(path));
  };
  expect(await visit([...paths].reverse())).toEqual(await visit(paths));
});

test('a snapshot and a reset know the generic records', async () => {
  const org = specifiedOrg();
  const send = sender(org);
  const { id } = (await send('POST', '/api/v1/realms', { profile: { name: 'Kept' } })).json;
  const copy = sender(specifiedOrg(undefined, JSON.parse(JSON.stringify(org.snapshot()))));
  expect((await copy('GET', `/api/v1/realms/${id}`)).json.profile.name).toBe('Kept');
  org.reset();
  expect((await send('GET', `/api/v1/realms/${id}`)).status).toBe(404);
});

async function walk(send: Send, first: string, envelope?: string): Promise<{ pages: number; ids: number }> {
  const ids = new Set<string>();
  let pages = 0;
  for (let next: string | undefined = first; next !== undefined && pages < 20; pages += 1) {
    const { json, headers } = await send('GET', next);
    for (const { id } of envelope ? json[envelope] : json) ids.add(id);
    const href: string | undefined = envelope
      ? json._links.next?.href
      : /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    next = href?.slice(new URL(href).origin.length);
  }
  return { pages, ids: ids.size };
}
