import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { readToolFile } from '../src/package-files.js';
import { ArgumentCheck } from '../src/tools/arguments.js';
import type { JsonObject } from '../src/tools/definition.js';

const { tools } = readToolFile();
const named = (name: string) => tools.find((tool) => tool.name === name)!;

/** Every listed schema below one, with its path. */
function* schemas(schema: JsonObject, path: string): Generator<[path: string, schema: JsonObject]> {
  yield [path, schema];
  const { properties = {}, items, additionalProperties: values } = schema as Record<string, JsonObject | undefined>;
  for (const [name, inner] of Object.entries(properties)) yield* schemas(inner as JsonObject, `${path}.${name}`);
  if (items) yield* schemas(items, `${path}[]`);
  if (typeof values === 'object') yield* schemas(values, `${path}.*`);
}

const all = tools.flatMap(({ name, inputSchema }) => [...schemas(inputSchema, name)]);

test('every default fits its own schema', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const given = all.filter(([, schema]) => 'default' in schema);
  expect(given.length).toBeGreaterThan(100);
  expect(given.filter(([, schema]) => !ajv.validate(schema, schema.default)).map(([path]) => path)).toEqual([]);
});

test('every input says what it is: a type, or words where it has no single one', () => {
  const bare = all.filter(([, { type, description }]) => type === undefined && description === undefined);
  expect(bare.map(([path]) => path)).toEqual([]);
});

const patch = (value: unknown) => ({
  appId: '0oa1',
  groupId: '00g1',
  body: [{ op: 'replace', path: '/profile/manager', value }],
});
const tac = (ttl: unknown) => ({ userId: '00u1', body: { authenticatorId: 'aut1', profile: { ttl } } });
const brand = (defaultApp: object) => ({ brandId: 'bnd1', body: { name: 'B', defaultApp } });
const policy = (conditions: unknown) => ({ body: { type: 'ACCESS_POLICY', name: 'P', conditions } });

describe('bodies of the examples that Okta publishes', () => {
  test.each<{ tool: string; args: JsonObject; want?: RegExp }>([
    ...['Carlo Ancelotti', 7, ['a', 'b'], { a: 1 }, true, null].map((value) => ({
      tool: 'update_app_group_assignment',
      args: patch(value),
    })),
    { tool: 'replace_org_captcha_settings', args: { body: { captchaId: null, enabledPages: null } } },
    { tool: 'replace_org_captcha_settings', args: { body: { captchaId: 7 } }, want: /body\.captchaId/ },
    { tool: 'update_email_server', args: { emailServerId: '1', body: { alias: 'Mail', password: 'x' } } },
    { tool: 'create_email_server', args: { body: { alias: 'Mail' } }, want: /authType/ },
    { tool: 'replace_brand', args: brand({ appLinkName: null, classicApplicationUri: null }) },
    { tool: 'replace_brand', args: brand({ appLinkName: 7 }), want: /appLinkName/ },
    { tool: 'set_resource_owners', args: { body: { principalOrns: null, resourceOrns: ['orn:okta:idp:o:apps:x:1'] } } },
    { tool: 'create_tac_authenticator_enrollment', args: tac(60) },
    { tool: 'create_tac_authenticator_enrollment', args: tac('60') },
    { tool: 'list_policies', args: { type: 'PASSWORD', limit: 50 } },
    { tool: 'list_policies', args: { type: 'PASSWORD', limit: 'fifty' }, want: /limit/ },
    { tool: 'list_policy_rules', args: { policyId: '00p1', limit: 50 } },
    { tool: 'create_policy', args: policy({ people: { groups: { include: ['00g1'] } } }) },
    { tool: 'create_policy', args: policy(null) },
    { tool: 'create_policy', args: policy('none'), want: /conditions/ },
  ])('$tool takes $args', async ({ tool, args, want }) => {
    expect(named(tool)).toBeDefined();
    const problem = await new ArgumentCheck().check(named(tool), args).catch(({ message }) => message);
    if (want) expect(problem).toMatch(want);
    else expect(problem).toBeUndefined();
  });
});

test.each([
  ['replace_ssf_stream.body.aud', 'String or array.'],
  ['update_entitlement.body[].value', 'String or object.'],
  ['update_app_group_assignment.body[].value', 'Any JSON value.'],
])('%s is: %s', (path, description) => {
  expect(Object.fromEntries(all)[path]).toEqual({ description });
});
