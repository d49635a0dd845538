import type { OperationObject } from './document.js';

/**
 * The scopes an operation needs, in conjunctive form: of every inner list one. Alternatives that take another credential
 * do not count, and neither do scopes where an alternative needs none.
 */
export function scopeClauses(
  security: OperationObject['security'] = [],
  isOAuth: (scheme: string) => boolean = (scheme) => scheme === 'oauth2',
): string[][] {
  const alternatives = security.flatMap((requirement) => {
    const oauth = Object.entries(requirement).filter(([scheme]) => isOAuth(scheme));
    return oauth.length === 0 ? [] : [oauth.flatMap(([, scopes]) => scopes)];
  });
  if (alternatives.length === 0) return [];
  // (a and b) or c is (a or c) and (b or c).
  const clauses = alternatives.reduce<string[][]>(
    (all, scopes) => all.flatMap((clause) => scopes.map((scope) => [...new Set([...clause, scope])])),
    [[]],
  );
  const distinct = new Map(clauses.map((clause) => [[...clause].sort().join(), clause]));
  const rest = [...distinct.values()];
  // Whoever satisfies the shorter of two lists satisfies the longer.
  return rest.filter((one) => !rest.some((other) => other !== one && other.every((scope) => one.includes(scope))));
}
