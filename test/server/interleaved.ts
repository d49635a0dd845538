import fc from 'fast-check';
import { expect } from 'vitest';
import type { Replicas } from '../../src/redis/replicas.js';
import { operationOfTool, operationsOfSpec, scopesOfSpec } from '../e2e/specification.js';
import { call, type Hosted, hosted, list, messageOf, modern } from './hosted.js';

// Two callers, what each may do computed from `security` of the specification, and requests of both in any order.

const CEILING = ['okta.users.manage', 'okta.groups.manage', 'okta.apps.read', 'okta.logs.read', 'okta.policies.read'];

const CALLERS = `
scopes:
  mcp:people: [okta.users.read, okta.logs.read]
groups:
  - name: Helpdesk
    scopes: [okta.users.manage]
  - pattern: 'IT-.*'
    scopes: [okta.groups.manage, okta.apps.manage]
clients:
  - id: 0oanight
    scopes: [okta.policies.read, okta.groups.read]
    readOnly: true
`;

interface Who {
  readonly name: string;
  readonly claims: Record<string, unknown>;
  /** Scopes of Okta that its token stands for. */
  readonly grant: readonly string[];
}

const WHO: readonly Who[] = [
  {
    name: 'user 00ujane via 0oaclient',
    claims: { scp: ['mcp:people', 'openid'], groups: ['Everyone', 'Helpdesk'] },
    grant: ['okta.users.read', 'okta.logs.read', 'okta.users.manage'],
  },
  {
    name: 'user 00ujohn via 0oaclient',
    claims: { uid: '00ujohn', sub: 'john@acme.example', scp: ['okta.apps.read'], groups: ['IT-Linz'] },
    grant: ['okta.apps.read', 'okta.groups.manage'],
  },
  {
    name: 'client 0oanight',
    claims: { uid: undefined, sub: '0oanight', cid: '0oanight', scp: [] },
    grant: ['okta.policies.read', 'okta.groups.read'],
  },
];

/** Whether the specification lets these scopes do what a tool does. */
function allows(grant: readonly string[], tool: string): boolean {
  const { security, method } = operationsOfSpec.get(operationOfTool.get(tool) ?? '') ?? { security: [], method: 'GET' };
  // An access token opens what none is asked for, and nothing that takes an API token only.
  if (security.length > 0 && !security.some((requirement) => 'oauth2' in requirement)) return false;
  const covers = (scope: string) => {
    const manage = scope.replace(/\.read$/, '.manage');
    return grant.includes(scope) || (scopesOfSpec.includes(manage) && grant.includes(manage));
  };
  const needed = security.flatMap((requirement) => requirement.oauth2 ?? []);
  // Where no scope stands guard, a change is off until it is named.
  return needed.every(covers) && (needed.length > 0 || method === 'GET');
}

const names = [...operationOfTool.keys()].filter((name) => operationsOfSpec.has(operationOfTool.get(name) ?? ''));

const step = fc.record({
  who: fc.integer({ min: 0, max: WHO.length - 1 }),
  replica: fc.nat(),
  style: fc.constantFrom('modern', 'stateless', 'session'),
  tool: fc.option(fc.constantFrom(...names)),
});

/**
 * Sends so many requests in groups of ten at once; fails when a caller sees or does more than its grant.
 * @param share what each replica has in common with the others; with it every session is used at another replica
 */
export async function interleave(count: number, replicas: number, share?: () => Promise<Replicas>): Promise<void> {
  const env = { OKTA_SURFACE: 'direct' };
  const options = { callers: CALLERS, scopes: CEILING.join(' '), env, sessions: { most: 50, mostEach: 50 } };
  const worlds = await Promise.all(
    Array.from({ length: replicas }, async () => hosted({ ...options, ...(share && { replicas: await share() }) })),
  );
  const entered = await Promise.all(worlds.map((world) => Promise.all(WHO.map((who) => enter(world, who)))));
  const parties = entered.map((each, at) =>
    each.map((party, who) => {
      const from = entered[share ? (at + 1) % replicas : at]?.[who] as Party;
      expect(from.session).not.toBe('');
      return { ...party, session: from.session };
    }),
  );
  const steps = fc.sample(step, { numRuns: count, seed: 7 });
  for (let at = 0; at < steps.length; at += 10) {
    await Promise.all(
      steps.slice(at, at + 10).map(({ who, replica, style, tool }, index) => {
        const party = parties[replica % replicas]?.[who] as Party;
        return tool === null ? listing(party, style, at + index) : calling(party, style, tool, at + index);
      }),
    );
  }
  for (const { entries, org } of worlds) {
    const sent = entries.filter(({ decision }) => decision === 'called' || decision === 'failed');
    for (const { caller, tool } of sent) {
      const { grant } = WHO.find(({ name }) => name === caller) as Who;
      expect(allows(grant, tool), `${caller} reached Okta through ${tool}`).toBe(true);
    }
    expect(entries.every(({ caller }) => WHO.some(({ name }) => name === caller))).toBe(true);
    // Looking at a target before asking, and at whoever acts, are requests without an entry of their own.
    expect(org.journal.length).toBeGreaterThan(0);
    expect(sent.length).toBeGreaterThan(0);
  }
  await Promise.all(worlds.map((world) => world.close()));
}

interface Party {
  readonly world: Hosted;
  readonly who: Who;
  readonly token: string;
  readonly session: string;
  /** What it may do, in order. */
  readonly allowed: readonly string[];
}

async function enter(world: Hosted, who: Who): Promise<Party> {
  const token = await world.token(who.claims);
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '0' } };
  const message = { jsonrpc: '2.0', id: 0, method: 'initialize', params };
  const response = await world.handler.fetch(world.request(message, { token }));
  await response.text();
  const allowed = names.filter((name) => allows(who.grant, name) && allows(CEILING, name)).sort();
  return { world, who, token, session: response.headers.get('mcp-session-id') ?? '', allowed };
}

function request({ world, token, session }: Party, style: string, plain: typeof list): Request {
  const { message, headers } = style === 'modern' ? modern(plain) : { message: plain, headers: {} };
  return world.request(message, {
    token,
    headers: { ...headers, ...(style === 'session' && { 'mcp-session-id': session }) },
  });
}

async function listing(party: Party, style: string, id: number): Promise<void> {
  const { result } = await messageOf(await party.world.handler.fetch(request(party, style, { ...list, id })));
  const listed = (result.tools as { name: string }[]).map(({ name }) => name).filter((name) => names.includes(name));
  const readOnly = party.who.name === 'client 0oanight';
  if (readOnly) expect(party.allowed).toEqual(expect.arrayContaining(listed));
  else expect(listed.sort()).toEqual(party.allowed);
}

async function calling(party: Party, style: string, tool: string, id: number): Promise<void> {
  const response = await party.world.handler.fetch(request(party, style, call(tool, argumentsOf(tool), id) as never));
  if (response.status === 403) return expect(party.allowed).not.toContain(tool);
  expect(response.status).toBe(200);
  const message = await messageOf(response);
  // An answer of somebody else would carry another id.
  expect(message.id).toBe(id);
  if (!party.allowed.includes(tool)) expect(message.result.isError).toBe(true);
}

/** Every path of the demo org leads to nobody: what counts is whether a request is sent. */
function argumentsOf(tool: string): Record<string, unknown> {
  const { path } = operationsOfSpec.get(operationOfTool.get(tool) ?? '') ?? { path: '' };
  return Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, 'nobody']));
}
