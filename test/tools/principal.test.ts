import { expect, test } from 'vitest';
import type { Catalog } from '../../src/tools/catalog.js';
import { Previewer } from '../../src/tools/preview.js';
import { ActingPrincipal, namesPrincipal, type PrincipalParts } from '../../src/tools/principal.js';
import { recordingClient, reply, tool } from './fixture.js';

const self = { operation: 'getMe', arguments: { id: 'me' }, fields: ['id', 'profile.login'] };
const me = { id: '00uME', profile: { login: 'Me@Example.com' } };

function setUp(parts: Partial<PrincipalParts>, readable = true) {
  const client = recordingClient(() => reply(me));
  const catalog = () => ({ tools: readable ? [tool('get_me', { operation: 'getMe' })] : [] }) as unknown as Catalog;
  const operations = { getMe: { method: 'GET', path: '/users/{id}' } } as const;
  const previewer = new Previewer({ catalog, operations, client });
  return { principal: new ActingPrincipal({ kind: 'person', strategy: 'test', self, previewer, ...parts }), client };
}

const jwt = (claims: object) => `DPoP e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
const idsOf = async (principal: ActingPrincipal) => [...(await principal.identify({})).ids].sort();

test('an app is its client id; nobody is asked', async () => {
  const { principal, client } = setUp({ kind: 'app', clientId: '0oaApp' });
  expect(await principal.identify({})).toEqual({ name: '0oaApp', ids: new Set(['me', '0oaapp']) });
  expect(client.sent).toEqual([]);
});

test('the person behind an API token is asked for once', async () => {
  const { principal, client } = setUp({ strategy: 'api-token' });
  principal.observe('SSWS 00x');
  expect(await idsOf(principal)).toEqual(['00ume', 'me', 'me@example.com']);
  expect((await principal.identify({})).name).toBe('00uME');
  expect(client.sent).toHaveLength(1);
  expect(client.sent[0]!.input.path).toEqual({ id: 'me' });
});

test('an access token that can be read says it without asking, and another person is another principal', async () => {
  const { principal, client } = setUp({ strategy: 'device', clientId: '0oaNative' });
  principal.observe(jwt({ uid: '00uA', sub: 'a@example.com', cid: '0oaNative' }));
  expect(await idsOf(principal)).toEqual(['00ua', '0oanative', 'a@example.com', 'me']);
  expect(principal.name()).toBe('00uA');
  principal.observe(jwt({ uid: '00uB', sub: 'b@example.com', cid: '0oaNative' }));
  expect((await principal.identify({})).name).toBe('00uB');
  expect(client.sent).toEqual([]);
});

test.each<{ given: string; kind?: PrincipalParts['kind']; credentials: string[]; want: number }>([
  { given: 'one API token', credentials: ['SSWS 00x', 'SSWS 00x'], want: 1 },
  { given: 'the next token of one person', credentials: [jwt({ uid: 'a' }), jwt({ uid: 'a', iat: 2 })], want: 1 },
  { given: 'the token of another person', credentials: [jwt({ uid: 'a' }), jwt({ uid: 'b' })], want: 2 },
  { given: 'tokens of an app', kind: 'app', credentials: ['Bearer x', 'Bearer y'], want: 0 },
])('$given: incumbent number $want', ({ kind = 'person', credentials, want }) => {
  const { principal } = setUp({ kind });
  for (const each of credentials) principal.observe(each);
  expect(principal.incumbent).toBe(want);
});

test.each(['Bearer opaque', 'Bearer a.b.c', 'Bearer e30.bm90IGpzb24.x', 'Basic x', jwt({ uid: 7 })])(
  '%s tells nothing, so Okta is asked, as far as the gate allows',
  async (authorization) => {
    const asked = setUp({});
    asked.principal.observe(authorization);
    expect(await idsOf(asked.principal)).toContain('00ume');
    const kept = setUp({}, false);
    kept.principal.observe(authorization);
    expect(await idsOf(kept.principal)).toEqual(['me']);
    expect(kept.client.sent).toEqual([]);
  },
);

test.each([
  ['me', true],
  [' ME ', true],
  ['00uA', true],
  ['00ua', true],
  ['00uB', false],
  ['', false],
  [undefined, false],
  [['00uA'], true],
  [{ sub_id: { format: 'opaque', id: '00uA' } }, true],
  ['orn:okta:directory:00oOrg:users:00uA', true],
  ['orn:okta:directory:00oOrg:users:00uB', false],
  ['mailto:00uA', false],
])('%j names the principal: %s', (value, named) => {
  expect(namesPrincipal([value], { name: '', ids: new Set(['me', '00ua']) })).toBe(named);
});
