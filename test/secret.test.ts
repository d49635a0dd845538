import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../src/secret.js';

const secret = new Secret('canary');

test.each([
  ['template', `${secret}`],
  ['concatenation', `a${String(secret)}`],
  ['JSON', JSON.stringify({ secret })],
  ['inspect', inspect({ secret }, { depth: 9, showHidden: true })],
  ['format', format('%s %o %j', secret, secret, secret)],
  ['entries', JSON.stringify(Object.entries(secret))],
])('%s does not show it', (_, shown) => {
  expect(shown).not.toContain('canary');
});

test('reveal shows it', () => {
  expect(secret.reveal()).toBe('canary');
});
