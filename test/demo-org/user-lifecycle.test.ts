import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UserStatus } from '../../src/demo-org/users.js';
import { type Call, demoOrg, profile } from './client.js';

const ALL: readonly UserStatus[] = [
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'PASSWORD_EXPIRED',
  'LOCKED_OUT',
  'SUSPENDED',
  'DEPROVISIONED',
];
const FORGETFUL = { ACTIVE: 1, RECOVERY: 1, PASSWORD_EXPIRED: 1, LOCKED_OUT: 1 };
const to = (status: UserStatus, from: object) => Object.fromEntries(Object.keys(from).map((name) => [name, status]));

/** Section 2.7 of the Okta facts: operation, status before to status after, and the refusal everywhere else. */
const MACHINE: Record<string, { moves: Partial<Record<UserStatus, UserStatus>>; refused: readonly [number, string] }> =
  {
    activate: { moves: { STAGED: 'PROVISIONED', DEPROVISIONED: 'PROVISIONED' }, refused: [403, 'E0000038'] },
    reactivate: { moves: { PROVISIONED: 'PROVISIONED', RECOVERY: 'RECOVERY' }, refused: [403, 'E0000038'] },
    deactivate: {
      moves: to('DEPROVISIONED', { ...FORGETFUL, STAGED: 1, PROVISIONED: 1, SUSPENDED: 1 }),
      refused: [403, 'E0000038'],
    },
    suspend: { moves: { ACTIVE: 'SUSPENDED' }, refused: [400, 'E0000001'] },
    unsuspend: { moves: { SUSPENDED: 'ACTIVE' }, refused: [400, 'E0000001'] },
    unlock: { moves: { LOCKED_OUT: 'ACTIVE' }, refused: [403, 'E0000032'] },
    reset_password: { moves: to('RECOVERY', { ...FORGETFUL, PROVISIONED: 1 }), refused: [403, 'E0000038'] },
    expire_password: { moves: to('PASSWORD_EXPIRED', FORGETFUL), refused: [403, 'E0000038'] },
    expire_password_with_temp_password: { moves: to('PASSWORD_EXPIRED', FORGETFUL), refused: [403, 'E0000038'] },
  };

async function someone(call: Call, status: UserStatus): Promise<string> {
  const { json } = await call('GET', `/api/v1/users?filter=${encodeURIComponent(`status eq "${status}"`)}`);
  return json.at(-1).id;
}

const cases = Object.entries(MACHINE).flatMap(([name, { moves, refused }]) =>
  ALL.map((before) => {
    const code = name === 'activate' && before === 'ACTIVE' ? ([403, 'E0000016'] as const) : refused;
    return [name, before, moves[before] ?? code] as const;
  }),
);

test.each(cases)('%s from %s: %s', async (name, before, want) => {
  const { org, call } = demoOrg();
  const id = await someone(call, before);
  const answer = await call('POST', `/api/v1/users/${id}/lifecycle/${name}`);
  const after = (await call('GET', `/api/v1/users/${id}`)).json.status;
  if (typeof want === 'string') {
    expect([answer.status, after]).toEqual([200, want]);
    expect(org.journal[1]?.change).toEqual({ kind: 'lifecycle', type: 'User', id });
  } else {
    expect([answer.status, answer.json.errorCode, after]).toEqual([...want, before]);
    expect(org.journal[1]?.changes).toEqual([]);
  }
});

test.each([
  ['activate?sendEmail=false', 'STAGED', ['activationToken', 'activationUrl']],
  ['reactivate?sendEmail=false', 'PROVISIONED', ['activationToken', 'activationUrl']],
  ['reset_password?sendEmail=false', 'ACTIVE', ['resetPasswordUrl']],
  ['expire_password_with_temp_password', 'ACTIVE', ['tempPassword']],
  ['activate', 'STAGED', []],
  ['suspend', 'ACTIVE', []],
] as const)('%s answers with %s', async (operation, status, keys) => {
  const { call } = demoOrg();
  const { json } = await call('POST', `/api/v1/users/${await someone(call, status)}/lifecycle/${operation}`);
  expect(Object.keys(json).sort()).toEqual(keys);
});

test.each([
  ['', {}, 'PROVISIONED'],
  ['?activate=false', {}, 'STAGED'],
  ['?activate=false', { credentials: { password: { value: 'invented-pass-1' } } }, 'STAGED'],
  ['', { credentials: { password: { value: 'invented-pass-1' } } }, 'ACTIVE'],
  ['?provider=true', { credentials: { provider: { type: 'FEDERATION', name: 'FEDERATION' } } }, 'ACTIVE'],
  ['?nextLogin=changePassword', { credentials: { password: { value: 'invented-pass-1' } } }, 'PASSWORD_EXPIRED'],
])('a user created with %j %j is %s', async (query, more, status) => {
  const { json } = await demoOrg().call('POST', `/api/v1/users${query}`, {
    profile: profile('nova@atlasworks.example'),
    ...more,
  });
  expect(json).toMatchObject({ status, id: expect.stringMatching(/^00u\w{17}$/) });
});

test('the first DELETE deactivates, the second deletes, the third finds nothing', async () => {
  const { org, call } = demoOrg();
  const id = await someone(call, 'ACTIVE');
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push(await call('DELETE', `/api/v1/users/${id}`));
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 404]);
  expect(answers[0]?.text).toBe('');
  expect(org.journal.slice(1).map(({ change }) => change?.kind)).toEqual(['lifecycle', 'delete', undefined]);
});

test('no sequence of operations leaves the state machine', async () => {
  const operations = fc.array(fc.constantFrom(...Object.keys(MACHINE)), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(operations, async (names) => {
      const { call } = demoOrg({ users: 8 });
      const password = { credentials: { password: { value: 'invented-pass-1' } } };
      const { json } = await call('POST', '/api/v1/users', {
        profile: profile('nova@atlasworks.example'),
        ...password,
      });
      let status: UserStatus = json.status;
      let hasPassword = true;
      for (const name of names) {
        await call('POST', `/api/v1/users/${json.id}/lifecycle/${name}`);
        let next = MACHINE[name]?.moves[status] ?? status;
        if (name === 'activate' && next === 'PROVISIONED' && status !== 'PROVISIONED' && hasPassword) next = 'ACTIVE';
        if (next === 'DEPROVISIONED') hasPassword = false;
        status = next;
        expect((await call('GET', `/api/v1/users/${json.id}`)).json.status).toBe(status);
      }
    }),
    { numRuns: 60 },
  );
});
