import { describe, expect, test } from 'vitest';
import { parseSayings, Sayings } from '../../src/tools/sayings.js';
import { WordVectors } from '../../src/tools/word-vectors.js';
import { Words } from '../../src/tools/words.js';
import { tool } from './fixture.js';

const words = new Words({ same: [], near: {}, verbs: [], names: {}, ignore: 'the a' });
const vectors = new WordVectors(['laptop', 'computer', 'invoice'], new Int8Array([90, 10, 80, 30, -40, 90]));

test('words/sayings.txt is read as it is written', () => {
  expect(parseSayings("# head\n\na: one saying | it's: another\nb: c\n")).toEqual({
    a: ['one saying', "it's: another"],
    b: ['c'],
  });
});

describe('what is heard of a query', () => {
  const tools = [tool('one', { operation: 'shared' }), tool('two', { operation: 'shared' }), tool('three')];
  const heard = (file: Record<string, string[]>, query: string) => {
    return new Sayings(tools, file, words, vectors).hear(query);
  };

  test('sayings of an operation are for all of its tools, those of a name for that one', () => {
    const file = { shared: ['send the invoice'], two: ['broken laptop'] };
    expect(heard(file, 'invoice').map((each) => each.words > 0)).toEqual([true, true, false]);
    expect(heard(file, 'laptop').map((each) => each.words > 0)).toEqual([false, true, false]);
  });

  test('a word that fewer tools have tells more, and so does one that more sayings have', () => {
    const file = { one: ['red apple', 'red pear'], two: ['red plum', 'plum tart'], three: ['blue plum', 'sky'] };
    const [one, two] = heard(file, 'apple').map((each) => each.words);
    expect(one).toBeGreaterThan(two!);
    expect(heard(file, 'apple')[0]!.words).toBeGreaterThan(heard(file, 'red')[1]!.words);
    const plums = heard(file, 'plum').map((each) => each.words);
    expect(plums[1]).toBeGreaterThan(plums[2]!);
  });

  test('another word of the same meaning is heard too', () => {
    const file = { one: ['laptop'], three: ['invoice'] };
    const [one, , three] = heard(file, 'computer');
    expect(one!.words).toBe(0);
    expect(one!.closest).toBeGreaterThan(0.9);
    expect(one!.closest).toBeGreaterThan(three!.closest);
    expect(one!.about).toBeGreaterThan(three!.about);
  });
});
