import { type ConfigSource, type ToolEntry, toolEntry } from './config.js';
import type { Pattern, Reason, Roles } from './coverage-config.js';
import type { Problem } from './errors.js';
import type { Generation } from './former.js';
import { hintsOf, isHarmless } from './hints.js';
import { pathShape } from './path.js';
import { protocolOf } from './protocol.js';
import { secretsOf } from './secrets.js';
import { scopeClauses } from './security.js';
import { type Described, type Entry, nearest, nearestOperations } from './slice.js';
import { wordingOf } from './wording.js';

/** Toolset of operations that no pattern matches. */
export const UNCLASSIFIED = 'unclassified';

/** What becomes of the operations that have no entry of their own. */
export interface Coverage {
  readonly entries: readonly Entry[];
  readonly excluded: ReadonlyMap<string, Reason>;
  /** Operations that clients of a protocol call, not administrators. */
  readonly protocol: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/**
 * Offers every operation that is neither curated nor excluded as the first matching pattern says. Only those on the list
 * of accepted ones: one that nobody has seen is a problem, or, when it is accepted unseen and unclassified, privileged.
 */
export function cover(
  operations: ReadonlyMap<string, Described>,
  source: ConfigSource,
  curated: readonly Entry[],
  {
    former,
    accepted = '',
    acceptNew = false,
  }: { readonly former: Generation; readonly accepted?: string; readonly acceptNew?: boolean },
): Coverage {
  const { config } = source;
  const excluded = new Map<string, Reason>();
  const { protocol, problems } = protocolOf(operations, source);
  const taken = new Set(curated.map(({ api }) => api.id));
  for (const section of ['excluded', 'phrases'] as const) {
    for (const id of Object.keys(config[section])) {
      if (!operations.has(id)) {
        const near = nearestOperations(id, operations, former).join(', ');
        problems.push(source.problem([section, id], `unknown operation "${id}"`, `nearest: ${near}`));
        continue;
      }
      const is = taken.has(id) ? 'a tool of its own' : protocol.has(id) ? 'protocol' : 'excluded';
      if (is !== 'excluded' || (section === 'phrases' && id in config.excluded)) {
        problems.push(source.problem([section, id], `"${id}" is ${is}`));
      }
    }
  }
  if (config.patterns.length === 0) return { entries: [], excluded, protocol, problems };

  problems.push(...patternProblems(operations, source));
  const known = new Set([...accepted.matchAll(/^([A-Za-z][\w-]*): /gm)].map((match) => match[1]!));
  const names = new Map(curated.map(({ name, api }) => [name, api.id]));
  const fresh: string[] = [];
  const entries: Entry[] = [];
  for (const [id, described] of operations) {
    if (taken.has(id) || protocol.has(id)) continue;
    const reason = config.excluded[id];
    if (reason !== undefined) {
      excluded.set(id, reason);
      continue;
    }
    if (!known.has(id)) fresh.push(id);
    const entry = entryOf(described, source);
    if (entry.config.risk === 'read' && !mayRead(described)) {
      problems.push(entry.problem(['risk'], 'only a POST that a read scope opens can be of risk read'));
    }
    const owner = names.get(entry.name);
    const fix = `give ${id} a name under "phrases"`;
    if (owner !== undefined) problems.push(entry.problem([], `${owner} has the same name`, fix));
    if (entry.name.length > 48) {
      problems.push(
        entry.problem([], `the name has ${entry.name.length} characters, at most 48 fit every client`, fix),
      );
    }
    names.set(entry.name, id);
    entries.push(entry);
  }
  if (fresh.length > 0 && !acceptNew) {
    const message = `${fresh.length} operations are neither curated, excluded nor accepted: ${fresh.join(', ')}`;
    const listed = fresh.some((id) => config.specs[operations.get(id)!.spec]!.protocol.length > 0);
    const fix = `see what they do, then ${listed ? 'list those of the protocol under "specs" and ' : ''}run "npm run generate -- --accept-new"`;
    problems.push(source.problem(['patterns'], message, fix));
  }
  const order = [...Object.keys(config.toolsets), UNCLASSIFIED];
  entries.sort((a, b) => order.indexOf(a.toolset) - order.indexOf(b.toolset));
  return { entries, excluded, protocol, problems };
}

/** A pattern may have nothing left to classify but what has an entry of its own; one that another hides is a mistake. */
function patternProblems(operations: ReadonlyMap<string, Described>, source: ConfigSource): Problem[] {
  const { patterns, toolsets } = source.config;
  const used = new Set([...operations.values()].map((each) => patterns.findIndex((pattern) => matches(pattern, each))));
  return patterns.flatMap((pattern, index) => {
    if (!(pattern.toolset in toolsets)) {
      const near = nearest(pattern.toolset, Object.keys(toolsets)).join(', ');
      return [source.problem(['patterns', index], `unknown toolset "${pattern.toolset}"`, `nearest: ${near}`)];
    }
    return used.has(index) ? [] : [source.problem(['patterns', index], 'classifies no operation', 'remove it')];
  });
}

function entryOf(described: Described, source: ConfigSource): Entry {
  const { api, document } = described;
  const { config } = source;
  const phrase = config.phrases[api.id];
  const { name, title, description } = wordingOf(described, phrase, config.nouns, secretsOf(document, config, api));
  const at = config.patterns.findIndex((pattern) => matches(pattern, described));
  const pattern = config.patterns[at];
  const problem: Entry['problem'] = (key, message, fix) => {
    const place = key[0] === 'aliases' ? ['phrases', api.id, ...key] : ['patterns', Math.max(at, 0)];
    return source.problem(place, `${name} (${api.id}): ${message}`, fix);
  };
  const stated = toolEntry({
    operation: api.id,
    ...(typeof phrase === 'object' && phrase.aliases !== undefined && { aliases: phrase.aliases }),
    title,
    description,
    risk: pattern === undefined ? 'privileged' : riskOf(pattern, described),
    acknowledge: ['deprecated', 'early-access'],
    ...(scopesOf(api).length === 0 && { scopes: 'none' }),
  });
  const roles = rolesOf(pattern, described, source);
  const entry: ToolEntry = roles === undefined ? stated : { ...stated, roles };
  return { name, toolset: pattern?.toolset ?? UNCLASSIFIED, config: entry, api, document, composed: true, problem };
}

function matches({ scope, path }: Pattern, { api }: Described): boolean {
  const scopes = scopesOf(api);
  const families = scopes.length === 0 ? ['none'] : scopes.map((each) => each.replace(/\.[^.]+$/, ''));
  if (!families.includes(scope)) return false;
  if (path === undefined) return true;
  const own = pathShape(api.path);
  return [path].flat().some((each) => own === pathShape(each) || own.startsWith(`${pathShape(each)}/`));
}

const removals =
  /^(delete|remove|revoke|unassign|deactivate|unlink|unsubscribe|unpublish|stop|pause|optOut|end)(?![a-z])/;

function riskOf({ risk, removal, reads }: Pattern, { api }: Described): ToolEntry['risk'] {
  const { id, method, path, operation } = api;
  const hints = hintsOf({ id, method, path, hasBody: operation.requestBody !== undefined, scopes: scopesOf(api) });
  if (hints.risk === 'read') return reads ?? 'read';
  const removes = method === 'DELETE' || removals.test(id);
  if (removes && (removal !== undefined || risk === undefined)) return removal ?? 'destructive';
  return risk ?? (method === 'POST' && hints.risk === 'write' && !isHarmless(api) ? 'privileged' : hints.risk);
}

/** A pattern cannot make a change look like a read: Okta itself opens what only asks to those who may only read. */
function mayRead({ api }: Described): boolean {
  return api.method === 'GET' || (api.method === 'POST' && scopesOf(api).every((scope) => scope.endsWith('.read')));
}

function rolesOf(pattern: Pattern | undefined, { api }: Described, { config }: ConfigSource): Roles | undefined {
  if (pattern?.roles === 'none') return { anyOf: [], source: 'acts on what is its own; no role', verified: false };
  const scopes = scopesOf(api);
  if (pattern !== undefined || scopes.every((scope) => scope in config.roles)) return pattern?.roles;
  return { anyOf: ['SUPER_ADMIN'], source: 'not yet classified', verified: false };
}

function scopesOf({ operation }: Described['api']): string[] {
  return scopeClauses(operation.security).flat();
}
