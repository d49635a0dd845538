import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import pino from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { generate } from '../codegen/generate.js';
import { createApp } from '../src/app.js';
import { parseConfig } from '../src/config.js';
import { knownNames, readToolFile } from '../src/package-files.js';
import { mcpServerFactory } from '../src/server/mcp.js';
import type { ToolFile } from '../src/tools/definition.js';
import { connect, type Session } from './e2e/session.js';
import { operationOfTool, operationsOfSpec, scopesOfSpec } from './e2e/specification.js';
import { runs } from './share.js';
import { united } from './united.js';

// What is allowed is computed here from `security` of the specification; of our own data only the operation behind
// each tool is used.

type Credential = 'oauth' | 'api-token';

const file = readToolFile();
const log = pino({ level: 'silent' });
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const credentials: Record<Credential, Record<string, string>> = {
  'api-token': { OKTA_API_TOKEN: '00abcdefghijklmnopqrstuvwxyz0123456789ABCD' },
  oauth: {
    OKTA_CLIENT_ID: '0oaApp',
    OKTA_KEY_ID: 'key-1',
    OKTA_PRIVATE_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  },
};

/** The MCP server an operator would get, before an org that counts what reaches it. */
async function serve(
  credential: Credential,
  scopes?: readonly string[],
  tools: ToolFile = file,
): Promise<Session & { requests(): number }> {
  const env = {
    OKTA_ORG_URL: 'https://acme.okta.com',
    ...credentials[credential],
    // Everything that is allowed is listed, so that lists tell what is allowed.
    OKTA_SURFACE: 'direct',
    ...(scopes && { OKTA_SCOPES: scopes.join(' ') }),
  };
  const { config } = parseConfig(env, knownNames(tools), { demo: false });
  let requests = 0;
  const fetch = async () => {
    requests += 1;
    return Response.json([]);
  };
  const app = await createApp({ config, tools, version: '0', log, fetch, stderr: () => {} });
  return { ...(await connect(mcpServerFactory(app.toolbox, app.info)())), requests: () => requests };
}

function allowedBySpec(operationId: string, credential: Credential, granted: ReadonlySet<string>): boolean {
  const { security, method } = operationsOfSpec.get(operationId)!;
  const needed = security.flatMap((requirement) => requirement.oauth2 ?? []);
  // Where no scope stands guard, a change is off until the operator names it.
  if (needed.length === 0 && method !== 'GET') return false;
  if (security.length === 0) return true;
  const scheme = credential === 'oauth' ? 'oauth2' : 'apiToken';
  if (!security.some((requirement) => scheme in requirement)) return false;
  return needed.every((scope) => granted.has(scope) || grantedByManage(scope, granted));
}

function grantedByManage(scope: string, granted: ReadonlySet<string>): boolean {
  const manage = scope.replace(/\.read$/, '.manage');
  return scopesOfSpec.includes(manage) && granted.has(manage);
}

/** The tools the specification allows. */
function expectedTools(credential: Credential, scopes: readonly string[], tools = operationOfTool): string[] {
  const granted = new Set(scopes);
  const gated = [...tools].filter(([, operation]) => allowedBySpec(operation, credential, granted));
  return gated.map(([name]) => name).sort();
}

async function listed(session: Session): Promise<string[]> {
  const tools = (await session.list()).filter(({ _meta }) => _meta !== undefined);
  return tools.map(({ name }) => name).sort();
}

const isRefusal = ({ isError, content }: Awaited<ReturnType<Session['call']>>) =>
  isError === true && content[0]!.text.includes('"code":"tool_not_allowed"');

const few = fc.subarray([...scopesOfSpec], { minLength: 1, maxLength: 6 });
const many = fc.subarray([...scopesOfSpec], { minLength: scopesOfSpec.length - 6 });
const any = fc.subarray([...scopesOfSpec], { minLength: 1 });
/** Words an operator may write that open nothing. */
const noise = fc.subarray(['openid', 'okta.users', 'okta.users.readd', 'OKTA.USERS.READ', 'users.read', '*']);

test('for random scopes, listing and calls allow exactly what the specification allows', async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 3, arbitrary: few }, { weight: 1, arbitrary: any }, { weight: 2, arbitrary: many }),
      noise,
      fc.constantFrom<Credential>('oauth', 'api-token'),
      fc.nat(),
      async (scopes, words, credential, index) => {
        const session = await serve(credential, [...words, ...scopes]);
        const expected = expectedTools(credential, scopes);
        expect(await listed(session)).toEqual(expected);

        const outside = [...operationOfTool.keys()].filter((name) => !expected.includes(name));
        const answers = await Promise.all(outside.map((name) => session.call(name)));
        expect(outside.filter((_, at) => !isRefusal(answers[at]!))).toEqual([]);
        expect(session.requests()).toBe(0);
        refused += outside.length;

        const inside = expected[index % expected.length]!;
        expect(isRefusal(await session.call(inside)), inside).toBe(false);
      },
    ),
    { numRuns: runs(120, 4) },
  );
  expect(refused).toBeGreaterThan(10_000);
});

