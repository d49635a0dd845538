import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSearchFiles } from '../../src/package-files.js';
import { dot, parseVocabulary, unit, WordVectors } from '../../src/tools/word-vectors.js';

// Two dimensions.
const vectors = new WordVectors(
  [
    ['the', 0.1],
    ['dog', 1],
    ['cat', 1],
    ['car', 1],
  ],
  new Int8Array([100, 0, 0, 100, 20, 90, 90, -20]),
);

test('words/vocabulary.txt is read as it is written', () => {
  expect(parseVocabulary('the 0.0174\nokta 1\n')).toEqual([
    ['the', 0.0174],
    ['okta', 1],
  ]);
});

test('a text lies where its words lie, and those of a small scale weigh little', () => {
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

test('unit keeps the direction', () => {
  const [x, y] = unit(Float32Array.of(3, -4));
  expect(x).toBeCloseTo(0.6, 6);
  expect(y).toBeCloseTo(-0.8, 6);
  expect([...unit(Float32Array.of(0, 0))]).toEqual([0, 0]);
});

test('words that have no place are named', () => {
  expect(vectors.strangersIn("The dog's zebraCrossing, the car 7")).toEqual(['zebra', 'crossing', '7']);
});

test('every place is of length 1 or 0', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('the', 'dog', 'cat', 'car', 'x')), (words) => {
      const vector = vectors.of(words.join(' '));
      const length = Math.sqrt(dot(vector, vector));
      expect(length === 0 || Math.abs(length - 1) < 1e-4).toBe(true);
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
