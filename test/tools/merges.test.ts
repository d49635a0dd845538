import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { operations } from '../../generated/operations.js';
import { createOktaClient } from '../../src/okta/client.js';
import { readToolFile } from '../../src/package-files.js';
import { Catalog } from '../../src/tools/catalog.js';
import { Merging, type MergingTool } from '../../src/tools/merge.js';
import { specified } from '../demo-org/specified.js';
import { sender, specifiedOrg, validRequest } from '../demo-org/valid-request.js';

const all = Catalog.parse(readToolFile());
const merging = all.tools.filter((tool): tool is MergingTool => tool.update === 'merge');

type Json = Record<string, unknown>;

/** Each tool as the server would use it, with what was sent. */
function stand() {
  const org = specifiedOrg();
  const bodies: Json[] = [];
  const fetch = async (request: Request) => {
    request.headers.set('authorization', `SSWS ${org.token}`);
    if (request.method === 'PUT') bodies.push((await request.clone().json()) as Json);
    return org.fetch(request);
  };
  const client = createOktaClient({ origin: org.origin, operations, fetch, userAgent: 'test' });
  const merge = new Merging({
    all,
    catalog: () => all,
    grant: () => ({ scopes: all.scopes, credential: 'any' }),
    client,
  });
  const send = sender(org);
  const update = async (name: string, path: Record<string, string>, body: Json) => {
    const tool = merging.find((each) => each.name === name)!;
    const { input, changes } = await merge.plan(tool, { path, body }, {});
    const reply = await client.send(tool.operation, input, {});
    return { changes, reply };
  };
  return { org, bodies, client, send, update };
}

const name = { name: 'Changed' };
const label = { label: 'Changed' };
const dated = ['created', 'id', 'lastUpdated'];

/** For each tool a change, and what of the resource is read-only by Okta's specification. */
const TOOLS: Readonly<Record<string, { readonly patch: Json; readonly readOnly: readonly string[] }>> = {
  update_group: {
    patch: { profile: { description: 'Changed' } },
    readOnly: [...dated, 'lastMembershipUpdated', 'objectClass', 'type'],
  },
  update_group_rule: { patch: name, readOnly: dated },
  update_application: { patch: label, readOnly: [...dated, 'features', 'orn', 'status'] },
  update_role: { patch: label, readOnly: dated },
  update_resource_set: { patch: label, readOnly: dated },
  update_api_token: { patch: name, readOnly: [...dated, '_link', 'clientName', 'expiresAt', 'tokenWindow'] },
  update_realm: { patch: { profile: name }, readOnly: [...dated, 'isDefault'] },
  update_realm_assignment: { patch: name, readOnly: [...dated, 'domains', 'isDefault', 'status'] },
  update_policy: { patch: name, readOnly: dated },
  update_policy_rule: { patch: name, readOnly: dated },
  update_authorization_server: { patch: { description: 'Changed' }, readOnly: [...dated, 'credentials.signing.kid'] },
  update_authorization_server_scope: { patch: { displayName: 'Changed' }, readOnly: ['id'] },
  update_authorization_server_claim: { patch: name, readOnly: ['id'] },
  update_authorization_server_policy: { patch: name, readOnly: ['created', 'lastUpdated'] },
  update_authorization_server_policy_rule: { patch: name, readOnly: dated },
  update_authenticator: { patch: name, readOnly: dated },
  update_authenticator_method: { patch: { status: 'INACTIVE' }, readOnly: [] },
  update_network_zone: { patch: name, readOnly: [...dated, 'system'] },
  update_trusted_origin: { patch: name, readOnly: dated },
  update_identity_provider: { patch: name, readOnly: dated },
  update_event_hook: { patch: name, readOnly: [...dated, 'status', 'verificationStatus'] },
  update_log_stream: { patch: name, readOnly: [...dated, 'status', 'settings.token'] },
  update_behavior_detection_rule: { patch: name, readOnly: [...dated, '_link'] },
  update_user_lockout_settings: { patch: { preventBruteForceLockoutFromUnknownDevices: true }, readOnly: [] },
  update_attack_protection_authenticator_settings: {
    patch: { verifyKnowledgeSecondWhen2faRequired: true },
    readOnly: [],
  },
  update_rate_limit_warning_threshold: { patch: { warningThreshold: 77 }, readOnly: [] },
  update_rate_limit_admin_notifications: { patch: { notificationsEnabled: true }, readOnly: [] },
  update_per_client_rate_limit_settings: { patch: { useCaseModeOverrides: { LOGIN_PAGE: 'PREVIEW' } }, readOnly: [] },
  update_principal_rate_limit: {
    patch: { defaultPercentage: 33 },
    readOnly: ['createdBy', 'createdDate', 'id', 'lastUpdate', 'lastUpdatedBy', 'orgId'],
  },
};

