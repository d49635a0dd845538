import { expect, test } from 'vitest';
import { OktaMcpError } from '../../src/errors.js';
import { createAdminHandler } from '../../src/http/admin.js';
import { Metrics } from '../../src/http/metrics.js';
import { Readiness, type ReadinessReport } from '../../src/http/readiness.js';
import { RefusedRequest } from '../../src/http/refusals.js';

function world() {
  const state = { now: 0, asked: 0, failure: undefined as Error | undefined };
  const okta = async () => {
    state.asked += 1;
    if (state.failure) throw state.failure;
  };
  const metrics = new Metrics(() => 3);
  const readiness = new Readiness({ okta, keys: async () => {} }, () => state.now);
  const admin = createAdminHandler(readiness, metrics);
  return { state, metrics, readiness, get: (path: string) => admin(new Request(`http://localhost:8081${path}`)) };
}

const reportOf = async (response: Response) => (await response.json()) as ReadinessReport;

test('ready when everything is, and probes do not become load', async () => {
  const { state, get } = world();
  for (let at = 0; at < 5; at += 1) {
    const response = await get('/readyz');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ready', checks: { okta: 'ok', keys: 'ok' } });
  }
  expect(state.asked).toBe(1);
  state.now += 6000;
  await get('/readyz');
  expect(state.asked).toBe(2);
});

test('not ready: why, without what only the log may know', async () => {
  const { state, get } = world();
  state.failure = new OktaMcpError('auth_refused', 'Okta refused.', 'Grant the scope.');
  const response = await get('/readyz');
  expect(response.status).toBe(503);
  expect((await reportOf(response)).checks).toEqual({ okta: 'Okta refused. Grant the scope.', keys: 'ok' });
  state.now += 6000;
  state.failure = new RefusedRequest('provider_unavailable');
  expect((await reportOf(await get('/readyz'))).checks.okta).toMatch(
    /^Failed to initialise OIDC provider: .* Operators: /,
  );
  state.now += 6000;
  state.failure = new Error('/home/somebody/secret');
  expect((await reportOf(await get('/readyz'))).checks.okta).toBe('failed');
});

test('alive, but not ready, while it stops', async () => {
  const { readiness, get } = world();
  readiness.stop();
  expect((await get('/readyz')).status).toBe(503);
  expect((await get('/healthz')).status).toBe(200);
});

test('numbers for Prometheus', async () => {
  const { metrics, get } = world();
  const entry = { principal: 'app', arguments: '', confirmation: 'none' as const, duration: 120 };
  metrics.audited({ ...entry, tool: 'list_users', decision: 'called' });
  metrics.audited({ ...entry, tool: 'delete_group', decision: 'asked' });
  metrics.audited({ ...entry, tool: 'delete_group', decision: 'confirmed', confirmation: 'human' });
  metrics.audited({ ...entry, tool: 'delete_group', decision: 'failed' });
  metrics.answered({ status: 429, retry: false });
  metrics.answered({ status: 200, retry: true });
  metrics.limited('acme.okta.com GET /api/v1/users', { limit: 600, remaining: 150, reset: 0, endsAt: 0 });
  metrics.request({ method: 'POST', status: 200 });
  metrics.request({ method: 'BREW', status: 405 });
  const response = await get('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  const text = await response.text();
  for (const line of [
    'okta_mcp_tool_calls_total{tool="list_users",outcome="called"} 1',
    'okta_mcp_tool_calls_total{tool="delete_group",outcome="asked"} 1',
    'okta_mcp_tool_calls_total{tool="delete_group",outcome="failed"} 1',
    'okta_mcp_tool_call_seconds_sum{tool="list_users"} 0.12',
    'okta_mcp_tool_call_seconds_count{tool="delete_group"} 1',
    'okta_mcp_confirmations_total{by="human"} 1',
    'okta_mcp_okta_responses_total{status="429"} 1',
    'okta_mcp_okta_retries_total 1',
    'okta_mcp_okta_rate_remaining_ratio{endpoint="GET /api/v1/users"} 0.25',
    'okta_mcp_http_requests_total{method="POST",status="200"} 1',
    'okta_mcp_http_requests_total{method="other",status="405"} 1',
    'okta_mcp_sessions 3',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).toContain('process_resident_memory_bytes');
});

test.each([
  { given: 'localhost', url: 'http://localhost:8081', want: 200 },
  { given: 'IPv6', url: 'http://[::1]:8081', want: 200 },
  { given: 'a name that was rebound to this machine', url: 'http://evil.example:8081', want: 403 },
])('on loopback, asked by $given: $want', async ({ url, want }) => {
  const { readiness, metrics, state } = world();
  const admin = createAdminHandler(readiness, metrics, ['localhost', '127.0.0.1', '[::1]']);
  for (const path of ['/readyz', '/metrics']) expect((await admin(new Request(`${url}${path}`))).status).toBe(want);
  expect(state.asked).toBe(want === 200 ? 1 : 0);
});
