import { expect, test } from 'vitest';
import { demoOrg } from './client.js';

test('owners are people and groups; they go with the group, and with themselves', async () => {
  const { org, call } = demoOrg();
  const id = async (path: string) => [(await call('GET', path)).json].flat()[0].id as string;
  const [legal, sales] = [await id('/api/v1/groups?q=Legal'), await id('/api/v1/groups?q=Sales')];
  const marcus = await id('/api/v1/users/marcus.okonjo');
  const path = `/api/v1/groups/${legal}/owners`;
  expect((await call('POST', path, { id: marcus, type: 'USER' })).json).toMatchObject({
    id: marcus,
    type: 'USER',
    displayName: 'Marcus Okonjo',
    originType: 'OKTA_DIRECTORY',
    resolved: true,
  });
  expect((await call('POST', path, { id: sales, type: 'GROUP' })).status).toBe(201);
  expect((await call('POST', path, { id: sales, type: 'GROUP' })).json.errorCode).toBe('E0000001');
  expect((await call('POST', path, { id: '00uMISSING', type: 'USER' })).json.errorCode).toBe('E0000007');
  expect((await call('POST', path, { id: marcus, type: 'ROBOT' })).json.errorCode).toBe('E0000001');
  const listed = async () => (await call('GET', path)).json.map((owner: { id: string }) => owner.id);
  expect(await listed()).toEqual([marcus, sales]);
  expect((await call('DELETE', `${path}/${sales}`)).status).toBe(204);
  expect((await call('DELETE', `${path}/${sales}`)).status).toBe(404);
  for (let i = 0; i < 2; i++) await call('DELETE', `/api/v1/users/${marcus}`);
  expect(await listed()).toEqual([]);
  expect(org.journal.flatMap(({ changes }) => changes).map(({ kind, type }) => `${kind} ${type}`)).toEqual([
    'assign GroupOwner',
    'assign GroupOwner',
    'unassign GroupOwner',
    'lifecycle User',
    'delete User',
  ]);
});
