import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { REFUSALS, type RefusalCode } from '../../src/http/refusals.js';
import { parseChallenges } from '../../src/okta/challenge.js';
import {
  call,
  type Hosted,
  hosted,
  ISSUER,
  list,
  messageOf,
  modern,
  ORG,
  RESOURCE,
  type SigningKey,
  signingKey,
} from './hosted.js';

// What is wrong with a request is found before Okta hears of it: the journal of the demo org is the judge.

let world: Hosted;
let stranger: SigningKey;
let elliptic: SigningKey;
let unpublished: SigningKey;
let good: string;

beforeAll(async () => {
  world = await hosted();
  [stranger, elliptic, unpublished] = await Promise.all([
    signingKey('key-1'),
    signingKey('key-es', 'ES256'),
    signingKey('key-unpublished'),
  ]);
  good = await world.token();
});
afterAll(() => world.close());
afterEach(() => {
  expect(world.org.journal).toEqual([]);
  expect(world.audit).toEqual([]);
});

const tool = call('list_users', { limit: 1 });
const seconds = () => Math.floor(world.now.value / 1000);
const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));

interface Row {
  readonly given: string;
  readonly want: RefusalCode;
  readonly token: () => Promise<string> | string;
}

const row = (given: string, want: RefusalCode, token: Row['token']): Row => ({ given, want, token });

