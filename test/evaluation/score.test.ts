import { expect, test } from 'vitest';
import { operations } from '../../generated/operations.js';
import { readSearchFiles, readToolFile } from '../../src/package-files.js';
import { ToolSearch } from '../../src/tools/search.js';
import { type Request, requests } from './requests.js';

const { tools } = readToolFile();
const search = new ToolSearch(tools, {
  pathOf: ({ operation }) => operations[operation as keyof typeof operations].path,
  ...readSearchFiles(),
});

/** The share of requests for which a right tool is among the first ones. Which request failed is nobody's business. */
function recall(asked: readonly Request[], first: number): number {
  const hits = asked.filter(({ text, want }) =>
    search
      .rank(text)
      .slice(0, first)
      .some(({ operation }) => want.includes(operation)),
  );
  return hits.length / asked.length;
}

// Floors, a little below what is reached: a change that finds less than before fails here.
test.each([
  { part: 'tuning', first: 1, least: 0.77 },
  { part: 'tuning', first: 5, least: 0.94 },
  { part: 'test', first: 1, least: 0.56 },
  { part: 'test', first: 5, least: 0.85 },
] as const)('find_tools: recall@$first on the $part part', ({ part, first, least }) => {
  const reached = recall(requests(part), first);
  console.log(`find_tools: recall@${first} on the ${part} part is ${reached.toFixed(3)}`);
  expect(reached).toBeGreaterThanOrEqual(least);
});
