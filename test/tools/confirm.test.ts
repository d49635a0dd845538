import { expect, test } from 'vitest';
import { withoutConfirmation } from '../../src/tools/confirm.js';
import { tool } from './fixture.js';

test.each([
  { facts: { risk: 'read' as const }, refused: false },
  { facts: { risk: 'write' as const }, refused: false },
  { facts: { risk: 'write' as const, update: 'replace' as const }, refused: true },
  { facts: { risk: 'destructive' as const }, refused: true },
  { facts: { risk: 'privileged' as const }, refused: true },
])('$facts against a real org is refused: $refused; in the demo org never', ({ facts, refused }) => {
  const error = withoutConfirmation(false)(tool('t', facts));
  expect(error?.code).toBe(refused ? 'confirmation_unavailable' : undefined);
  if (refused) expect(error?.message).toMatch(/confirmation not available yet/i);
  expect(withoutConfirmation(true)(tool('t', facts))).toBeUndefined();
});
