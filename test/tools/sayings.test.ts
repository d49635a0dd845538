import { describe, expect, test } from 'vitest';
import { parseSayings, Sayings } from '../../src/tools/sayings.js';
import { WordVectors } from '../../src/tools/word-vectors.js';
import { tool } from './fixture.js';

const vectors = new WordVectors(
  [
    ['laptop', 1],
    ['computer', 1],
    ['invoice', 1],
  ],
  new Int8Array([90, 10, 80, 30, -40, 90]),
);

test('words/sayings.txt is read as it is written', () => {
  expect(parseSayings("# head\n\na: one saying | it's: another\nb: c\n")).toEqual({
    a: ['one saying', "it's: another"],
    b: ['c'],
  });
});

describe('what is heard of a query', () => {
  const bare = { title: '', description: '' };
  const tools = [
    tool('one', { operation: 'shared', ...bare }),
    tool('two', { operation: 'shared', ...bare }),
    tool('three', bare),
  ];
  const heard = (file: Record<string, string[]>, query: string) => new Sayings(tools, file, vectors).hear(query);

  test('sayings of an operation are for all of its tools, those of a name for that one', () => {
    const file = { shared: ['send the invoice'], two: ['broken laptop'] };
    const [one, two, three] = heard(file, 'invoice');
    expect(one).toBeCloseTo(1, 5);
    expect(two).toBeLessThan(one!);
    expect(two).toBeGreaterThan(three!);
    expect(heard(file, 'laptop')[1]).toBeGreaterThan(heard(file, 'laptop')[0]!);
  });

  test('another word of the same meaning is heard too', () => {
    const [one, , three] = heard({ one: ['laptop'], three: ['invoice'] }, 'computer');
    expect(one).toBeGreaterThan(0.9);
    expect(three).toBeLessThan(0.1);
  });

  test('title and description are heard like sayings', () => {
    const told = [
      tool('one', { title: 'Invoice', description: '' }),
      tool('two', { title: '', description: 'Laptop.' }),
    ];
    const [invoice, laptop] = new Sayings(told, {}, vectors).hear('computer');
    expect(laptop).toBeGreaterThan(invoice!);
  });

  test('what nothing is said of is heard of nowhere', () => {
    expect(heard({}, 'laptop')).toEqual([0, 0, 0]);
    expect(heard({ one: ['laptop'] }, 'zebra')).toEqual([0, 0, 0]);
  });
});
