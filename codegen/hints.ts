import type { HttpMethod } from '../src/okta/operation.js';
import type { Risk } from '../src/tools/definition.js';

/** What method, path and operation id say about an operation's effect. Overridden by `risk` in `tools.config.yaml`. */
export interface Hints {
  readonly risk: Exclude<Risk, 'privileged'>;
  readonly idempotent: boolean;
  /** The body replaces the resource: what it leaves out is erased. */
  readonly replaces: boolean;
}

export interface HintFacts {
  readonly id: string;
  readonly method: HttpMethod;
  readonly path: string;
  readonly hasBody: boolean;
  readonly scopes: readonly string[];
}

const lifecycleDestructive = /^(deactivate|suspend|reset_.*|expire_.*|keyRotate|revoke|delete)$/;
const lifecycleIdempotent = /^(activate|deactivate|suspend|unsuspend|unlock|publish)$/;
const actionDestructive =
  /(revoke|deactivate|stop|pause|optOut|unsubscribe|change_password|forgot_password|failover|failback|-delete|remove-list)$/i;

const losses = /^(purge|wipe|cancel|clear|terminate|archive|disable|reset)(?![a-z])/;

/** What has been looked at: first words of operation ids, and what their paths end with. A plural is a collection. */
const harmless =
  /^(activate|add|assign|create|generate|launch|optIn|reassign|refresh|resume|start|subscribe|upload)(?![a-z])/;
const harmlessEnd = /^(bulk-[\w-]+-upsert|bulk-upsert|comment|logo|membership|sms|start-import|subscribe|summary|.*s)$/;

/** Whether a POST is known to do no harm. Others are not `write` until somebody says so. */
export function isHarmless({ id, path }: Pick<HintFacts, 'id' | 'path'>): boolean {
  const last = path.split('/').at(-1) ?? '';
  return harmless.test(id) && (harmless.test(last) || (harmlessEnd.test(last) && !path.includes('/lifecycle/')));
}

/** Rules R1 to R9 of the spec study, section 5: method and path first, the operation id only to break ties. */
export function hintsOf({ id, method, path, hasBody, scopes }: HintFacts): Hints {
  const last = path.split('/').at(-1) ?? '';
  const read: Hints = { risk: 'read', idempotent: true, replaces: false };
  const hint = (risk: Hints['risk'], idempotent: boolean, replaces = false): Hints => ({ risk, idempotent, replaces });
  switch (method) {
    case 'GET':
      return read;
    case 'DELETE':
      return hint('destructive', true);
    case 'PUT': {
      const links = /^(assign|add|link)/.test(id);
      return hint(links ? 'write' : 'destructive', true, !links && hasBody);
    }
    case 'PATCH':
      return hint('destructive', false);
    case 'POST':
      break;
  }
  if (scopes.some((scope) => scope.endsWith('.read')) && /^(query|simulate)$/.test(last)) return read;
  if (losses.test(id) || losses.test(last)) return hint('destructive', false);
  if (path.includes('/lifecycle/')) {
    return hint(lifecycleDestructive.test(last) ? 'destructive' : 'write', lifecycleIdempotent.test(last));
  }
  if (actionDestructive.test(last) || actionDestructive.test(id)) return hint('destructive', false);
  if (last.startsWith('{')) return hint('destructive', true);
  if (/^(update|set)[A-Z]/.test(id)) return hint('destructive', true);
  return hint('write', false);
}
