import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OktaMcpError } from '../../src/errors.js';
import type { JsonObject } from '../../src/tools/definition.js';
import { type ListCall, listResult, type ReadPage } from '../../src/tools/list-result.js';
import { jsonOf, textOf, tool } from './fixture.js';

const properties = { after: { type: 'string' }, limit: { type: 'integer' }, fields: { type: 'array' } };
const list = tool('list', { page: { resumable: true, limit: 50 }, inputSchema: { type: 'object', properties } });
const standing = tool('standing', { page: { resumable: false } });
const unlimited = tool('unlimited', { page: { resumable: true }, inputSchema: { type: 'object', properties } });

const never = async (): Promise<ReadPage> => {
  throw new Error('read again');
};
const call = (facts: Partial<ListCall> = {}): ListCall => ({
  tool: list,
  args: {},
  budget: 24_000,
  again: never,
  ...facts,
});
const bytes = (result: unknown) => Buffer.byteLength(textOf(result));
const people = (count: number, size = 100) =>
  Array.from({ length: count }, (_, index) => ({ id: index, text: 'ü'.repeat(size / 2) }));

describe('a page that fits', () => {
  test.each<{ name: string; page: ReadPage; args?: JsonObject; want: object }>([
    { name: 'last page', page: { items: [1, 2] }, want: { items: [1, 2], complete: true } },
    { name: 'empty list', page: { items: [] }, want: { items: [], complete: true } },
    {
      name: 'more',
      page: { items: [1], next: { after: 'c' } },
      want: { items: [1], complete: false, next: { after: 'c' } },
    },
    {
      name: 'empty page, but more',
      page: { items: [], next: { after: 'c' } },
      want: { items: [], complete: false, next: { after: 'c' } },
    },
    {
      name: 'empty page of a log query that caught up',
      args: { after: 'c' },
      page: { items: [], next: { after: 'c' } },
      want: { items: [], complete: true, next: { after: 'c' } },
    },
    {
      name: 'full page of a log query whose cursor stands still',
      args: { after: 'c' },
      page: { items: [1], next: { after: 'c' } },
      want: { items: [1], complete: false, next: { after: 'c' } },
    },
    {
      name: 'links and invisible characters go, what was embedded stays',
      page: { items: [{ id: 'u\u200B', _links: {}, _embedded: { app: { id: 'a', _links: {} } } }] },
      want: { items: [{ id: 'u', _embedded: { app: { id: 'a' } } }], complete: true },
    },
  ])('$name', async ({ page, args = {}, want }) => {
    const result = await listResult(page, call({ args }));
    expect(jsonOf(result)).toEqual(want);
    expect(result).toEqual({ content: [{ type: 'text', text: expect.any(String) }] });
  });

  test('words stand beside the list', async () => {
    expect(jsonOf(await listResult({ items: [] }, call({ note: 'Nothing\u200B.' })))).toEqual({
      note: 'Nothing.',
      items: [],
      complete: true,
    });
  });

  test('a list that cannot be resumed says that there is more', async () => {
    expect(jsonOf(await listResult({ items: [1], next: { after: 'c' } }, call({ tool: standing })))).toEqual({
      note: expect.stringContaining('cannot continue'),
      items: [1],
      complete: false,
    });
  });
});

