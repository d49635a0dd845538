import type { RoleRequirement } from '../src/tools/definition.js';
import type { ToolsConfig } from './config.js';
import type { Problem } from './errors.js';
import { scopeClauses } from './security.js';
import { type Entry, nearest } from './slice.js';

/** Scopes of a tool in conjunctive form: `manage` of a family includes its `read`, as Okta documents. */
export function scopesOf(entry: Entry, known: ReadonlySet<string>): { scopes: string[][]; problems: Problem[] } {
  const { config, api, problem } = entry;
  const spec = scopeClauses(api.operation.security);
  const problems: Problem[] = [];
  let wanted = spec;
  if (config.scopes === undefined) {
    if (spec.length === 0) {
      problems.push(problem([], `${api.id} needs no scope in the spec`, 'say "scopes: none" if that is meant'));
    }
  } else {
    wanted = config.scopes === 'none' ? [] : config.scopes.map((scope) => [scope]);
    const says = spec.map((clause) => clause.join(' or '));
    if (!sameSet(wanted.flat(), says) && config.scopesReason === undefined) {
      const stated = says.length === 0 ? 'none' : says.join(', ');
      problems.push(
        problem(['scopes'], `contradicts the spec, which says ${stated}`, 'remove it, or give a scopesReason'),
      );
    }
  }
  for (const scope of new Set(wanted.flat())) {
    if (known.has(scope)) continue;
    const near = nearest(scope, [...known]);
    problems.push(problem(['scopes'], `the spec knows no scope "${scope}"`, `nearest: ${near.join(', ')}`));
  }
  const scopes = wanted.map((clause) => [...new Set(clause.flatMap((scope) => including(scope, known)))]);
  return { scopes, problems };
}

/** The roles of the entry, else those the spec states, else the defaults of its scopes. */
export function rolesOf(entry: Entry, config: ToolsConfig): { roles: RoleRequirement; problems: Problem[] } {
  const stated = entry.config.roles;
  if (stated !== undefined) return { roles: requirement(stated), problems: roleContradictions(entry, stated) };
  const { operation } = entry.api;
  const inSpec = operation['x-okta-iam-admin-roles'];
  const permissions = operation['x-okta-iam-permissions'];
  if (inSpec !== undefined && inSpec.length > 0) {
    const roles = { anyOf: inSpec, permissions, source: 'spec x-okta-iam-admin-roles', verified: true };
    return { roles: requirement(roles), problems: [] };
  }
  const spec = scopeClauses(operation.security).flat();
  const scopes = entry.config.scopes === 'none' ? [] : (entry.config.scopes ?? [...new Set(spec)]);
  const defaults = scopes.map((scope) => config.roles[scope]);
  if (scopes.length === 0) return { roles: { anyOf: [], source: 'no scope, no role', verified: false }, problems: [] };
  const missing = scopes.filter((_, index) => defaults[index] === undefined);
  if (missing.length > 0) {
    const message = `no role is known for ${missing.join(', ')}`;
    const fix = `add it under "roles", with its source, or give the tool its own "roles"`;
    return { roles: { anyOf: [], source: '', verified: false }, problems: [entry.problem([], message, fix)] };
  }
  return { roles: requirement(strictest(defaults as RoleInput[])), problems: [] };
}

/** What the spec does not state cannot be contradicted. */
function roleContradictions({ config, api, problem, composed }: Entry, stated: RoleInput): Problem[] {
  if (config.rolesReason !== undefined) return [];
  const facts = [
    ['roles', api.operation['x-okta-iam-admin-roles'] ?? [], stated.anyOf],
    ['permissions', api.operation['x-okta-iam-permissions'] ?? [], stated.permissions ?? []],
  ] as const;
  const fix = composed ? 'give the operation an entry of its own' : 'remove it, or give a rolesReason';
  return facts
    .filter(([, spec, ours]) => spec.length > 0 && !sameSet(spec, ours))
    .map(([noun, spec]) => problem(['roles'], `contradicts the spec, whose ${noun} are ${spec.join(', ')}`, fix));
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return [...new Set(one)].sort().join() === [...new Set(other)].sort().join();
}

const NONE_FOR_BOTH = 'no lesser role is known to suffice for all its scopes; unconfirmed';

interface RoleInput {
  readonly anyOf: readonly string[];
  readonly permissions?: readonly string[] | undefined;
  readonly source: string;
  readonly verified: boolean;
}

/** Two scopes at once need a role that suffices for both; where none is known to, the one that always does. */
function strictest(defaults: readonly RoleInput[]): RoleInput {
  const [first, ...rest] = defaults as [RoleInput, ...RoleInput[]];
  return rest.reduce((all, next) => {
    const both = all.anyOf.filter((role) => next.anyOf.includes(role));
    return {
      anyOf: both.length > 0 ? both : ['SUPER_ADMIN'],
      permissions: [...new Set([...(all.permissions ?? []), ...(next.permissions ?? [])])],
      source: [...new Set([all.source, next.source, ...(both.length > 0 ? [] : [NONE_FOR_BOTH])])].join('; '),
      verified: all.verified && next.verified && both.length > 0,
    };
  }, first);
}

function requirement({ anyOf, permissions, source, verified }: RoleInput): RoleRequirement {
  return { anyOf, ...(permissions === undefined || permissions.length === 0 ? {} : { permissions }), source, verified };
}

function including(scope: string, known: ReadonlySet<string>): string[] {
  const manage = scope.replace(/\.read$/, '.manage');
  return manage !== scope && known.has(manage) ? [scope, manage] : [scope];
}