test('a plain replace with anything to leave out says that it is erased', () => {
  const { toolsets } = parseYaml(readFileSync(new URL('../../tools.config.yaml', import.meta.url), 'utf8'));
  const curated = Object.values(toolsets as Record<string, { tools: object }>).flatMap(({ tools }) =>
    Object.keys(tools),
  );
  const replacing = all.tools.filter(({ name, update, inputSchema }) => {
    if (!curated.includes(name)) return false;
    const { body } = inputSchema.properties as { body?: { properties?: object; required?: string[] } };
    const names = Object.keys(body?.properties ?? {});
    return update === 'replace' && names.length > 1 && names.length > (body?.required ?? []).length;
  });
  expect(replacing.length).toBeGreaterThan(10);
  expect(replacing.filter(({ description }) => !/eras(ed|ing)/.test(description)).map(({ name }) => name)).toEqual([]);
});

test('the table has every tool that merges', () => {
  expect(Object.keys(TOOLS).sort()).toEqual(merging.map((tool) => tool.name).sort());
});

test.each(Object.entries(TOOLS))(
  '%s sends what was read, changed, without what is read-only',
  async (tool, { patch, readOnly }) => {
    const { bodies, client, send, update, org } = stand();
    const { operation, merge } = merging.find((each) => each.name === tool)!;
    const { values } = await validRequest(send, specified.find(({ id }) => id === operation)!);
    const names = [...operations[operation as keyof typeof operations].path.matchAll(/\{([^}]+)\}/g)].map(
      (match) => match[1]!,
    );
    const path = Object.fromEntries(names.map((each, at) => [each, values[at]!]));
    const read = (await client.send(merge.read, { path }, {})).data as Json;
    bodies.length = 0;
    const before = org.journal.length;
    const { changes, reply } = await update(tool, path, patch);
    expect(changes).toHaveLength(1);
    const want = structuredClone(read);
    for (const gone of [...readOnly, '_links', '_embedded']) remove(want, gone.split('.'));
    expect(bodies).toEqual([overlaid(want, patch)]);
    expect(reply.data).toMatchObject(patch);
    const sent = org.journal.slice(before).map(({ method, status }) => `${method} ${status}`);
    expect(sent).toEqual(['GET 200', 'PUT 200']);
    const after = (await client.send(merge.read, { path }, {})).data as Json;
    expect(after).toMatchObject(overlaid(want, patch));
  },
);