describe('the projection', () => {
  const projected = tool('list', { ...list, projection: ['id', 'profile.login'] });
  const user = { id: '1', status: 'ACTIVE', profile: { login: 'a', about: 'x'.repeat(200) }, none: null };
  const shown = async (args: JsonObject, items: unknown[] = [user, user]) =>
    jsonOf(await listResult({ items }, call({ tool: projected, args })));

  test('says what it leaves out', async () => {
    const item = { id: '1', profile: { login: 'a' } };
    expect(await shown({})).toEqual({ items: [item, item], omitted: ['status', 'profile.about'], complete: true });
  });

  test('is widened by fields', async () => {
    const item = { id: '1', status: 'ACTIVE', profile: { login: 'a' } };
    expect(await shown({ fields: ['status'] })).toEqual({
      items: [item, item],
      omitted: ['profile.about'],
      complete: true,
    });
    expect(await shown({ fields: ['*'] })).toEqual({ items: [user, user], complete: true });
  });

  test('a field that no item has is said', async () => {
    expect(await shown({ fields: ['stats'] })).toMatchObject({
      note: 'No item on this page has stats (nearest: status).',
      omitted: ['status', 'profile.about'],
    });
  });

  test('shows all where that costs less than saying what is left out', async () => {
    const small = { id: '1', status: 'OK' };
    expect(await shown({}, [small])).toEqual({ items: [small], complete: true });
    expect(await shown({}, [small, small, small, small])).toMatchObject({ omitted: ['status'] });
  });

  test('a tool without one shows everything', async () => {
    expect(jsonOf(await listResult({ items: [user] }, call()))).toEqual({ items: [user], complete: true });
  });
});

describe('a page beyond the budget', () => {
  const items = people(40);

  test('is read again with as many as fit, so that Okta’s cursor goes on there', async () => {
    const asked: number[] = [];
    const again = async (limit: number) => {
      asked.push(limit);
      return { items: items.slice(0, limit), next: { after: 'c', limit: String(limit) } };
    };
    const result = await listResult({ items, next: { after: 'z', limit: '50' } }, call({ budget: 2_000, again }));
    const { items: shown, ...rest } = jsonOf(result);
    expect(asked).toHaveLength(1);
    expect(shown).toEqual(items.slice(0, asked[0]));
    expect(rest).toEqual({ complete: false, next: { after: 'c', limit: asked[0] } });
    expect(bytes(result)).toBeLessThanOrEqual(2_000);
    // Each item takes about 130 bytes.
    expect(asked[0]).toBeGreaterThanOrEqual(10);
  });

  test.each<{ name: string; again: ListCall['again']; says: RegExp }>([
    {
      name: 'where reading again fails',
      again: async () => {
        throw new OktaMcpError('okta_rate_limited', 'Wait.', 'Wait.');
      },
      says: /^Shown are the first (\d+) of 40 items; .* set limit to \1, or narrow the query, or use collect\.$/,
    },
    {
      name: 'where the shorter page has no next link',
      again: async (limit) => ({ items: items.slice(0, limit) }),
      says: /To see them, narrow the query, or use collect\.$/,
    },
    {
      name: 'where the limit is not respected',
      again: async () => ({ items, next: { after: 'c' } }),
      says: /To see them, narrow the query, or use collect\.$/,
    },
  ])('$name, it is cut and says so', async ({ again, says }) => {
    const result = await listResult({ items }, call({ budget: 2_000, again }));
    const { note, items: shown, ...rest } = jsonOf(result);
    expect(shown).toEqual(items.slice(0, (shown as unknown[]).length));
    expect(note).toMatch(says);
    expect(rest).toEqual({ complete: false });
    expect(bytes(result)).toBeLessThanOrEqual(2_000);
  });

  test('a defect of ours is no reason to cut', async () => {
    await expect(listResult({ items }, call({ budget: 2_000 }))).rejects.toThrow('read again');
  });

  test.each([{ tool: standing }, { tool: unlimited }])('$tool.name lists are cut at once', async ({ tool }) => {
    const page = { items, next: { after: 'c' } };
    const result = await listResult(page, call({ tool, budget: 2_000, args: { fields: ['*'] }, note: 'Words.' }));
    expect(jsonOf(result)).toEqual({
      note: expect.stringMatching(
        /^Words\. Shown are the first \d+ of 40 items, and Okta has more; .* ask for fewer fields, or narrow the query, or use collect\.$/,
      ),
      items: expect.any(Array),
      complete: false,
    });
    expect(bytes(result)).toBeLessThanOrEqual(2_000);
  });

  test('a single item is shown whole', async () => {
    const [item] = people(1, 10_000);
    expect(jsonOf(await listResult({ items: [item] }, call({ budget: 2_000 })))).toEqual({
      items: [item],
      complete: true,
    });
  });
});

