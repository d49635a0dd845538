import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseToolsConfig } from '../../codegen/config.js';
import { loadDocument, operationsOf } from '../../codegen/document.js';
import { operationOf } from '../../codegen/operation.js';
import { describe as describeOperations, slice } from '../../codegen/slice.js';
import { toolOf } from '../../codegen/tool.js';
import { createOktaClient } from '../../src/okta/client.js';
import { ArgumentCheck } from '../../src/tools/arguments.js';
import { bind } from '../../src/tools/bind.js';
import type { ToolDefinition } from '../../src/tools/definition.js';
import { type Case, casesOf } from './case.js';
import { RENAMED, Sdk } from './sdk.js';
import { differences, type Wire, wireOf } from './wire.js';

/** Why the SDK sends something else. Each was looked into: ours follows the specification in all of them. */
const REASONS = {
  older: 'it is of an older release: its models and methods lack what Okta added since, and drop it',
  variant: 'it picks another model than that of the variant, or of creation, and drops what that lacks',
  union: 'it takes a value of several types for an object: text and lists arrive as objects keyed by index',
  comma: 'it joins every list in a query by commas, the specification repeats the name of this one',
  media: 'it refuses to send this media type',
} as const;

/** Everything in which our request and the SDK's differ; `*` stands for any one key. */
const LISTED: readonly { operations: readonly string[]; at: readonly string[]; reason: keyof typeof REASONS }[] = [
  {
    operations: ['createDeviceAssurancePolicy', 'replaceDeviceAssurancePolicy'],
    at: ['/body/callerContext'],
    reason: 'older',
  },
  {
    operations: ['createEmailServer', 'updateEmailServer'],
    at: [
      ...['/body/authType', '/body/clientId', '/body/clientSecret', '/body/tokenEndpoint', '/body/scopes'],
      ...['/body/tokenEndpointAuthMethod', '/body/audience', '/body/issuer', '/body/subject', '/body/keyId'],
      ...['/body/privateKey', '/body/signingAlgorithm'],
    ],
    reason: 'older',
  },
  {
    operations: ['createIdentityProvider', 'replaceIdentityProvider'],
    at: ['/body/policy/trustClaims', '/body/properties/allowDynamicUserMatching', '/body/properties/allowUserUpdates'],
    reason: 'older',
  },
  {
    operations: ['createPolicy', 'replacePolicy'],
    at: ['/body/settings/authenticators/0/enroll/autoEnroll'],
    reason: 'older',
  },
  {
    operations: ['createPolicyRule', 'replacePolicyRule'],
    at: ['/body/actions/selfServicePasswordReset/settings', '/body/conditions/app'],
    reason: 'older',
  },
  {
    operations: ['getAllCrossAppAccessConnections'],
    at: [
      ...['/query/activeAppsOnly', '/query/requestingAppId', '/query/requestingAppName', '/query/resourceAppId'],
      ...['/query/resourceAppName', '/query/status'],
    ],
    reason: 'older',
  },
  { operations: ['upsertUserRisk'], at: ['/body/riskReason'], reason: 'older' },
  { operations: ['createLogStream'], at: ['/body/settings/token'], reason: 'variant' },
  {
    operations: ['createPolicyRule', 'replacePolicyRule'],
    at: ['/body/actions', '/body/conditions'],
    reason: 'variant',
  },
  {
    operations: ['createNetworkZone', 'replaceNetworkZone'],
    at: [
      ...['/body/asns', '/body/asns/exclude', '/body/asns/include'],
      ...['/body/locations', '/body/locations/exclude', '/body/locations/include'],
    ],
    reason: 'union',
  },
  {
    operations: ['updateApplicationUserProfile', 'updateGroupSchema', 'updateUserProfile'],
    at: ['/body/definitions/base/properties/*/enum/0'],
    reason: 'union',
  },
  {
    operations: ['getAuthenticatorEnrollment', 'listAuthenticatorEnrollments'],
    at: ['/query/discloseIdentifiers/0', '/query/discloseIdentifiers/1'],
    reason: 'comma',
  },
  { operations: ['publishSecurityEventTokens'], at: [''], reason: 'media' },
];

const origin = 'https://example.okta.com';
const spec = loadDocument(readFileSync(resolve(import.meta.dirname, '../../specs/okta-management.json'), 'utf8'));
const apis = operationsOf(spec);