describe.each(['oauth', 'api-token'] as const)('with %s', (credential) => {
  test('all scopes: every listed tool is callable, and only what Okta serves otherwise is missing', async () => {
    const session = await serve(credential, scopesOfSpec);
    const names = await listed(session);
    expect(names).toEqual(expectedTools(credential, scopesOfSpec));
    const answers = await Promise.all(names.map((name) => session.call(name)));
    expect(names.filter((_, at) => isRefusal(answers[at]!))).toEqual([]);
  });

  test('each scope alone', async () => {
    for (const scope of scopesOfSpec) {
      const session = await serve(credential, [scope]);
      expect(await listed(session), scope).toEqual(expectedTools(credential, [scope]));
    }
  });

  test('okta.users.manage alone lists list_users and create_user', async () => {
    const names = await listed(await serve(credential, ['okta.users.manage']));
    expect(names).toEqual(expect.arrayContaining(['list_users', 'create_user']));
    expect(names).not.toContain('list_groups');
  });

  test.each([{ scopes: undefined }, { scopes: [] }, { scopes: ['', ' ', ','] }])(
    'unset scopes ($scopes) mean okta.users.read okta.groups.read',
    async ({ scopes }) => {
      const names = await listed(await serve(credential, scopes));
      expect(names).toEqual(expectedTools(credential, ['okta.users.read', 'okta.groups.read']));
      expect(names).toEqual(expect.arrayContaining(['list_users', 'list_groups']));
      expect(names).not.toContain('create_user');
    },
  );
});

describe('operations the specification secures in an unusual way, whether the allowlist has them or not', () => {
  const unusual = [...operationsOfSpec].filter(([, { security }]) => {
    const [token, oauth] = security;
    return !token?.apiToken || oauth?.oauth2?.length !== 1;
  });
  const operationOf = new Map(unusual.map(([operation], index) => [`tool_${index}`, operation]));
  let tools: ToolFile;

  beforeAll(async () => {
    const entries = [...operationOf].map(([name, operation]) => {
      const scoped = operationsOfSpec.get(operation)!.security.some(({ oauth2 }) => oauth2);
      const roles = { anyOf: ['SUPER_ADMIN'], source: 'test', verified: false };
      const rolesReason = 'roles are not what is tested';
      const acknowledge = ['deprecated', 'early-access'];
      const entry = { operation, title: name, description: name, roles, rolesReason, acknowledge };
      return [name, { ...entry, ...(!scoped && { scopes: 'none' }) }];
    });
    const toolsets = { all: { title: 'All', tools: Object.fromEntries(entries) } };
    // One of them answers 202; where to see what becomes of it does not matter here.
    const [read] = [...operationOf.values()].filter((id) => operationsOfSpec.get(id)!.method === 'GET');
    const outcomes = { publishSecurityEventTokens: { operation: read } };
    const files = await generate({
      config: JSON.stringify({ specs: { it: {} }, toolsets, outcomes }),
      configName: 'test',
      documents: new Map([['it', united]]),
    });
    tools = JSON.parse(files.get('generated/tools.json')!);
  }, 60_000);

  test('two scopes at once, one credential only, none at all: each kind is there', () => {
    const kinds = unusual.map(([, { security }]) => security.flatMap((each) => Object.values(each)).flat().length);
    expect(new Set(kinds)).toEqual(new Set([0, 1, 2]));
    expect(unusual.some(([, { security }]) => security.length === 1 && security[0]!.apiToken)).toBe(true);
  });

  test('are listed and called as the specification allows', async () => {
    const scopes = [...new Set(unusual.flatMap(([, { security }]) => security.flatMap(({ oauth2 = [] }) => oauth2)))];
    const related = scopesOfSpec.filter((scope) => scopes.some((each) => each.replace('.read', '.manage') === scope));
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...new Set([...scopes, ...related])], { minLength: 1 }),
        fc.constantFrom<Credential>('oauth', 'api-token'),
        async (granted, credential) => {
          const session = await serve(credential, granted, tools);
          const expected = expectedTools(credential, granted, operationOf);
          expect(await listed(session)).toEqual(expected);
          for (const name of operationOf.keys()) {
            if (!expected.includes(name)) expect(isRefusal(await session.call(name)), name).toBe(true);
          }
          expect(session.requests()).toBe(0);
        },
      ),
      { numRuns: runs(100, 4) },
    );
  });
});

// The rule itself, on facts of the specification that are easy to check by hand.
test.each<{ operation: string; credential: Credential; scopes: string[]; want: boolean }>([
  { operation: 'listUsers', credential: 'oauth', scopes: ['okta.users.read'], want: true },
  { operation: 'listUsers', credential: 'api-token', scopes: ['okta.users.manage'], want: true },
  { operation: 'createUser', credential: 'oauth', scopes: ['okta.users.read'], want: false },
  { operation: 'listLogEvents', credential: 'oauth', scopes: ['okta.users.manage'], want: false },
  { operation: 'listGroupPushMappings', credential: 'oauth', scopes: ['okta.apps.read'], want: false },
  {
    operation: 'listGroupPushMappings',
    credential: 'oauth',
    scopes: ['okta.apps.manage', 'okta.groups.read'],
    want: true,
  },
  {
    operation: 'assignLinkedObjectValueForPrimary',
    credential: 'api-token',
    scopes: ['okta.users.manage'],
    want: false,
  },
  { operation: 'assignLinkedObjectValueForPrimary', credential: 'oauth', scopes: ['okta.users.manage'], want: true },
  { operation: 'revokeCurrentApiToken', credential: 'oauth', scopes: scopesOfSpec as string[], want: false },
  { operation: 'getWellknownOrgMetadata', credential: 'oauth', scopes: [], want: true },
])('$operation with $credential and $scopes: $want', ({ operation, credential, scopes, want }) => {
  expect(allowedBySpec(operation, credential, new Set(scopes))).toBe(want);
});