describe('tokens', () => {
  test.each<Row>([
    row('no signature (alg none)', 'token_algorithm', () => new UnsecuredJWT(claimsOf(good)).encode()),
    row(
      'alg None in other letters',
      'token_algorithm',
      () => `${b64({ alg: 'None', kid: 'key-1' })}.${good.split('.')[1]}.`,
    ),
    row('HS256 with the public key as secret', 'token_algorithm', async () =>
      new SignJWT(claimsOf(good))
        .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
        .sign(Buffer.from(await exportSPKI(world.key.publicKey))),
    ),
    row('HS256 with the modulus as secret', 'token_algorithm', () =>
      new SignJWT(claimsOf(good))
        .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
        .sign(Buffer.from(world.key.jwk.n ?? '', 'base64url')),
    ),
    row('an algorithm that does not fit the key', 'no_matching_key', () =>
      world.token({}, { kid: 'key-1' }, { ...elliptic }),
    ),
    row('its own key in the header (jwk)', 'bad_signature', () => world.token({}, { jwk: stranger.jwk }, stranger)),
    row('a key address in the header (jku)', 'bad_signature', () =>
      world.token({}, { jku: 'https://evil.example/keys' }, stranger),
    ),
    row('the signature of a stranger', 'bad_signature', () => world.token({}, {}, stranger)),
    row('claims changed after signing', 'bad_signature', () => {
      const [header, , signature] = good.split('.');
      return `${header}.${b64({ ...claimsOf(good), scp: ['okta.users.manage'] })}.${signature}`;
    }),
    row('an empty signature', 'bad_signature', () => `${good.split('.').slice(0, 2).join('.')}.`),
    row('a signature cut short', 'bad_signature', () => good.slice(0, -8)),
    row('an unknown kid', 'no_matching_key', () => world.token({}, {}, unpublished)),
    row('no kid', 'no_matching_key', () => world.token({}, { kid: undefined })),
    row('a kid that is no text', 'no_matching_key', () => world.token({}, { kid: 7 })),
    row('an extension nobody knows (crit)', 'token_unreadable', async () => {
      const [, payload, signature] = good.split('.');
      return `${b64({ alg: 'RS256', kid: 'key-1', crit: ['exp2'], exp2: 1 })}.${payload}.${signature}`;
    }),
    row('another type (DPoP proof)', 'token_algorithm', () => world.token({}, { typ: 'dpop+jwt' })),
    row('another type (logout token)', 'token_algorithm', () => world.token({}, { typ: 'logout+jwt' })),
    row('another audience, with cid', 'invalid_audience', () => world.token({ aud: 'api://default' })),
    row('another audience, without cid', 'invalid_audience', () =>
      world.token({ aud: 'api://default', cid: undefined }),
    ),
    row('several other audiences', 'invalid_audience', () => world.token({ aud: ['a', 'b'] })),
    row('our audience with a slash more', 'invalid_audience', () => world.token({ aud: `${RESOURCE}/` })),
    row('our audience in capitals', 'invalid_audience', () => world.token({ aud: RESOURCE.toUpperCase() })),
    row('the client id as audience (an ID token)', 'invalid_audience', () =>
      world.token({ aud: '0oaclient', cid: undefined, scp: undefined, nonce: 'n' }),
    ),
    row('an audience that is no text', 'invalid_audience', () => world.token({ aud: 7 })),
    row('no audience', 'token_claims', () => world.token({ aud: undefined })),
    row('the org authorization server', 'org_server_token', () => world.token({ iss: ORG, aud: ORG })),
    row('the org authorization server with our audience', 'org_server_token', () => world.token({ iss: ORG })),
    row('another authorization server of the org', 'wrong_issuer', () => world.token({ iss: `${ORG}/oauth2/default` })),
    row('another org', 'wrong_issuer', () => world.token({ iss: ISSUER.replace('acme', 'evil') })),
    row('our issuer with a slash more', 'wrong_issuer', () => world.token({ iss: `${ISSUER}/` })),
    row('our issuer with something behind', 'wrong_issuer', () => world.token({ iss: `${ISSUER}.evil.example` })),
    row('no issuer', 'token_claims', () => world.token({ iss: undefined })),
    row('expired one second ago', 'token_expired', () => world.token({ exp: seconds() - 1 })),
    row('expired this second', 'token_expired', () => world.token({ exp: seconds() })),
    row('expired a day ago', 'token_expired', () => world.token({ exp: seconds() - 86_400 })),
    row('no exp', 'token_claims', () => world.token({ exp: undefined })),
    row('an exp that is text', 'token_claims', () => world.token({ exp: '99999999999' })),
    row('nbf in a minute', 'token_early', () => world.token({ nbf: seconds() + 60 })),
    row('issued in a minute', 'token_early', () => world.token({ iat: seconds() + 60 })),
    row('no iat', 'token_claims', () => world.token({ iat: undefined })),
    row('no sub', 'token_claims', () => world.token({ sub: undefined })),
    row('an empty sub', 'token_claims', () => world.token({ sub: '' })),
    row('an endless sub', 'token_claims', () => world.token({ sub: 'x'.repeat(300) })),
    row('a sub that is no text', 'token_claims', () => world.token({ sub: 7 })),
    row('no cid', 'token_claims', () => world.token({ cid: undefined })),
    row('a cid with a space', 'token_claims', () => world.token({ cid: '0oa via x' })),
    row('a uid that is no text', 'token_claims', () => world.token({ uid: ['00u1'] })),
    row('scp that is text', 'token_claims', () => world.token({ scp: 'okta.users.read' })),
    row('scp with something else inside', 'token_claims', () => world.token({ scp: ['okta.users.read', 7] })),
    row('bound to a key (DPoP)', 'token_bound', () => world.token({ cnf: { jkt: 'x' } })),
    row('an opaque token', 'token_unreadable', () => '00abcdefghijklmnopqrstuvwxyz0123456789ABCD'),
    row('a signature in the other alphabet of base64', 'token_unreadable', async () => {
      let token = good;
      // Each of 342 characters is one of the two with a chance of 1 in 32.
      for (let at = 0; !/[-_]\w*$/.test(token); at += 1) token = await world.token({ jti: `AT.${at}` });
      const [header, payload, signature = ''] = token.split('.');
      return [header, payload, signature.replaceAll('-', '+').replaceAll('_', '/')].join('.');
    }),
    row('two parts only', 'token_unreadable', () => good.split('.').slice(0, 2).join('.')),
    row('four parts', 'token_unreadable', () => `${good}.x`),
    row('an encrypted token (JWE)', 'token_unreadable', () => `${b64({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a.b.c.d`),
    row(
      'claims that are no object',
      'token_unreadable',
      () => `${good.split('.')[0]}.${b64([1])}.${good.split('.')[2]}`,
    ),
    row('longer than any token', 'token_unreadable', () => `${good}${'A'.repeat(12_000)}`),
    row('no scope we know', 'scopes_not_configured', () =>
      world.token({ scp: ['openid', 'mcp:read', '__proto__', 'constructor'] }),
    ),
    row('no scope at all', 'scopes_not_configured', () => world.token({ scp: [] })),
    row('a scope beyond the ceiling', 'scopes_not_configured', () => world.token({ scp: ['okta.apps.manage'] })),
  ])('$given: $want', async ({ want, token }) => {
    const response = await world.handler.fetch(world.request(tool, { token: await token() }));
    await refused(response, want);
  });
});

interface BadRequest {
  readonly given: string;
  readonly want: RefusalCode | number;
  readonly request: () => Request;
}

const bad = (given: string, want: BadRequest['want'], request: () => Request): BadRequest => ({ given, want, request });
const ours = (message: unknown, headers: Record<string, string> = {}) =>
  world.request(message, { token: good, headers });
const moved = (request: Request, url: string) => new Request(url, request);
const withAuthorization = (authorization: string) => world.request(tool, { headers: { authorization } });
const modernTool = (headers: Record<string, string | undefined>, message = modern(tool).message) => {
  const present = Object.entries({ ...modern(tool).headers, ...headers }).filter(([, value]) => value !== undefined);
  return ours(message, Object.fromEntries(present) as Record<string, string>);
};
const VERSIONS = [undefined, '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28', '2099-01-01'];