/** A list of Okta's: a cursor is opaque and keeps its limit; `log`: there is always a next link. */
function readFrom(items: readonly unknown[], log: boolean, pad: number, requests: number[]) {
  return async ({ after, limit }: JsonObject): Promise<ReadPage> => {
    const start = after === undefined ? 0 : Number(String(after).split('-')[0]);
    const size = (limit as number | undefined) ?? 50;
    requests.push(size);
    const page = items.slice(start, start + size);
    const end = start + page.length;
    const next = { after: `${end}-${'x'.repeat(pad)}`, limit: String(size) };
    return { items: page, ...((log || end < items.length) && { next }) };
  };
}

test('paging through any list shows every item once, within the budget, and is complete only at its end', async () => {
  const unit = fc.constantFrom('a', '"', 'ü', '山', '🎉', '\u200B', '\n');
  const length = fc.oneof({ arbitrary: fc.nat(200), weight: 9 }, { arbitrary: fc.nat(5_000), weight: 1 });
  const text = fc.tuple(unit, length).map(([character, times]) => character.repeat(times));
  const item = fc.record({ text, more: fc.dictionary(fc.constantFrom('a', 'b', 'c'), text) });
  const given = fc.record({
    items: fc.array(item, { maxLength: 60, minLength: 1, size: 'max' }),
    budget: fc.integer({ min: 2_000, max: 8_000 }),
    limit: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
    log: fc.boolean(),
    pad: fc.integer({ min: 0, max: 300 }),
    projection: fc.option(fc.constantFrom(['id'], ['id', 'text'], ['id', 'more.a']), { nil: undefined }),
  });
  let cuts = 0;
  await fc.assert(
    fc.asyncProperty(given, async ({ items: bare, budget, limit, log, pad, projection }) => {
      const items = bare.map((each, id) => ({ id, ...each }));
      const own = projection ? tool('list', { ...list, projection }) : list;
      const requests: number[] = [];
      const read = readFrom(items, log, pad, requests);
      const seen: number[] = [];
      let args: JsonObject = { ...(limit !== undefined && { limit }) };
      for (let calls = 0; ; calls++) {
        expect(calls).toBeLessThanOrEqual(items.length + 1);
        requests.length = 0;
        const now = args;
        const again = (shorter: number) => read({ ...now, limit: shorter });
        const result = await listResult(await read(now), { tool: own, args: now, budget, again });
        const {
          items: shown,
          complete,
          next,
        } = jsonOf(result) as unknown as {
          items: { id: number }[];
          complete: boolean;
          next?: JsonObject;
        };
        if (shown.length > 1) expect(bytes(result)).toBeLessThanOrEqual(budget);
        expect(requests.length).toBeLessThanOrEqual(3);
        if (requests.length > 1) cuts++;
        seen.push(...shown.map(({ id }) => id));
        if (complete) break;
        expect(next).toBeDefined();
        args = { ...args, ...next };
      }
      expect(seen).toEqual(items.map(({ id }) => id));
    }),
    { numRuns: 200 },
  );
  expect(cuts).toBeGreaterThan(100);
});

test('a list that cannot be resumed shows its beginning, and is complete only when that is all', async () => {
  const text = fc.tuple(fc.constantFrom('a', 'ü', '🎉'), fc.nat(400)).map(([unit, times]) => unit.repeat(times));
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { maxLength: 40, size: 'max' }),
      fc.integer({ min: 2_000, max: 5_000 }),
      async (items, budget) => {
        const result = await listResult({ items }, call({ tool: standing, budget }));
        const { items: shown, complete } = jsonOf(result) as unknown as { items: string[]; complete: boolean };
        expect(shown).toEqual(items.slice(0, shown.length));
        expect(complete).toBe(shown.length === items.length);
        if (shown.length > 1) expect(bytes(result)).toBeLessThanOrEqual(budget);
        expect(shown.length > 0).toBe(items.length > 0);
      },
    ),
  );
});
