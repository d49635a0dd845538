import type { ConfigSource } from './config.js';
import type { Problem } from './errors.js';
import { type Described, nearest } from './slice.js';

/**
 * The operations that `specs` lists as endpoints of a protocol: clients call them, not administrators. A list and no rule,
 * so that what is new has to be looked at; a line that fits no such endpoint is a problem.
 */
export function protocolOf(
  operations: ReadonlyMap<string, Described>,
  source: ConfigSource,
): { protocol: ReadonlySet<string>; problems: Problem[] } {
  const protocol = new Set<string>();
  const problems: Problem[] = [];
  for (const [spec, { protocol: ids }] of Object.entries(source.config.specs)) {
    const own = [...operations].filter(([, described]) => described.spec === spec).map(([id]) => id);
    ids.forEach((id, at) => {
      const problem = (message: string, fix: string) =>
        problems.push(source.problem(['specs', spec, 'protocol', at], message, fix));
      const scope = administrativeScope(operations.get(id));
      if (!own.includes(id)) problem(`${spec} has no operation "${id}"`, `nearest: ${nearest(id, own).join(', ')}`);
      else if (protocol.has(id)) problem(`"${id}" stands here twice`, 'remove it');
      else if (scope !== undefined) problem(`${scope} reaches "${id}", so it is for administrators`, 'remove it');
      protocol.add(id);
    });
  }
  return { protocol, problems };
}

function administrativeScope(described: Described | undefined): string | undefined {
  return described?.api.operation.security?.flatMap(({ oauth2 = [] }) => oauth2).find(isAdministrative);
}

/** Scopes of Okta's APIs have a family (`okta.users`, `ssf`); those of OpenID Connect are single words (`openid`). */
export function isAdministrative(scope: string): boolean {
  return scope.includes('.');
}
