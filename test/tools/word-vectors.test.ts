import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSearchFiles } from '../../src/package-files.js';
import { dot, unit, WordVectors } from '../../src/tools/word-vectors.js';

// Two dimensions, most frequent word first.
const vectors = new WordVectors(['the', 'dog', 'cat', 'car'], new Int8Array([100, 0, 0, 100, 20, 90, 90, -20]));

test('a text lies where its words lie, and the frequent ones weigh little', () => {
  const [x, y] = vectors.of('The dog');
  expect(Math.hypot(x!, y!)).toBeCloseTo(1, 5);
  expect(y!).toBeGreaterThan(x!);
  expect([...vectors.of("a dog's, DOG! dogDog")]).toEqual([0, 1]);
});

test('what is close in meaning is close', () => {
  const dog = vectors.of('dog');
  expect(dot(dog, vectors.of('cat'))).toBeGreaterThan(dot(dog, vectors.of('car')));
});

test('a text without any known word lies nowhere', () => {
  for (const text of ['', 'zebra', '🙂']) expect([...vectors.of(text)]).toEqual([0, 0]);
  expect([...new WordVectors([], new Int8Array()).of('dog')]).toEqual([]);
});

test('every place is of length 1 or 0', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('the', 'dog', 'cat', 'car', 'x')), (words) => {
      const vector = vectors.of(words.join(' '));
      const length = Math.sqrt(dot(vector, vector));
      expect(length === 0 || Math.abs(length - 1) < 1e-4).toBe(true);
      expect(unit(vector)).toEqual(vector.map((value) => (length === 0 ? 0 : Math.fround(value / length))));
    }),
  );
});

test.each([
  { text: 'laptop', near: 'computer', far: 'policy' },
  { text: 'fired', near: 'employee resigned', far: 'certificate' },
  { text: 'revoke', near: 'cancel', far: 'logo' },
])('the vectors of words/ know that $text is nearer to $near than to $far', ({ text, near, far }) => {
  const { vectors: real } = readSearchFiles();
  const place = real.of(text);
  expect(dot(place, real.of(near))).toBeGreaterThan(dot(place, real.of(far)) + 0.1);
});
