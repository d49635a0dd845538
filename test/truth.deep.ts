import { describe, expect, test } from 'vitest';
import { callThroughFaults } from './faulty-org.js';

const CALLS = 2500;

describe('over 10,000 calls with random faults', () => {
  test.each([11, 12, 13, 14])('seed %i: no lies', { timeout: 300_000 }, async (seed) => {
    const { lies, ...tally } = await callThroughFaults({ calls: CALLS, seed });
    console.log(seed, tally);
    expect(lies).toEqual([]);
    expect(tally.calls).toBeGreaterThanOrEqual(CALLS);
    expect(tally.changesUnanswered).toBeGreaterThan(40);
    expect(tally.complete).toBeGreaterThan(60);
    expect(tally.resumed).toBeGreaterThan(15);
    expect(tally.batched).toBeGreaterThan(300);
  });
});
