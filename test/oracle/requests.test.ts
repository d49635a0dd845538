import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadDocument, operationsOf } from '../../codegen/document.js';
import { operations } from '../../generated/operations.js';
import { createOktaClient } from '../../src/okta/client.js';
import type { Operation } from '../../src/okta/operation.js';
import { readToolFile } from '../../src/package-files.js';
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
  { operations: ['publishSecurityEventTokens'], at: [''], reason: 'media' },
];

const origin = 'https://example.okta.com';
const spec = loadDocument(readFileSync(resolve(import.meta.dirname, '../../specs/okta-management.json'), 'utf8'));
const apis = operationsOf(spec);

const { tools } = readToolFile();
const table: Readonly<Record<string, Operation>> = operations;

/** What a tool offers of a case, and beside it what the tool fixes; the SDK is told both. */
function offeredBy({ inputSchema, projection, arguments: fixed, page }: ToolDefinition, given: Case) {
  const offered = Object.keys(inputSchema.properties as object);
  const own = Object.entries(given.parameters).filter(
    ([name]) => offered.includes(name) && !(projection && name === 'fields'),
  );
  const limit = page?.limit === undefined ? {} : { limit: page.limit };
  const ours: Case = { ...given, parameters: Object.fromEntries(own) };
  return { ours, theirs: { ...ours, parameters: { ...limit, ...ours.parameters, ...fixed } } };
}

/** What it sends is made of what it is given, which the SDK knows nothing of. */
const composes = ({ arguments: fixed = {} }: ToolDefinition) =>
  Object.values(fixed).some((template) => typeof template === 'object' && 'and' in template);

/** What a tool sends, through everything between the arguments of a model and `fetch`. */
class Ours {
  readonly #check = new ArgumentCheck();
  readonly #sent: Wire[] = [];
  readonly #client = createOktaClient({
    origin,
    operations: table,
    userAgent: 'test',
    fetch: async (request) => {
      this.#sent.push(await wireOf(request));
      return new Response(null, { status: 204 });
    },
  });

  async request(tool: ToolDefinition, { parameters, body }: Case): Promise<Wire> {
    const args = { ...parameters, ...(body !== undefined && { body }) };
    await this.#check.check(tool, args);
    await this.#client.send(tool.operation, bind(tool, table[tool.operation]!, args));
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
    const compared = tools.flatMap((tool) => {
      const api = shared.find(({ id }) => id === tool.operation);
      return api === undefined || composes(tool) ? [] : [{ tool, api }];
    });
    for (const { tool, api } of compared) {
      for (const given of casesOf(spec, api)) {
        // An update needs what it changes, where a replacement may be left empty.
        if (given.body === undefined && (tool.inputSchema.required as string[] | undefined)?.includes('body')) continue;
        calls += 1;
        const told = offeredBy(tool, given);
        const mine = await ours.request(tool, told.ours);
        const theirs = await sdk.request(api, told.theirs).catch((error: Error) => error.message);
        for (const { at, ours: we, theirs: they } of differences(mine, theirs)) {
          unequal.add(api.id);
          const known = patterns.filter((listed) => listed.pattern.test(`${api.id} ${at}`));
          for (const { entry } of known) stale.delete(entry);
          const values = `we send ${JSON.stringify(we)}, the SDK ${JSON.stringify(they)}`;
          if (known.length === 0) unlisted.push(`${tool.name}: ${api.id} (${given.label}) ${at}: ${values}`);
        }
      }
    }
    const ids = new Set(compared.map(({ api }) => api.id));
    const equal = ids.size - unequal.size;
    console.log(
      `${compared.length} tools of ${ids.size} operations in ${calls} calls: ${equal} equal, ${unequal.size} listed:`,
    );
    for (const [reason, words] of Object.entries(REASONS)) {
      const listed = LISTED.filter((row) => row.reason === reason).flatMap(({ operations }) => operations);
      console.log(`  ${new Set(listed).size} x ${words}`);
    }
    expect({ unlisted, stale: [...stale] }).toEqual({ unlisted: [], stale: [] });
    expect(calls).toBeGreaterThan(1900);
    expect(ids.size).toBeGreaterThanOrEqual(shared.length - 5);
  }, 60_000);
});
