import { expect, test } from 'vitest';
import { demoOrg } from './client.js';

const path = '/api/v1/users/marcus.okonjo/factors';

test.each([
  ['sms', { phoneNumber: '+15550100' }, 'OKTA', 'PENDING_ACTIVATION', 'mbl'],
  ['email', { email: 'x@atlasworks.example' }, 'OKTA', 'PENDING_ACTIVATION', 'emf'],
  ['question', { question: 'food', answer: 'invented' }, 'OKTA', 'ACTIVE', 'ufs'],
  ['token:hardware', {}, 'YUBICO', 'ACTIVE', 'ykf'],
])('%s is enrolled', async (factorType, profile, provider, status, prefix) => {
  const { org, call } = demoOrg();
  const { json } = await call('POST', path, { factorType, profile });
  expect(json).toMatchObject({
    factorType,
    provider,
    status,
    id: expect.stringMatching(new RegExp(`^${prefix}\\w{17}$`)),
  });
  expect((await call('GET', `${path}/${json.id}`)).json).toEqual(json);
  expect((await call('POST', path, { factorType, profile })).json.errorCode).toBe('E0000001');
  expect(org.journal.flatMap(({ changes }) => changes)).toHaveLength(1);
});

test('activation wants a pass code, once', async () => {
  const { call } = demoOrg();
  const { id } = (await call('POST', path, { factorType: 'sms', profile: { phoneNumber: '+15550100' } })).json;
  const activate = (passCode: string) => call('POST', `${path}/${id}/lifecycle/activate`, { passCode });
  expect((await activate('000000')).json.errorCode).toBe('E0000068');
  expect((await activate('123456')).json).toMatchObject({ id, status: 'ACTIVE' });
  expect((await activate('123456')).json.errorCode).toBe('E0000107');
  const events = (await call('GET', '/api/v1/logs?since=2026-03-01T12:00:00Z')).json;
  expect(events.map(({ eventType }: { eventType: string }) => eventType)).toEqual([
    'user.mfa.factor.enroll',
    'user.mfa.factor.activate',
  ]);
});

test('activate=true skips the wait, an unknown type is refused, the catalog knows what is set up', async () => {
  const { call } = demoOrg();
  const sms = { factorType: 'sms', profile: { phoneNumber: '+15550100' } };
  expect((await call('POST', `${path}?activate=true`, sms)).json.status).toBe('ACTIVE');
  expect((await call('POST', path, { factorType: 'carrier pigeon' })).json.errorCode).toBe('E0000001');
  const { json } = await call('GET', `${path}/catalog`);
  expect(json.find((each: { factorType: string }) => each.factorType === 'sms')).toMatchObject({ status: 'ACTIVE' });
  expect(json.find((each: { factorType: string }) => each.factorType === 'email')).toMatchObject({
    status: 'NOT_SETUP',
  });
});
