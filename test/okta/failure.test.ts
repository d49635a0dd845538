import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText, failureOf } from '../../src/okta/failure.js';

const get = { method: 'GET', path: '/api/v1/users/{id}', host: 'example.okta.com' };
const put = { ...get, method: 'PUT' };

function error(status: number, errorCode: string, causes: readonly string[] = [], errorSummary = 'Summary'): Response {
  return Response.json(
    {
      errorCode,
      errorSummary,
      errorLink: errorCode,
      errorId: 'oaeQzR3',
      errorCauses: causes.map((errorSummary) => ({ errorSummary })),
    },
    { status, headers: { 'x-okta-request-id': 'req1' } },
  );
}
const challenged = (status: number, challenge: string, body: string | null = null) =>
  new Response(body, { status, headers: { 'www-authenticate': challenge } });

// want: okta-facts 2.2
test.each([
  [400, 'E0000001', 'okta_invalid'],
  [400, 'E0000003', 'okta_invalid'],
  [400, 'E0000028', 'okta_invalid'],
  [400, 'E0000031', 'okta_invalid'],
  [400, 'E0000053', 'okta_invalid'],
  [400, 'E0000193', 'okta_invalid'],
  [401, 'E0000011', 'okta_token_invalid'],
  [401, 'E0000015', 'okta_feature_missing'],
  [403, 'E0000005', 'okta_token_invalid'],
  [403, 'E0000006', 'okta_role_missing'],
  [403, 'E0000014', 'okta_invalid'],
  [403, 'E0000016', 'okta_state'],
  [403, 'E0000023', 'okta_state'],
  [403, 'E0000038', 'okta_state'],
  [403, 'E0000056', 'okta_state'],
  [403, 'E0000107', 'okta_state'],
  [403, 'E9999999', 'okta_refused'],
  [403, 'access_denied', 'okta_network_zone'],
  [404, 'E0000007', 'okta_not_found'],
  [404, 'E0000008', 'okta_not_found'],
  [405, 'E0000022', 'okta_refused'],
  [409, 'E0000055', 'okta_conflict'],
  [409, 'E0000062', 'okta_conflict'],
  [409, 'E0000112', 'okta_state'],
  [409, 'E0000249', 'okta_state'],
  [409, 'E9999999', 'okta_conflict'],
  [412, 'E0000231', 'okta_conflict'],
  [423, 'E0000239', 'okta_state'],
  [429, 'E0000047', 'okta_rate_limited'],
  [500, 'E0000009', 'okta_unavailable'],
  [501, 'E0000060', 'okta_refused'],
  [503, 'E0000010', 'okta_unavailable'],
  [400, 'constructor', 'okta_invalid'],
  [418, 'E9999999', 'okta_refused'],
])('%i %s is %s', async (status, errorCode, code) => {
  const failure = await failureOf(error(status, errorCode), get);
  expect(failure).toMatchObject({
    code,
    details: { status, errorCode, errorId: 'oaeQzR3', requestId: 'req1', causes: [] },
  });
  expect(failure.message).toContain(`GET /api/v1/users/{id} failed (${status} ${errorCode})`);
  expect(failure.fix).toMatch(/\.$/);
});

test.each([
  [400, 'okta_invalid'],
  [401, 'okta_token_invalid'],
  [403, 'okta_refused'],
  [404, 'okta_not_found'],
  [409, 'okta_conflict'],
  [412, 'okta_conflict'],
  [429, 'okta_rate_limited'],
  [500, 'okta_unavailable'],
  [502, 'okta_unavailable'],
  [504, 'okta_unavailable'],
  [418, 'okta_refused'],
])('%i without a body is %s', async (status, code) => {
  expect(await failureOf(new Response(null, { status }), get)).toMatchObject({ code, details: { status } });
});

