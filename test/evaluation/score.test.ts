import { expect, test } from 'vitest';
import { operations } from '../../generated/operations.js';
import { readSearchFiles, readToolFile } from '../../src/package-files.js';
import { ToolSearch } from '../../src/tools/search.js';
import { type Request, requests } from './requests.js';

const { tools } = readToolFile();
const search = new ToolSearch(tools, {
  operationOf: ({ operation }) => operations[operation as keyof typeof operations],
  ...readSearchFiles(),
});

/** The share of requests for which a right tool is among the first ones. Which request failed is nobody's business. */
function recall(part: Part, first: number): number {
  const hits = places[part].filter((place) => place !== -1 && place < first);
  return hits.length / places[part].length;
}

type Part = Parameters<typeof requests>[0];
const places = { tuning: requests('tuning').map(placeOf), test: requests('test').map(placeOf) };

function placeOf({ text, want }: Request): number {
  return search.rank(text).findIndex(({ operation }) => want.includes(operation));
}

// Floors, a little below what is reached: a change that finds less than before fails here.
test.each([
  { part: 'tuning', first: 1, least: 0.87 },
  { part: 'tuning', first: 5, least: 0.985 },
  { part: 'test', first: 1, least: 0.87 },
  { part: 'test', first: 5, least: 0.97 },
] as const)('find_tools: recall@$first on the $part part', ({ part, first, least }) => {
  const reached = recall(part, first);
  console.log(`find_tools: recall@${first} on the ${part} part is ${reached.toFixed(3)}`);
  expect(reached).toBeGreaterThanOrEqual(least);
});