describe('requests', () => {
  test.each<BadRequest>([
    bad('no token', 'token_missing', () => world.request(tool)),
    bad('an empty header', 'token_missing', () => withAuthorization('')),
    bad('Basic', 'token_malformed', () => withAuthorization('Basic YTpi')),
    bad('an API token', 'token_malformed', () => withAuthorization('SSWS 00abc')),
    bad('DPoP', 'token_malformed', () => withAuthorization(`DPoP ${good}`)),
    bad('Bearer and nothing', 'token_malformed', () => withAuthorization('Bearer')),
    bad('the token alone', 'token_malformed', () => withAuthorization(good)),
    bad('two tokens in one header', 'token_malformed', () => withAuthorization(`Bearer ${good} ${good}`)),
    bad('two headers (joined by fetch)', 'token_malformed', () => withAuthorization(`Bearer ${good}, Bearer ${good}`)),
    bad('a quoted token', 'token_malformed', () => withAuthorization(`Bearer "${good}"`)),
    bad('a token in the query alone', 'token_elsewhere', () =>
      moved(world.request(tool), `${RESOURCE}?access_token=${good}`),
    ),
    bad('a token in the query too', 'token_elsewhere', () => moved(ours(tool), `${RESOURCE}?access_token=${good}`)),
    bad('a token in the query under another name', 'token_elsewhere', () => moved(ours(tool), `${RESOURCE}?Token=x`)),
    bad('a token in a form', 'token_missing', () => {
      const body = new URLSearchParams({ access_token: good });
      return new Request(RESOURCE, { method: 'POST', body });
    }),
    bad('a token in a form, and in the header', 'not_json', () => {
      const body = new URLSearchParams({ access_token: good });
      return new Request(RESOURCE, { method: 'POST', body, headers: { authorization: `Bearer ${good}` } });
    }),
    bad('a token in the message', 'not_a_message', () => ours({ ...tool, access_token: good })),
    bad('another host', 'wrong_host', () => ours(tool, { host: 'evil.example' })),
    bad('a host that begins like ours', 'wrong_host', () => ours(tool, { host: 'mcp.example.com.evil.example' })),
    bad('the host of a rebound name', 'wrong_host', () => ours(tool, { host: '127.0.0.1:8080' })),
    bad('an impossible host', 'wrong_host', () => ours(tool, { host: 'mcp.example.com, evil.example' })),
    bad('a foreign origin', 'wrong_origin', () => ours(tool, { origin: 'https://evil.example' })),
    bad('the opaque origin', 'wrong_origin', () => ours(tool, { origin: 'null' })),
    bad('our origin without TLS', 'wrong_origin', () => ours(tool, { origin: 'http://mcp.example.com' })),
    bad('a local page', 'wrong_origin', () => ours(tool, { origin: 'http://localhost:3000' })),
    bad('a message over the limit', 'body_too_large', () => ours({ ...tool, params: { pad: 'x'.repeat(100_001) } })),
    bad('a message that says it is over the limit', 'body_too_large', () => ours(tool, { 'content-length': '100001' })),
    bad('a stream over the limit', 'body_too_large', () => {
      const body = new Blob(['x'.repeat(100_001)]).stream();
      const { headers } = ours(tool);
      return new Request(RESOURCE, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
    }),
    bad('no content type', 'not_json', () => ours(tool, { 'content-type': '' })),
    bad('plain text', 'not_json', () => ours(tool, { 'content-type': 'text/plain' })),
    bad('nearly JSON', 'not_json', () => ours(tool, { 'content-type': 'application/jsonp' })),
    bad('a compressed message', 'not_json', () => ours(tool, { 'content-encoding': 'gzip' })),
    bad('no body', 'unparsable', () => ours('')),
    bad('half a message', 'unparsable', () => ours('{"jsonrpc": "2.0", ')),
    bad('JSON of something else', 'not_a_message', () => ours('"tools/call"')),
    bad('null', 'not_a_message', () => ours('null')),
    bad('another version of JSON-RPC', 'not_a_message', () => ours({ ...tool, jsonrpc: '1.0' })),
    bad('a message without a method', 400, () => ours({ jsonrpc: '2.0', id: 1 })),
    bad('a method that is no text', 400, () => ours({ jsonrpc: '2.0', id: 1, method: 7 })),
    ...VERSIONS.flatMap((version) => {
      const headers = version === undefined ? undefined : { 'mcp-protocol-version': version };
      const name = version ?? 'no version';
      return [
        bad(`an array of one, ${name}`, 'batch', () => ours([tool], headers)),
        bad(`an array of two, ${name}`, 'batch', () => ours([tool, { ...tool, id: 2 }], headers)),
        bad(`an empty array, ${name}`, 'batch', () => ours([], headers)),
      ];
    }),
    bad('an array of modern messages', 'batch', () => modernTool({}, [modern(tool).message] as never)),
    bad('no Accept', 406, () => ours(tool, { accept: 'text/html' })),
    bad('an unknown version', 400, () => ours(tool, { 'mcp-protocol-version': '1999-01-01' })),
    bad('two versions', 'duplicate_header', () => ours(tool, { 'mcp-protocol-version': '2025-11-25, 2025-11-25' })),
    bad('modern: no Mcp-Method', 400, () => modernTool({ 'mcp-method': undefined })),
    bad('modern: another Mcp-Method', 400, () => modernTool({ 'mcp-method': 'tools/list' })),
    bad('modern: no Mcp-Name', 400, () => modernTool({ 'mcp-name': undefined })),
    bad('modern: another Mcp-Name', 400, () => modernTool({ 'mcp-name': 'get_user' })),
    bad('modern: another version in the header', 400, () => modernTool({ 'mcp-protocol-version': '2025-11-25' })),
    bad('modern: no version in the header', 400, () => modernTool({ 'mcp-protocol-version': undefined })),
    bad('modern: header without envelope', 400, () => ours(tool, modern(tool).headers)),
    bad('a session that never was', 'session_unknown', () => ours(tool, { 'mcp-session-id': 'x' })),
    bad('two sessions', 'duplicate_header', () => ours(tool, { 'mcp-session-id': 'x, y' })),
    bad('GET without session', 'method_not_allowed', () => {
      return new Request(RESOURCE, { headers: { authorization: `Bearer ${good}`, accept: 'text/event-stream' } });
    }),
    bad('PUT', 'method_not_allowed', () => new Request(RESOURCE, { method: 'PUT', body: '{}' })),
    bad(
      'OPTIONS of a web page nobody listed',
      'method_not_allowed',
      () => new Request(RESOURCE, { method: 'OPTIONS' }),
    ),
    bad('another path', 'not_found', () => moved(ours(tool), new URL('/api', RESOURCE).href)),
    bad('a longer path', 'not_found', () => moved(ours(tool), `${RESOURCE}/x`)),
    bad('the metrics, at the front', 'not_found', () => moved(ours(tool), new URL('/metrics', RESOURCE).href)),
  ])('$given: $want', async ({ want, request }) => {
    const response = await world.handler.fetch(request());
    if (typeof want === 'string') await refused(response, want);
    else expect(response.status).toBe(want);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('the same request, with nothing wrong, is answered', async () => {
  const fresh = await hosted();
  const response = await fresh.handler.fetch(fresh.request(tool, { token: await fresh.token() }));
  expect(response.status).toBe(200);
  expect((await messageOf(response)).result.isError).toBeUndefined();
  expect(fresh.org.journal.map(({ status }) => status)).toEqual([200]);
  await fresh.close();
});

test('a flood of unknown key ids fetches the keys a few times, and does not lock out good tokens', async () => {
  const fresh = await hosted();
  await fresh.handler.fetch(fresh.request(list, { token: await fresh.token() }));
  const flood = Array.from({ length: 100 }, (_, at) => fresh.token({}, { kid: `invented-${at}` }));
  for (const token of await Promise.all(flood)) {
    await refused(await fresh.handler.fetch(fresh.request(tool, { token })), 'no_matching_key');
  }
  expect(fresh.fetches()).toBeLessThanOrEqual(6);
  expect((await fresh.handler.fetch(fresh.request(list, { token: await fresh.token() }))).status).toBe(200);
  await fresh.close();
});

/** The status, the words, and with 401 and insufficient_scope exactly one challenge that says where to get a token. */
async function refused(response: Response, code: RefusalCode): Promise<void> {
  const { status, message, fix, error } = { error: undefined, ...REFUSALS[code] };
  const body = await messageOf(response);
  expect({ status: response.status, ...body.error }).toMatchObject({
    status,
    message: `${message} ${fix}`,
    data: { code },
  });
  expect(body).toMatchObject({ jsonrpc: '2.0', id: null });
  expect(JSON.stringify(body)).not.toContain(good);
  const header = response.headers.get('www-authenticate');
  if (status !== 401 && error === undefined) return expect(header).toBeNull();
  const [challenge, ...more] = parseChallenges(header ?? '');
  expect(more).toEqual([]);
  expect(challenge?.scheme).toBe('bearer');
  expect(challenge?.params).toMatchObject({
    ...(error && { error }),
    scope: 'okta.users.read okta.users.manage okta.groups.read okta.groups.manage',
    resource_metadata: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
  });
}