test('causes are told, cleaned and limited', async () => {
  const failure = await failureOf(
    error(400, 'E0000001', ['login: taken\u202e\u0007', 'email: bad', ...Array(30).fill('x')]),
    get,
  );
  expect(failure.message).toContain('Causes: "login: taken"; "email: bad"; "x"');
  expect(failure.details.causes).toHaveLength(10);
});

test('wording decides nothing', async () => {
  const summary = 'insufficient_scope rate limit network zone E0000006 invalid_token';
  expect(await failureOf(error(404, 'E0000007', [], summary), get)).toMatchObject({ code: 'okta_not_found' });
});

describe('challenges', () => {
  // want: okta-facts 1.6 and 2.3
  test.each([
    [
      403,
      'Bearer realm="x", scope="okta.groups.read", error="insufficient_scope", error_description="d"',
      'okta_scope_missing',
    ],
    [401, 'Bearer error="invalid_token", error_description="The token has expired."', 'okta_token_invalid'],
    [
      401,
      'DPoP error="invalid_token", error_description="The presented access_token is not DPoP bound."',
      'okta_token_invalid',
    ],
    [400, 'DPoP algs="RS256 ES256", error="invalid_dpop_proof", error_description="d"', 'okta_dpop'],
    [400, 'DPoP error="invalid_request", error_description="The resource request requires a DPoP proof."', 'okta_dpop'],
    [401, 'Bearer, DPoP error="use_dpop_nonce"', 'okta_dpop'],
    [403, 'Bearer error="access_denied"', 'okta_network_zone'],
    [401, 'Bearer error="access_denied"', 'okta_token_invalid'],
    [403, 'Bearer realm="x"', 'okta_refused'],
    [401, 'Bearer error="something_new"', 'okta_token_invalid'],
    [404, 'Bearer error="insufficient_scope"', 'okta_not_found'],
  ])('%i %s', async (status, header, code) => {
    expect(await failureOf(challenged(status, header), get)).toMatchObject({ code });
  });

  test('a missing scope is named, with both places to add it', async () => {
    const failure = await failureOf(
      challenged(
        403,
        'Bearer scope="okta.groups.read okta.users.read", error="insufficient_scope", error_description="Not enough."',
      ),
      get,
    );
    expect(failure.details).toMatchObject({
      scope: ['okta.groups.read', 'okta.users.read'],
      errorCode: 'insufficient_scope',
    });
    expect(failure.message).toContain('lacks okta.groups.read, okta.users.read. Okta says: "Not enough."');
    expect(failure.fix).toMatch(/OKTA_SCOPES.*Okta API Scopes/);
  });

  test('the challenge counts more than an unrelated body', async () => {
    const body = '{"errorCode":"E0000005","errorSummary":"Invalid session"}';
    expect(await failureOf(challenged(400, 'DPoP error="invalid_dpop_proof"', body), get)).toMatchObject({
      code: 'okta_dpop',
    });
  });

  test('a challenge without an error leaves the word to the body', async () => {
    const body = '{"errorCode":"E0000015","errorSummary":"s"}';
    expect(await failureOf(challenged(401, 'Bearer realm="x"', body), get)).toMatchObject({
      code: 'okta_feature_missing',
    });
  });
});

describe('rate limits', () => {
  const RESET = 1_767_225_660;
  const limited = (headers: Record<string, string>) =>
    failureOf(new Response(null, { status: 429, headers }), get, () => (RESET - 30) * 1000);

  test.each([
    ["by Okta's clock", { date: 'Thu, 01 Jan 2026 00:00:40 GMT' }, 21],
    ['by ours without a Date', {}, 31],
    ['already over', { date: 'Thu, 01 Jan 2026 00:05:00 GMT' }, 1],
  ])('%s', async (_, headers, waitSeconds) => {
    const failure = await limited({ 'x-rate-limit-limit': '600', 'x-rate-limit-reset': String(RESET), ...headers });
    expect(failure.details).toMatchObject({ waitSeconds, resetAt: '2026-01-01T00:01:00.000Z', concurrency: false });
    expect(failure.fix).toContain(`Wait ${waitSeconds} seconds`);
  });

  test.each([
    {},
    { 'x-rate-limit-reset': 'soon' },
    { 'x-rate-limit-reset': '' },
    { 'x-rate-limit-reset': '99999999999999' },
  ])('without a usable reset: %j', async (headers) => {
    const failure = await limited(headers);
    expect(failure).toMatchObject({ code: 'okta_rate_limited', fix: 'Wait a minute and call again.' });
    expect(failure.details).not.toHaveProperty('resetAt');
  });

  test('limit 0 is about simultaneous requests', async () => {
    const failure = await limited({
      'x-rate-limit-limit': '0',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(RESET),
    });
    expect(failure).toMatchObject({ fix: 'Wait a few seconds and call again.', details: { concurrency: true } });
  });
});

