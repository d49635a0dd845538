import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DemoOrg, DemoOrgOptions } from '../../src/demo-org/demo-org.js';
import type { Fault } from '../../src/demo-org/fault.js';
import { demoOrg, NOON, nextPath, walk } from './client.js';

/** An org, and what it answers to "create a group" as a client sees it. */
function scene(options?: DemoOrgOptions) {
  const { org, call } = demoOrg(options);
  return { org, call, create: () => send(org, 'POST', '/api/v1/groups', { profile: { name: 'New' } }) };
}

async function send(org: DemoOrg, method: string, path: string, body?: unknown, init: RequestInit = {}) {
  const request = new Request(org.origin + path, {
    method,
    headers: { authorization: `Bearer ${org.issueToken({ scopes: ['okta.groups.manage'] })}` },
    ...init,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (body !== undefined) request.headers.set('content-type', 'application/json');
  try {
    const response = await org.fetch(request);
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    return { status: 0, headers: new Headers(), text: '', error: error as Error & { cause?: { code?: string } } };
  }
}

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

interface Row {
  readonly fault: Fault;
  /** What the client sees. */
  readonly status: number;
  readonly code?: string;
  readonly type?: string;
  /** Whether the group was made all the same. */
  readonly made: boolean;
}

const JSON_TYPE = 'application/json';
const rows: Row[] = [
  { fault: { kind: 'status', status: 500 }, status: 500, code: 'E0000009', type: JSON_TYPE, made: false },
  { fault: { kind: 'status', status: 503 }, status: 503, code: 'E0000010', type: JSON_TYPE, made: false },
  { fault: { kind: 'status', status: 502 }, status: 502, made: false },
  { fault: { kind: 'status', status: 500, when: 'after' }, status: 500, code: 'E0000009', type: JSON_TYPE, made: true },
  { fault: { kind: 'status', status: 502, when: 'after' }, status: 502, made: true },
  { fault: { kind: 'drop', when: 'before' }, status: 0, made: false },
  { fault: { kind: 'drop', when: 'after' }, status: 0, made: true },
  { fault: { kind: 'html' }, status: 200, type: 'text/html;charset=UTF-8', made: false },
  { fault: { kind: 'html', status: 502 }, status: 502, type: 'text/html;charset=UTF-8', made: false },
  { fault: { kind: 'html', when: 'after' }, status: 200, type: 'text/html;charset=UTF-8', made: true },
  { fault: { kind: 'invalid-token' }, status: 401, made: false },
  { fault: { kind: 'truncate' }, status: 200, type: JSON_TYPE, made: true },
  {
    fault: { kind: 'body', change: (group) => ({ ...group, type: 'FUTURE_GROUP' }) },
    status: 200,
    type: JSON_TYPE,
    made: true,
  },
  { fault: { kind: 'link', next: '/api/v1/elsewhere' }, status: 200, type: JSON_TYPE, made: true },
  { fault: { kind: 'clock', skew: 600_000 }, status: 200, type: JSON_TYPE, made: true },
  { fault: { kind: 'latency', ms: 5 }, status: 200, type: JSON_TYPE, made: true },
];

describe('each fault: what the client sees, and whether the change was made', () => {
  test.each(rows)('$fault', async ({ fault, status, code, type, made }) => {
    const { org, call, create } = scene({ sleep: async () => {} });
    const before = await walk(call, '/api/v1/groups');
    org.inject({ path: '/api/v1/groups', fault });
    const seen = await create();
    expect(seen.status).toBe(status);
    expect(seen.headers.get('content-type') ?? undefined).toBe(type);
    if (code) expect(JSON.parse(seen.text)).toMatchObject({ errorCode: code, errorCauses: [] });

    const entry = org.journal.at(-1)!;
    expect(entry).toMatchObject({ method: 'POST', path: '/api/v1/groups', status, faults: [fault.kind] });
    expect(entry.changes.map(({ kind, type }) => `${kind} ${type}`)).toEqual(made ? ['create UserGroup'] : []);
    // The org's own answer is known exactly when it gave one.
    expect(entry.answered).toBe(made ? 200 : undefined);
    expect((await walk(call, '/api/v1/groups')).length).toBe(before.length + (made ? 1 : 0));
  });

  test('a dropped connection rejects as undici does', async () => {
    const { org, create } = scene();
    org.inject({ path: '/api/v1/groups', fault: { kind: 'drop', when: 'before' } });
    const { error } = await create();
    expect(error).toBeInstanceOf(TypeError);
    expect([error?.message, error?.cause?.code]).toEqual(['fetch failed', 'ECONNRESET']);
  });

  test('half of the JSON', async () => {
    const { org, create } = scene();
    org.inject({ path: '/api/v1/groups', fault: { kind: 'truncate' } });
    const { text } = await create();
    expect(text).toMatch(/^\{"id":"00g/);
    expect(isJson(text)).toBe(false);
  });

  test('the credential ends in mid-session, and the next request works again', async () => {
    const { org, create } = scene();
    org.inject({ path: '**', skip: 1, fault: { kind: 'invalid-token' } });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push(await create());
    expect(statuses.map(({ status }) => status)).toEqual([200, 401, 409]);
    expect(statuses[1]!.text).toBe('');
    expect(statuses[1]!.headers.get('www-authenticate')).toContain(
      'scope="okta.groups.manage", error="invalid_token", error_description="The token has expired."',
    );
  });

  test('an API token ends in mid-session with E0000011', async () => {
    const { org, call } = scene();
    org.inject({ path: '**', fault: { kind: 'invalid-token' } });
    const { status, json } = await call('GET', '/api/v1/groups');
    expect([status, json.errorCode]).toEqual([401, 'E0000011']);
  });

  test('a record of the future, and one that lacks fields', async () => {
    const { org, call } = scene();
    const [first] = (await call('GET', '/api/v1/groups')).json;
    org.inject({
      path: '/api/v1/groups',
      fault: { kind: 'body', change: ([{ profile: _, ...group }, ...more]) => [{ ...group, type: 'FUTURE' }, ...more] },
    });
    const { json } = await call('GET', '/api/v1/groups');
    expect(json[0]).toMatchObject({ id: first.id, type: 'FUTURE' });
    expect(json[0]).not.toHaveProperty('profile');
    expect((await call('GET', '/api/v1/groups')).json[0]).toEqual(first);
  });

  test.each([
    ['https://elsewhere.example/api/v1/groups?after=x', 'https://elsewhere.example/api/v1/groups?after=x'],
    ['/api/v1/users?after=x', 'https://atlasworks-demo.example/api/v1/users?after=x'],
  ])('a next link to %s', async (next, want) => {
    const { org, call } = scene();
    for (const path of ['/api/v1/groups?limit=1', '/api/v1/groups?limit=200']) {
      org.inject({ path: '/api/v1/groups', fault: { kind: 'link', next } });
      const link = (await call('GET', path)).headers.get('link');
      expect(link).toBe(`<${org.origin}${path}>; rel="self", <${want}>; rel="next"`);
    }
  });

  test('a clock that is off', async () => {
    const { org, call } = scene();
    org.inject({ path: '**', fault: { kind: 'clock', skew: -600_000 } });
    expect((await call('GET', '/api/v1/groups')).headers.get('date')).toBe('Sun, 01 Mar 2026 11:50:00 GMT');
    expect((await call('GET', '/api/v1/groups')).headers.get('date')).toBe('Sun, 01 Mar 2026 12:00:00 GMT');
  });
});

describe('latency', () => {
  test('waits on the injected timer, before or after the change', async () => {
    let now = NOON;
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
      now += ms;
    };
    const { org, create } = scene({ now: () => now, sleep });
    org.inject({ path: '/api/v1/groups', fault: { kind: 'latency', ms: 3000 } });
    org.inject({ path: '/api/v1/groups', fault: { kind: 'latency', ms: 500, when: 'after' } });
    const { text } = await create();
    expect(waits).toEqual([3000, 500]);
    expect(JSON.parse(text).created).toBe('2026-03-01T12:00:03.000Z');
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a client that gives up meanwhile (%s) sees nothing; changes: %i', async (when, changes) => {
    let waiting = () => {};
    const reached = new Promise<void>((resolve) => {
      waiting = resolve;
    });
    const sleep = (ms: number, signal: AbortSignal) => {
      waiting();
      return setTimeout(ms, undefined, { signal });
    };
    const { org } = scene({ sleep });
    org.inject({ path: '**', fault: { kind: 'latency', ms: 60_000, when } });
    const reason = new Error('given up');
    const stop = new AbortController();
    const body = { profile: { name: 'New' } };
    const pending = send(org, 'POST', '/api/v1/groups', body, { signal: stop.signal });
    await reached;
    stop.abort(reason);
    expect((await pending).error).toBe(reason);
    expect(org.journal).toHaveLength(1);
    expect(org.journal[0]).toMatchObject({ status: 0, faults: ['latency'] });
    expect(org.journal[0]!.changes).toHaveLength(changes);
  });
});

describe('which requests', () => {
  const statuses = async (org: DemoOrg, paths: string[]) => {
    const seen: number[] = [];
    for (const path of paths) seen.push((await send(org, ...(path.split(' ') as [string, string]))).status);
    return seen;
  };
  const fault: Fault = { kind: 'status', status: 503 };

  test.each([
    { path: '/api/v1/groups', meets: ['/api/v1/groups', '/api/v1/groups?limit=1'] },
    { path: '/api/v1/groups/*', meets: ['/api/v1/groups/00gX'] },
    { path: '/api/v1/groups/**', meets: ['/api/v1/groups/00gX', '/api/v1/groups/00gX/users'] },
    { path: '/api/v1/*/00gX', meets: ['/api/v1/groups/00gX'] },
    { path: '/api/v1/group.', meets: [] },
    { path: (request: Request) => new URL(request.url).searchParams.has('limit'), meets: ['/api/v1/groups?limit=1'] },
  ])('$path meets $meets', async ({ path, meets }) => {
    const paths = ['/api/v1/groups', '/api/v1/groups?limit=1', '/api/v1/groups/00gX', '/api/v1/groups/00gX/users'];
    for (const one of paths) {
      const { org } = scene();
      org.inject({ path, fault });
      const [status] = await statuses(org, [`GET ${one}`]);
      expect([one, status === 503]).toEqual([one, meets.includes(one)]);
    }
  });

  test('method, skip and times', async () => {
    const { org } = scene();
    const get = 'GET /api/v1/groups';
    org.inject({ path: '**', method: 'GET', skip: 1, times: 2, fault });
    expect(await statuses(org, [get, 'DELETE /api/v1/groups/00gX', get, get, get])).toEqual([200, 404, 503, 503, 200]);
  });

  test('page 3 fails, once', async () => {
    const { org, call } = scene();
    org.inject({ path: '/api/v1/groups', skip: 2, fault });
    let path: string | undefined = '/api/v1/groups?limit=2';
    const seen: number[] = [];
    const ids: string[] = [];
    for (let tries = 0; path && tries < 50; tries++) {
      const answer = await call('GET', path);
      seen.push(answer.status);
      if (answer.status !== 200) continue;
      ids.push(...answer.json.map(({ id }: { id: string }) => id));
      path = nextPath(answer);
    }
    expect(seen.slice(0, 4)).toEqual([200, 200, 503, 200]);
    expect(ids).toEqual(await walk(call, '/api/v1/groups'));
  });

  test('without end, until they are cleared; a reset clears too', async () => {
    const { org } = scene();
    const get = 'GET /api/v1/groups';
    org.inject({ path: '**', times: Number.POSITIVE_INFINITY, fault });
    expect(await statuses(org, [get, get, get])).toEqual([503, 503, 503]);
    org.clearFaults();
    expect(await statuses(org, [get])).toEqual([200]);
    org.inject({ path: '**', fault });
    org.reset();
    expect(await statuses(org, [get])).toEqual([200]);
  });

  test('several faults at once: all of them strike, the first that ends the request ends it', async () => {
    const { org, create } = scene({ sleep: async () => {} });
    org.inject({ path: '**', fault: { kind: 'clock', skew: 60_000 } });
    org.inject({ path: '**', fault: { kind: 'status', status: 500 } });
    org.inject({ path: '**', fault: { kind: 'latency', ms: 1 } });
    const { status, headers } = await create();
    expect([status, headers.get('date')]).toEqual([500, 'Sun, 01 Mar 2026 12:01:00 GMT']);
    expect(org.journal[0]).toMatchObject({ faults: ['clock', 'status', 'latency'], changes: [] });
  });
});

test('whatever faults strike, a client that tries until it gets 200 or 409 leaves exactly one change', async () => {
  const when = fc.constantFrom('before' as const, 'after' as const);
  const fault = fc.oneof(
    fc.record({ kind: fc.constant('drop' as const), when }),
    fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(500, 502, 503), when }),
    fc.record({ kind: fc.constant('html' as const), status: fc.constant(502), when }),
    fc.constant({ kind: 'invalid-token' as const }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 6 }), async (faults) => {
      const { org, create } = scene();
      for (const [skip, one] of faults.entries()) org.inject({ path: '/api/v1/groups', skip, fault: one });
      let last = 0;
      for (let tries = 0; tries <= faults.length && last !== 200 && last !== 409; tries++)
        last = (await create()).status;
      expect([200, 409]).toContain(last);
      const changes = org.journal.flatMap((entry) => entry.changes);
      expect(changes.map(({ kind }) => kind)).toEqual(['create']);
      // 409 is the sign of a change whose answer was lost.
      expect(last === 409).toBe(org.journal.some((entry) => entry.status !== 200 && entry.changes.length > 0));
    }),
    { numRuns: 40 },
  );
});
