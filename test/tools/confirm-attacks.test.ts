import { expect, test } from 'vitest';
import { attack } from './confirm-attacks.js';

// The long version, with counts, is test/confirmations.deep.ts.
test('no sequence of hostile confirmations acts, and a real one acts once', async () => {
  const { sequences, legitimate, attacks } = await attack(1_500, 1);
  expect(sequences).toBe(1_500);
  expect(legitimate / sequences).toBeGreaterThan(0.2);
  expect(Object.keys(attacks).length).toBeGreaterThan(18);
}, 60_000);
