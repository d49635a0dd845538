import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Spelling } from '../../src/tools/spelling.js';

const texts = ['Suspend user', 'deactivate user account', 'offboard and onboard', 'onboard a user', 'list policies'];
const spelling = new Spelling({ texts: () => texts, knows: (word) => ['rest', 'lopez'].includes(word) });

test.each([
  { given: 'a letter left out', text: 'supend the acount', want: 'suspend the account' },
  { given: 'a letter too much', text: 'suspendd useer', want: 'suspend user' },
  { given: 'letters swapped', text: 'suspned a usre', want: 'suspend a user' },
  { given: 'two letters of a long word', text: 'deactvte acount', want: 'deactivate account' },
  { given: 'a doubled letter, rather than another word', text: 'ofboard', want: 'offboard' },
  { given: 'capitals at the beginning', text: 'Deactivat users', want: 'deactivate user' },
  { given: 'words that are known elsewhere', text: 'rest lopez', want: 'rest lopez' },
  { given: 'names', text: 'suspend Usr', want: 'suspend Usr' },
  { given: 'addresses, ids and names of programs', text: 'usr@acme.com usr.name 00usr usr_id /usr', want: undefined },
  { given: 'short words, and what nothing is close to', text: 'usr zebra pol', want: 'usr zebra pol' },
  { given: 'other scripts', text: 'größer パスワード', want: undefined },
])('$given: "$text"', ({ text, want = text }) => {
  expect(spelling.correct(text)).toBe(want);
});

test('the texts are read once, and only when there is a word to correct', () => {
  let read = 0;
  const lazy = new Spelling({ texts: () => texts.slice(0, ++read ? undefined : 0), knows: (word) => word === 'user' });
  lazy.correct('user');
  expect(read).toBe(0);
  for (const text of ['usre', 'supend']) lazy.correct(text);
  expect(read).toBe(1);
});

test('what is right stays as it is', () => {
  const words = texts.flatMap((text) => text.toLowerCase().split(' '));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words)), (right) => {
      expect(spelling.correct(right.join(' '))).toBe(right.join(' '));
    }),
  );
});
