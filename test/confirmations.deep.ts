import { expect, test } from 'vitest';
import { attack } from './tools/confirm-attacks.js';

const COUNT = 10_500;

test(`${COUNT} sequences of hostile confirmations: nothing unconfirmed arrives, what is confirmed arrives once`, async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const { sequences, legitimate, attacks } = await attack(COUNT, seed);
  console.log(`seed ${seed}: ${sequences} sequences, ${legitimate} with a real confirmation`);
  for (const [name, count] of Object.entries(attacks).sort()) console.log(`${String(count).padStart(6)} ${name}`);
  expect(sequences).toBe(COUNT);
  expect(legitimate / sequences).toBeGreaterThanOrEqual(0.2);
  expect(Object.entries(attacks).filter(([, count]) => count < 300)).toEqual([]);
}, 900_000);
