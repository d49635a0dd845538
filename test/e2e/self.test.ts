import pino from 'pino';
import { expect, test } from 'vitest';
import { createApp } from '../../src/app.js';
import { parseConfig } from '../../src/config.js';
import { createDemoOrg } from '../../src/demo-org/demo-org.js';
import { knownNames, readToolFile } from '../../src/package-files.js';
import { textOf } from '../tools/fixture.js';

const file = readToolFile();
const origin = 'https://acme.okta.com';

test('with an API token, the person who made it is safe from it, under every name', async () => {
  const org = createDemoOrg({ origin });
  const env = {
    OKTA_ORG_URL: origin,
    OKTA_API_TOKEN: org.token,
    OKTA_SCOPES: 'okta.users.manage',
    OKTA_CONFIRM: 'off',
  };
  const { config } = parseConfig(env, knownNames(file), { demo: false });
  const audit: string[] = [];
  const app = await createApp({
    config,
    tools: file,
    version: '0',
    log: pino({ level: 'silent' }),
    fetch: (input, init) => org.fetch(new Request(input, init)),
    stderr: (line) => audit.push(line),
  });
  const authorization = `SSWS ${org.token}`;
  const read = (path: string) => org.fetch(new Request(origin + path, { headers: { authorization } }));
  const me = (await (await read('/api/v1/users/me')).json()) as { id: string; profile: { login: string } };
  for (const id of ['me', me.id, me.profile.login, me.profile.login.toUpperCase()]) {
    const result = await app.toolbox.call('deactivate_user', { id }, {});
    expect(textOf(result), id).toContain('"code":"target_is_self"');
  }
  expect(org.journal.filter(({ method }) => method !== 'GET')).toEqual([]);
  const [, other] = (await (await read('/api/v1/users?limit=2')).json()) as { id: string }[];
  expect((await app.toolbox.call('deactivate_user', { id: other!.id }, {})).isError).toBeUndefined();
  expect(JSON.parse(audit.at(-1)!)).toMatchObject({ principal: me.id, decision: 'called' });
  await app.close();
});