describe('not the API', () => {
  test.each([
    [403, 'okta_reply_invalid', /web page/],
    [404, 'okta_reply_invalid', /web page/],
    [503, 'okta_unavailable', /gateway/],
  ])('HTML with %i', async (status, code, message) => {
    const page = new Response('<!DOCTYPE html><html>', { status, headers: { 'content-type': 'text/html' } });
    const failure = await failureOf(page, get);
    expect(failure).toMatchObject({ code });
    expect(failure.message).toMatch(message);
  });

  test.each([
    [
      'https://other.example.com/api?code=secret',
      'other.example.com',
      /set OKTA_ORG_URL to https:\/\/other\.example\.com/,
    ],
    ['/login', 'example.okta.com', /Check that OKTA_ORG_URL/],
    ['https://[', 'another address', /OKTA_ORG_URL/],
  ])('redirect to %s', async (location, target, fix) => {
    const failure = await failureOf(new Response(null, { status: 302, headers: { location } }), get);
    expect(failure).toMatchObject({
      code: 'okta_refused',
      details: { location: target },
      fix: expect.stringMatching(fix),
    });
    expect(JSON.stringify([failure.message, failure.fix, failure.details])).not.toContain('secret');
  });

  test.each(['{"errorCode":7', 'null', '[]', '{"errorCauses":[null,7,{}]}', '\u0000'])('body %j', async (body) => {
    const response = new Response(body, { status: 400, headers: { 'content-type': 'application/json' } });
    expect(await failureOf(response, get)).toMatchObject({ code: 'okta_invalid', details: { causes: [] } });
  });

  test('a body that breaks while it is read', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) });
    expect(await failureOf(new Response(body, { status: 404 }), get)).toMatchObject({ code: 'okta_not_found' });
  });
});

test('after a server error a write may have been carried out', async () => {
  expect((await failureOf(error(500, 'E0000009'), put)).message).toContain('It may or may not have been carried out.');
  expect((await failureOf(error(500, 'E0000009'), put)).fix).toMatch(/^Read the object/);
  expect((await failureOf(error(500, 'E0000009'), get)).message).not.toContain('carried out');
  expect((await failureOf(error(503, 'E0000010'), put)).message).not.toContain('carried out');
  expect((await failureOf(error(403, 'E0000006'), put)).message).not.toContain('carried out');
});

describe('text from outside', () => {
  test.each([
    ['plain', 'plain'],
    [' a\r\n\tb ', 'a b'],
    ['\u001b[31mred', '[31mred'],
    ['a\u200b\u202e\u2066\ufeffb', 'a b'],
    ['\u2028', undefined],
    ['', undefined],
    [7, undefined],
    [undefined, undefined],
    ['x'.repeat(500), `${'x'.repeat(400)}…`],
    [`${'x'.repeat(399)}😀`, `${'x'.repeat(399)}…`],
  ])('%j', (given, want) => {
    expect(cleanText(given)).toBe(want);
  });

  test('is always short and visible', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const clean = cleanText(text) ?? '';
        expect(clean.length).toBeLessThanOrEqual(401);
        expect(clean).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
