import type { ComparedTool, FactChange } from './compare-operation.js';
import type { Level, Versioned } from './compare-request.js';
import { sameFacts } from './compare-shape.js';
import type { ApiOperation, Document } from './document.js';
import { scopeClauses } from './security.js';

/** Who may call an operation, as its tools have it where there are any: they may have scopes and roles of their own. */
export function accessChanges(
  [before, old]: Versioned,
  [after, now]: Versioned,
  callers: readonly ComparedTool[],
  offered: readonly ComparedTool[],
): FactChange[] {
  const changes: FactChange[] = [];
  const add = <T>(kind: FactChange['kind'], level: (was: T, is: T) => Level, [was, is]: Pair<T>) => {
    const change = { about: 'operation', kind, level: level(was, is), ...stated({ was, is }) } as const;
    if (!sameFacts(was, is) && !changes.some((one) => sameFacts(one, change))) changes.push(change);
  };
  // Tools with something of their own keep it, whatever the document says now.
  const untouched = <T>(kind: FactChange['kind'], pair: Pair<T>) => {
    if (!changes.some((change) => change.kind === kind)) add(kind, () => 'patch', pair);
  };
  const { operation: was } = old;
  const { operation: is } = now;
  const pairs = callers.map((tool): Callers => {
    const current = offered.find(({ name, aliases = [] }) => name === tool.name || aliases.includes(tool.name));
    return current === undefined ? { tool } : { tool, current };
  });
  const scopes: Pair<string[]> = [scopesOf(before, old), scopesOf(after, now)];
  for (const pair of effective(scopes, pairs, (tool) => clausesOf(tool.scopes))) {
    add('scopes', (held, needed) => (includes(held, needed) ? 'minor' : 'major'), pair);
  }
  untouched('scopes', scopes);
  add('credentials', levelOf, [credentialsOf(before, old), credentialsOf(after, now)]);
  const roles: Pair<Roles> = [rolesIn(was['x-okta-iam-admin-roles']), rolesIn(is['x-okta-iam-admin-roles'])];
  for (const pair of effective(roles, pairs, (tool) => rolesIn(tool.roles?.anyOf))) {
    // Who is super administrator may do whatever any role may.
    add(
      'roles',
      (held, enough) =>
        levelOf(
          held?.filter((role) => role !== 'SUPER_ADMIN'),
          enough,
        ),
      pair,
    );
  }
  untouched('roles', roles);
  const permissions: Pair<Roles> = [was['x-okta-iam-permissions'], is['x-okta-iam-permissions']];
  add('permissions', (held, needed) => levelOf(needed, held), permissions);
  return changes;
}

type Pair<T> = readonly [was: T, is: T];
/** Undefined where the document states none: no restriction. */
type Roles = readonly string[] | undefined;

interface Callers {
  readonly tool: ComparedTool;
  /** The same tool now, where it still calls the operation. */
  readonly current?: ComparedTool;
}

/**
 * What each tool had and has. A tool that is the same as before was either not generated since, so that what the document
 * says now is what it will have, or has something of its own, other than the document's, which the change does not touch.
 */
function effective<T>(
  [was, is]: Pair<T>,
  tools: readonly Callers[],
  of: (tool: ComparedTool) => T | undefined,
): Pair<T>[] {
  if (tools.length === 0) return [[was, is]];
  return tools.map(({ tool, current }): Pair<T> => {
    const had = of(tool) ?? was;
    const has = current === undefined ? had : (of(current) ?? is);
    if (!sameFacts(had, has)) return [had, has];
    const own = was !== undefined && !sameFacts(had, was);
    return own || sameFacts(was, is) ? [had, had] : [had, is];
  });
}

function stated(values: { was: unknown; is: unknown }): { was?: unknown; is?: unknown } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Whether all of `was` are still among `is`. Not stated is no restriction. */
function levelOf(was: Roles, is: Roles): Level {
  return is === undefined || (was ?? ['anything']).every((one) => is.includes(one)) ? 'minor' : 'major';
}

function rolesIn(roles: Roles): Roles {
  return roles === undefined || roles.length === 0 ? undefined : [...roles].sort();
}

/** Each `a` or `a or b`. */
function scopesOf(document: Document, { operation }: ApiOperation): string[] {
  return scopeClauses(operation.security, (scheme) => isOAuth(document, scheme))
    .map(joined)
    .sort();
}

/** As a document says it: without the `manage` that includes a `read`. */
function clausesOf(scopes: ComparedTool['scopes']): string[] | undefined {
  const included = (clause: readonly string[], scope: string) =>
    /\.manage$/.test(scope) && clause.includes(scope.replace(/\.manage$/, '.read'));
  return scopes?.map((clause) => joined(clause.filter((scope) => !included(clause, scope)))).sort();
}

function joined(clause: readonly string[]): string {
  return [...clause].sort().join(' or ');
}

/** Whether who has `held` has all that is `needed`: `manage` of a family includes its `read`, as Okta documents. */
function includes(held: readonly string[], needed: readonly string[]): boolean {
  const grants = (scope: string, clause: readonly string[]) =>
    clause.includes(scope) || clause.includes(scope.replace(/\.manage$/, '.read'));
  return needed.every((clause) => {
    const enough = clause.split(' or ');
    return held.some((one) => one.split(' or ').every((scope) => grants(scope, enough)));
  });
}

/** Which credentials are accepted; undefined where none is needed. */
function credentialsOf(document: Document, { operation }: ApiOperation): string[] | undefined {
  const names = (operation.security ?? []).flatMap((requirement) =>
    Object.keys(requirement).map((scheme) => (isOAuth(document, scheme) ? 'oauth' : scheme)),
  );
  return names.length === 0 ? undefined : [...new Set(names)].sort();
}

function isOAuth(document: Document, scheme: string): boolean {
  return document.components.securitySchemes?.[scheme]?.type === 'oauth2';
}