/** Every operation as a tool of its own. */
function allTools(): ToolDefinition[] {
  const entries = apis.map((api, index) => {
    const scoped = api.operation.security?.some((requirement) => 'oauth2' in requirement) ?? false;
    const roles = { anyOf: ['SUPER_ADMIN'], source: 'test', verified: false };
    const entry = { operation: api.id, title: api.id, description: api.id, roles };
    return [`t${index}`, { ...entry, acknowledge: ['deprecated', 'early-access'], ...(!scoped && { scopes: 'none' }) }];
  });
  const config = { specs: { all: {} }, toolsets: { all: { title: 'All', tools: Object.fromEntries(entries) } } };
  const source = parseToolsConfig(JSON.stringify(config), 'all');
  const schemes = Object.values(spec.components.securitySchemes ?? {});
  const scopes = schemes.flatMap(({ flows = {} }) => Object.values(flows).flatMap((flow) => Object.keys(flow.scopes)));
  const built = slice(describeOperations(new Map([['all', spec]]), source).operations, source).entries.map((entry) =>
    toolOf(spec, source.config, entry, operationOf(spec, entry.api), new Set(scopes)),
  );
  expect(built.flatMap(({ problems }) => problems)).toEqual([]);
  return built.map(({ tool }) => tool);
}

/** What a tool sends, through everything between the arguments of a model and `fetch`. */
class Ours {
  readonly #operations = Object.fromEntries(apis.map((api) => [api.id, operationOf(spec, api)]));
  readonly #tools = new Map(allTools().map((tool) => [tool.operation, tool]));
  readonly #check = new ArgumentCheck();
  readonly #sent: Wire[] = [];
  readonly #client = createOktaClient({
    origin,
    operations: this.#operations,
    userAgent: 'test',
    fetch: async (request) => {
      this.#sent.push(await wireOf(request));
      return new Response(null, { status: 204 });
    },
  });

  tool(id: string): ToolDefinition {
    return this.#tools.get(id)!;
  }

  async request(id: string, { parameters, body }: Case): Promise<Wire> {
    const args = { ...parameters, ...(body !== undefined && { body }) };
    await this.#check.check(this.tool(id), args);
    await this.#client.send(id, bind(this.tool(id), this.#operations[id]!, args));
    const [wire, ...more] = this.#sent.splice(0);
    expect(more).toEqual([]);
    return wire!;
  }
}

describe("what our tools send is what Okta's own SDK sends for the same arguments", () => {
  const sdk = new Sdk(origin);
  const shared = apis.filter((api) => sdk.has(api));

  test('the SDK has nearly every operation', () => {
    const missing = apis.filter((api) => !sdk.has(api)).map(({ id }) => id);
    expect(missing).toEqual([
      'getBotProtectionConfiguration',
      'updateBotProtectionConfiguration',
      'submitGroupAttributeQuery',
      'getGroupAttributeQueryResult',
    ]);
    expect(shared.filter(({ id }) => !(id in RENAMED))).toHaveLength(713);
  });

  test('method, path, query, headers, media type and body', async () => {
    const stale = new Set(
      LISTED.flatMap(({ operations, at }) => operations.flatMap((id) => at.map((to) => `${id} ${to}`))),
    );
    const ours = new Ours();
    const patterns = [...stale].map((entry) => ({ entry, pattern: new RegExp(`^${entry.replace('*', '[^/]+')}$`) }));
    const unlisted: string[] = [];
    const unequal = new Set<string>();
    let calls = 0;
    for (const api of shared) {
      const { page } = ours.tool(api.id);
      // A list tool states its page size where its caller does not; the SDK is told the same.
      const limit = page?.limit === undefined ? {} : { limit: page.limit };
      for (const given of casesOf(spec, api)) {
        calls += 1;
        const mine = await ours.request(api.id, given);
        const theirs = await sdk
          .request(api, { ...given, parameters: { ...limit, ...given.parameters } })
          .catch((error: Error) => error.message);
        for (const { at, ours: we, theirs: they } of differences(mine, theirs)) {
          unequal.add(api.id);
          const known = patterns.filter((listed) => listed.pattern.test(`${api.id} ${at}`));
          for (const { entry } of known) stale.delete(entry);
          const values = `we send ${JSON.stringify(we)}, the SDK ${JSON.stringify(they)}`;
          if (known.length === 0) unlisted.push(`${api.id} (${given.label}) ${at}: ${values}`);
        }
      }
    }
    const equal = shared.length - unequal.size;
    console.log(`${shared.length} operations compared in ${calls} calls: ${equal} equal, ${unequal.size} listed:`);
    for (const [reason, words] of Object.entries(REASONS)) {
      const ids = LISTED.filter((row) => row.reason === reason).flatMap(({ operations }) => operations);
      console.log(`  ${new Set(ids).size} x ${words}`);
    }
    expect({ unlisted, stale: [...stale] }).toEqual({ unlisted: [], stale: [] });
    expect(calls).toBeGreaterThan(2000);
  }, 60_000);
});
