import { describe, expect, test } from 'vitest';
import type { Fault } from '../src/demo-org/fault.js';
import { callThroughFaults, faultyOrg } from './faulty-org.js';
import { jsonOf, textOf } from './tools/fixture.js';

test('through random faults: nothing is done twice, no failure looks like success, no part of a list like the whole', async () => {
  const tally = await callThroughFaults({ calls: 1500, seed: 1 });
  console.log(tally);
  expect(tally.lies).toEqual([]);
  // Enough happened to tell something.
  expect(tally.calls).toBeGreaterThanOrEqual(1500);
  expect(tally.changes).toBeGreaterThan(200);
  expect(tally.changesUnanswered).toBeGreaterThan(30);
  expect(tally.complete).toBeGreaterThan(40);
  expect(tally.resumed).toBeGreaterThan(10);
  expect(tally.batched).toBeGreaterThan(200);
  expect(tally.retries).toBeGreaterThan(100);
  expect(tally.faults['drop after']).toBeGreaterThan(100);
});

describe('one fault at a time, through the whole server', () => {
  const page = { path: '/api/v1/users', method: 'GET' };
  test.each<{ given: string; fault: Fault; says: RegExp }>([
    { given: 'a web page', fault: { kind: 'html' }, says: /okta_reply_invalid.*"status":200/ },
    { given: 'half of the JSON', fault: { kind: 'truncate' }, says: /okta_reply_invalid/ },
    { given: 'something that is no list', fault: { kind: 'body', change: () => ({}) }, says: /okta_reply_invalid/ },
    { given: 'a server error', fault: { kind: 'status', status: 500 }, says: /okta_unavailable/ },
    { given: 'a redirect', fault: { kind: 'status', status: 302 }, says: /okta_refused/ },
    {
      given: 'a link to another path',
      fault: { kind: 'link', next: '/api/v1/apps?after=x' },
      says: /okta_reply_invalid/,
    },
    {
      given: 'a link to another path of another host',
      fault: { kind: 'link', next: 'https://elsewhere.example/api/v1/apps?after=x' },
      says: /okta_reply_invalid/,
    },
    {
      given: 'a link that climbs',
      fault: { kind: 'link', next: '/api/v1/users/../apps?after=x' },
      says: /okta_reply_invalid/,
    },
  ])('$given on the second page is a failure', async ({ fault, says }) => {
    const { org, toolbox } = await faultyOrg();
    const { next } = jsonOf(await toolbox.call('list_users', { limit: 5 }, {}));
    org.inject({ ...page, times: 3, fault });
    const second = await toolbox.call('list_users', { limit: 5, ...(next as object) }, {});
    expect(second.isError).toBe(true);
    expect(textOf(second).replace(/\n/g, ' ')).toMatch(says);
  });

  test('a connection that is lost for good is a failure', async () => {
    const { org, toolbox } = await faultyOrg();
    org.inject({ ...page, times: 3, fault: { kind: 'drop', when: 'after' } });
    const lost = await toolbox.call('list_users', {}, {});
    expect(lost.isError).toBe(true);
    expect(org.journal).toHaveLength(3);
  });

  test('of a link only the query is used, on the configured host', async () => {
    const { org, toolbox, urls } = await faultyOrg();
    const first = jsonOf(await toolbox.call('list_users', { limit: 5 }, {}));
    const { after } = first.next as { after: string };
    org.inject({
      ...page,
      fault: { kind: 'link', next: `https://elsewhere.example/api/v1/users?after=${after}&limit=5` },
    });
    const bent = jsonOf(await toolbox.call('list_users', { limit: 5 }, {}));
    expect(bent).toEqual(first);
    const second = await toolbox.call('list_users', { limit: 5, ...(bent.next as object) }, {});
    expect(jsonOf(second)).toMatchObject({ items: { length: 5 } });
    expect(urls.at(-1)).toBe(`${org.origin}/api/v1/users?after=${after}&limit=5`);
    expect(urls.filter((url) => !url.startsWith(`${org.origin}/`))).toEqual([]);
  });
});
