import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExpression } from '../../src/demo-org/rule-expression.js';
import { demoOrg, profile, walk } from './client.js';

const subject = {
  attribute: (name: string) => ({ department: 'Sales', city: 'Berlin', level: 3, remote: true })[name],
  member: (by: 'id' | 'name', group: string) => (by === 'id' ? group === '00gA' : group === 'Managers'),
};

test.each([
  ['user.department=="Sales"', true],
  ["user.department == 'Sales'", true],
  ['user.department=="sales"', false],
  ['user.department!="Sales"', false],
  ['user.level == 3', true],
  ['user.remote', true],
  ['!user.remote', false],
  ['user.title == null', true],
  ['user.department=="Legal" or user.city=="Berlin"', true],
  ['user.department=="Legal" OR user.city=="Berlin" and user.level==4', false],
  ['(user.department=="Legal" || user.city=="Berlin") && user.level==3', true],
  ['String.startsWith(user.city, "Ber")', true],
  ['String.stringContains(user.city,"x")', false],
  ['isMemberOfAnyGroup("00gB", "00gA")', true],
  ['isMemberOfGroup("00gB")', false],
  ['isMemberOfGroupName("Managers") and !(user.city=="Paris")', true],
])('%s is %s', (text, want) => {
  expect(parseExpression(text)?.(subject)).toBe(want);
});

test.each([
  '',
  'user.',
  'user.a ==',
  '(user.a=="b"',
  'user.a=="b")',
  'Arrays.contains(user.a, "b")',
  'user.a = "b"',
  'isMemberOfGroup()',
  '"open',
])('%s is beyond it', (text) => {
  expect(parseExpression(text)).toBeUndefined();
});

test('no text makes it throw', () => {
  const pieces = fc.constantFrom(
    'user.a',
    '==',
    '!=',
    '"x"',
    '(',
    ')',
    'and',
    'or',
    '!',
    ',',
    'String.startsWith',
    '1',
    ' ',
  );
  fc.assert(fc.property(fc.array(pieces, { maxLength: 12 }), (all) => void parseExpression(all.join(' '))?.(subject)));
  fc.assert(fc.property(fc.string(), (text) => void parseExpression(text)?.(subject)));
});

test('an active rule keeps deciding as users come and change; only what it gave does it take', async () => {
  const { org, call } = demoOrg();
  const group = async (name: string) => (await call('POST', '/api/v1/groups', { profile: { name } })).json.id;
  const [ruled, byHand] = [await group('Ruled'), await group('By hand')];
  const rule = {
    type: 'group_rule',
    name: 'Harbour',
    conditions: { expression: { value: 'user.city=="Harbour"', type: 'urn:okta:expression:1.0' } },
    actions: { assignUserToGroups: { groupIds: [ruled] } },
  };
  const { id } = (await call('POST', '/api/v1/groups/rules', rule)).json;
  await call('POST', `/api/v1/groups/rules/${id}/lifecycle/activate`);
  const city = 'Harbour';
  const made = await call('POST', '/api/v1/users', { profile: { ...profile('nova@atlasworks.example'), city } });
  const path = `/api/v1/users/${made.json.id}`;
  const names = async () =>
    (await call('GET', `${path}/groups`)).json.slice(1).map((each: { profile: { name: string } }) => each.profile.name);
  expect([await names(), org.journal.find(({ path: asked }) => asked === '/api/v1/users')?.changes]).toEqual([
    ['Ruled'],
    [
      { kind: 'create', type: 'User', id: made.json.id },
      { kind: 'assign', type: 'UserGroup', id: ruled, with: made.json.id },
    ],
  ]);
  await call('PUT', `/api/v1/groups/${byHand}/users/${made.json.id}`);
  await call('POST', path, { profile: { city: 'Inland' } });
  expect(await names()).toEqual(['By hand']);
  await call('POST', path, { profile: { city } });
  await call('POST', `/api/v1/groups/rules/${id}/lifecycle/deactivate`);
  await call('POST', path, { profile: { city: 'Inland' } });
  expect(await names()).toEqual(['Ruled', 'By hand']);
  await call('DELETE', `/api/v1/groups/rules/${id}?removeUsers=true`);
  expect(await walk(call, `/api/v1/groups/${ruled}/users`)).toEqual([]);
});
