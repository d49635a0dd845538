import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, digest, Seal, type Sealed, UsedSealsInMemory } from '../../src/tools/seal.js';

const sealed = fc.record({
  kind: fc.constantFrom('human', 'model-two-step'),
  tool: fc.string(),
  arguments: fc.string(),
  principal: fc.string({ unit: 'binary' }),
  org: fc.webUrl(),
  version: fc.string(),
  expires: fc.nat(),
  id: fc.string(),
});
const facts: Sealed = {
  kind: 'human',
  tool: 't',
  arguments: 'a',
  principal: 'p',
  org: 'https://o.example',
  version: 'v',
  expires: 1,
  id: 'i',
};

describe('a seal', () => {
  test('gives back what was sealed, and shows none of it', () => {
    fc.assert(
      fc.property(sealed, (given) => {
        const seal = new Seal();
        const token = seal.close(given);
        expect(seal.open(token)).toEqual(given);
        expect(token).toMatch(/^[\w-]+$/);
        expect(seal.close(given)).not.toBe(token);
      }),
    );
  });

  test('is not opened once a single bit differs', () => {
    const seal = new Seal();
    const token = seal.close(facts);
    const bytes = Buffer.from(token, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const other = Buffer.from(bytes);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(seal.open(other.toString('base64url'))).toBeUndefined();
    }
  });

  test.each([
    undefined,
    null,
    '',
    'x',
    7,
    {},
    ['a'],
    'A'.repeat(38),
    'A'.repeat(40),
    'A'.repeat(5000),
    `${new Seal().close(facts)}=`,
  ])('%j opens nothing', (token) => {
    expect(new Seal().open(token)).toBeUndefined();
  });

  test('is opened by the same key only', () => {
    const key = Buffer.alloc(32, 7);
    expect(new Seal(key).open(new Seal(key).close(facts))).toEqual(facts);
    expect(new Seal(Buffer.alloc(32, 8)).open(new Seal(key).close(facts))).toBeUndefined();
  });

  test('has one spelling', () => {
    const seal = new Seal();
    // Of the last character of 2 mod 3 bytes, only some bits count.
    for (const padding of ['', 'x', 'xx']) {
      const token = seal.close({ ...facts, version: padding });
      const spellings = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
        .map((last) => token.slice(0, -1) + last)
        .filter((spelling) => seal.open(spelling));
      expect(spellings).toEqual([token]);
    }
  });
});

describe('any JSON', () => {
  test('is given back for its purpose only', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.string(), (value, purpose, other) => {
        const seal = new Seal();
        const token = seal.pack(purpose, value);
        expect(seal.unpack(purpose, token)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(new Seal().unpack(purpose, token)).toBeUndefined();
        if (other !== purpose) expect(seal.unpack(other, token)).toBeUndefined();
      }),
    );
  });

  test('is no confirmation, nor a confirmation any JSON', () => {
    const seal = new Seal();
    expect(seal.open(seal.pack('collect', Object.values(facts)))).toBeUndefined();
    expect(seal.unpack('collect', seal.close(facts))).toBeUndefined();
  });

  test('is not opened once a single bit differs', () => {
    const seal = new Seal();
    const bytes = Buffer.from(seal.pack('collect', { a: [1, 'x'] }), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const other = Buffer.from(bytes);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(seal.unpack('collect', other.toString('base64url'))).toBeUndefined();
    }
  });

  test('is short for what repeats itself', () => {
    expect(new Seal().pack('collect', 'x'.repeat(10_000)).length).toBeLessThan(200);
  });
});

describe('used seals', () => {
  test('are used once, also at the same time', async () => {
    const used = new UsedSealsInMemory(() => 0);
    expect(await Promise.all([used.use('a', 9), used.use('a', 9), used.use('b', 9)])).toEqual([true, false, true]);
    expect(await used.use('a', 9)).toBe(false);
  });

  test('are forgotten only when they have expired, so a full memory refuses', async () => {
    let now = 0;
    const used = new UsedSealsInMemory(() => now, 2);
    expect(await used.use('a', 10)).toBe(true);
    expect(await used.use('b', 20)).toBe(true);
    expect(await used.use('c', 30)).toBe(false);
    now = 15;
    expect(await used.use('b', 20)).toBe(false);
    expect(await used.use('c', 30)).toBe(true);
    expect(await used.use('d', 30)).toBe(false);
  });
});

describe('digest', () => {
  test.each([
    [{ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }, true],
    [{ a: 1 }, { a: '1' }, false],
    [{ a: null }, {}, false],
    [{ a: undefined }, {}, true],
    [[1, 2], [2, 1], false],
    [['a,b'], ['a', 'b'], false],
    [{ 'a":1,"b': 2 }, { a: 1, b: 2 }, false],
    [JSON.parse('{"__proto__":{"a":1}}'), {}, false],
    ['', null, false],
  ])('%j and %j are the same: %s', (a, b, same) => {
    expect(digest(a) === digest(b)).toBe(same);
  });

  test('tells any two JSON values apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const equal = canonical(a) === canonical(b);
        expect(digest(a) === digest(b)).toBe(equal);
        expect(JSON.parse(canonical(a))).toEqual(JSON.parse(JSON.stringify(a)));
      }),
    );
  });
});
