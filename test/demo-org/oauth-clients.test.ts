import { expect, test } from 'vitest';
import { demoOrg } from './client.js';

const CLIENTS = '/oauth2/v1/clients';

test('a registered client is an app, and the other way round', async () => {
  const { call } = demoOrg();
  const made = await call('POST', CLIENTS, { client_name: 'Reporter', grant_types: ['client_credentials'] });
  expect(made.status).toBe(201);
  const { client_id, client_secret } = made.json;
  expect(made.json).toMatchObject({ client_name: 'Reporter', application_type: 'service' });
  expect(client_secret).toEqual(expect.any(String));
  expect((await call('GET', `/api/v1/apps/${client_id}`)).json).toMatchObject({
    label: 'Reporter',
    name: 'oidc_client',
  });

  const listed = (await call('GET', `${CLIENTS}?limit=200`)).json as { client_id: string }[];
  const apps = (await call('GET', '/api/v1/apps?limit=200')).json as { id: string; signOnMode: string }[];
  expect(listed.map((each) => each.client_id)).toEqual(
    apps.filter(({ signOnMode }) => signOnMode === 'OPENID_CONNECT').map(({ id }) => id),
  );
});

test('a secret is shown when it is made, and never again', async () => {
  const { call } = demoOrg();
  const { client_id, client_secret } = (await call('POST', CLIENTS, { client_name: 'Reporter' })).json;
  expect((await call('GET', `${CLIENTS}/${client_id}`)).json).not.toHaveProperty('client_secret');
  const renewed = (await call('POST', `${CLIENTS}/${client_id}/lifecycle/newSecret`)).json;
  expect([client_secret, undefined]).not.toContain(renewed.client_secret);
});

test('replacing forgets what is left out; deleting takes the app along', async () => {
  const { call } = demoOrg();
  const redirect_uris = ['https://a.example'];
  const { client_id } = (await call('POST', CLIENTS, { client_name: 'Reporter', redirect_uris })).json;
  const url = `${CLIENTS}/${client_id}`;
  expect((await call('GET', url)).json.redirect_uris).toEqual(redirect_uris);
  expect((await call('PUT', url, { client_name: 'Renamed' })).json).toMatchObject({
    client_name: 'Renamed',
    redirect_uris: [],
  });
  expect((await call('DELETE', url)).status).toBe(204);
  for (const path of [url, `/api/v1/apps/${client_id}`]) expect((await call('GET', path)).status).toBe(404);
});

test('an app that is no client is none here', async () => {
  const { call } = demoOrg();
  const { id } = (
    await call('POST', '/api/v1/apps', {
      name: 'bookmark',
      label: 'Bookmark',
      signOnMode: 'BOOKMARK',
      settings: { app: { requestIntegration: false, url: 'https://a.example' } },
    })
  ).json;
  expect((await call('GET', `${CLIENTS}/${id}`)).json.errorCode).toBe('E0000007');
});