describe('an application', () => {
  const swa = {
    name: 'template_swa',
    label: 'Shared',
    signOnMode: 'BROWSER_PLUGIN',
    credentials: {
      scheme: 'SHARED_USERNAME_AND_PASSWORD',
      userName: 'joint',
      password: { value: 'Long3rThan+Needed' },
    },
    settings: { app: { url: 'https://a.example', usernameField: 'u', passwordField: 'p', buttonField: 'b' } },
  };

  test('keeps settings that the specification does not know', async () => {
    const { send, update } = stand();
    const made = {
      name: 'bookmark',
      label: 'Wiki',
      signOnMode: 'BOOKMARK',
      settings: { app: { url: 'https://a.example' }, invented: { later: [1] } },
      invented: true,
    };
    const { id } = (await send('POST', '/api/v1/apps', made)).json;
    await update('update_application', { appId: id }, label);
    expect((await send('GET', `/api/v1/apps/${id}`)).json).toMatchObject({ ...made, ...label });
  });

  test('with a shared password is refused until the password is given', async () => {
    const { org, send, update } = stand();
    const { id } = (await send('POST', '/api/v1/apps', swa)).json;
    const path = { appId: id };
    const before = org.journal.length;
    await expect(update('update_application', path, label)).rejects.toMatchObject({
      code: 'write_only_missing',
      details: { fields: ['credentials.password.value'] },
    });
    expect(org.journal.slice(before).map(({ method }) => method)).toEqual(['GET']);
    const password = { credentials: { password: { value: 'An0ther+Long3r' } } };
    const { changes } = await update('update_application', path, { ...label, ...password });
    expect(JSON.stringify(changes)).not.toContain('An0ther');
    expect(changes.map(({ path }) => path)).toEqual(['label', 'credentials.password.value']);
  });

  test('of every kind in the org can be renamed, and keeps its client secret', async () => {
    const { org, send, update } = stand();
    const apps = (await send('GET', '/api/v1/apps?limit=200')).json as { id: string; signOnMode: string }[];
    expect(new Set(apps.map(({ signOnMode }) => signOnMode)).size).toBeGreaterThan(3);
    let secrets = 0;
    for (const { id } of apps) {
      const secret = org.client(id)?.secret;
      if (secret !== undefined) secrets += 1;
      await update('update_application', { appId: id }, label);
      expect(org.client(id)?.secret).toBe(secret);
    }
    expect(secrets).toBeGreaterThan(0);
  });
});

test('a hook with a secret header is refused until the value is given', async () => {
  const { send, update } = stand();
  const config = {
    uri: 'https://h.example/okta',
    authScheme: { type: 'HEADER', key: 'Authorization', value: 'shown-once' },
  };
  const hook = {
    name: 'Tell',
    events: { type: 'EVENT_TYPE', items: ['user.account.lock'] },
    channel: { type: 'HTTP', version: '1.0.0', config },
  };
  const { id } = (await send('POST', '/api/v1/eventHooks', hook)).json;
  const path = { eventHookId: id };
  await expect(update('update_event_hook', path, name)).rejects.toMatchObject({
    code: 'write_only_missing',
    details: { fields: ['channel.config.authScheme.value'] },
  });
  const { changes } = await update('update_event_hook', path, {
    channel: { config: { authScheme: { value: 'another' } } },
  });
  expect(changes.map((change) => change.path)).toEqual(['channel.config.authScheme.value']);
});

test('a group keeps its name and its custom attributes', async () => {
  const { send, update } = stand();
  const profile = { name: 'Pilots', description: 'Fly', costCenter: '77' };
  const { id } = (await send('POST', '/api/v1/groups', { profile })).json;
  const { changes } = await update('update_group', { groupId: id }, { profile: { description: 'Fly far' } });
  expect(changes).toEqual([{ path: 'profile.description', before: 'Fly', after: 'Fly far' }]);
  expect((await send('GET', `/api/v1/groups/${id}`)).json.profile).toEqual({ ...profile, description: 'Fly far' });
});

function remove(data: Json, [first, ...rest]: readonly string[]): void {
  if (rest.length === 0) delete data[first!];
  else if (data[first!] !== undefined) remove(data[first!] as Json, rest);
}

/** Objects on objects; none of the patches takes anything away. */
function overlaid(data: Json, patch: Json): Json {
  const changed = Object.entries(patch).map(([key, value]) => {
    const inner = typeof value === 'object' ? overlaid((data[key] ?? {}) as Json, value as Json) : value;
    return [key, inner] as const;
  });
  return { ...data, ...Object.fromEntries(changed) };
}
