import type { RoleRequirement } from '../src/tools/definition.js';
import type { ToolsConfig } from './config.js';
import type { Problem } from './errors.js';
import { type Entry, nearest } from './slice.js';

/** Scopes of a tool in conjunctive form: `manage` of a family includes its `read`, as Okta documents. */
export function scopesOf(entry: Entry, known: ReadonlySet<string>): { scopes: string[][]; problems: Problem[] } {
  const { config, api, problem } = entry;
  const spec = specScopes(entry);
  const problems: Problem[] = [];
  let wanted = spec;
  if (config.scopes === undefined) {
    if (spec.length === 0) {
      problems.push(problem([], `${api.id} needs no scope in the spec`, 'say "scopes: none" if that is meant'));
    }
  } else {
    wanted = config.scopes === 'none' ? [] : config.scopes;
    const differs = [...wanted].sort().join() !== [...spec].sort().join();
    if (differs && config.scopesReason === undefined) {
      const says = spec.length === 0 ? 'none' : spec.join(', ');
      problems.push(
        problem(['scopes'], `contradicts the spec, which says ${says}`, 'remove it, or give a scopesReason'),
      );
    }
  }
  for (const scope of wanted) {
    if (known.has(scope)) continue;
    const near = nearest(scope, [...known]);
    problems.push(problem(['scopes'], `the spec knows no scope "${scope}"`, `nearest: ${near.join(', ')}`));
  }
  return { scopes: wanted.map((scope) => including(scope, known)), problems };
}

/** The roles of the entry, else those the spec states, else the defaults of its scopes. */
export function rolesOf(entry: Entry, config: ToolsConfig): { roles: RoleRequirement; problems: Problem[] } {
  const stated = entry.config.roles;
  if (stated !== undefined) return { roles: requirement(stated), problems: [] };
  const { operation } = entry.api;
  const inSpec = operation['x-okta-iam-admin-roles'];
  const permissions = operation['x-okta-iam-permissions'];
  if (inSpec !== undefined && inSpec.length > 0) {
    const roles = { anyOf: inSpec, permissions, source: 'spec x-okta-iam-admin-roles', verified: true };
    return { roles: requirement(roles), problems: [] };
  }
  const scopes = entry.config.scopes === 'none' ? [] : (entry.config.scopes ?? specScopes(entry));
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

interface RoleInput {
  readonly anyOf: readonly string[];
  readonly permissions?: readonly string[] | undefined;
  readonly source: string;
  readonly verified: boolean;
}

/** Two scopes at once need a role that suffices for both; what only one of them verifies is not verified. */
function strictest(defaults: readonly RoleInput[]): RoleInput {
  const [first, ...rest] = defaults as [RoleInput, ...RoleInput[]];
  return rest.reduce((all, next) => {
    const both = all.anyOf.filter((role) => next.anyOf.includes(role));
    return {
      anyOf: both.length > 0 ? both : ['SUPER_ADMIN'],
      permissions: [...new Set([...(all.permissions ?? []), ...(next.permissions ?? [])])],
      source: [...new Set([all.source, next.source])].join('; '),
      verified: all.verified && next.verified && both.length > 0,
    };
  }, first);
}

function requirement({ anyOf, permissions, source, verified }: RoleInput): RoleRequirement {
  return { anyOf, ...(permissions === undefined || permissions.length === 0 ? {} : { permissions }), source, verified };
}

function specScopes({ api }: Entry): readonly string[] {
  return api.operation.security?.flatMap((requirement) => requirement.oauth2 ?? []) ?? [];
}

function including(scope: string, known: ReadonlySet<string>): string[] {
  const manage = scope.replace(/\.read$/, '.manage');
  return manage !== scope && known.has(manage) ? [scope, manage] : [scope];
}
