import type { Catalog, Restriction } from '../tools/catalog.js';
import type { CallersFile, Entry } from './callers-file.js';
import { groupPattern } from './group-pattern.js';
import type { RefusalCode } from './refusals.js';
import { isMachine, type VerifiedToken } from './token-verifier.js';

/** Without a callers file only Okta's own scope names mean something. */
export const NO_CALLERS: CallersFile = { scopes: {}, groups: [], clients: [], groupsClaim: 'groups' };

/** From what a verified token says to what its bearer may use. */
export class Grants {
  readonly #groups: readonly { readonly matches: (name: string) => boolean; readonly entry: Entry }[];

  /** @param known scopes of Okta's specification */
  constructor(
    private readonly callers: CallersFile,
    private readonly known: readonly string[],
  ) {
    this.#groups = callers.groups.map(({ name, pattern = '', ...entry }) => {
      return { matches: name === undefined ? groupPattern(pattern) : (each) => each === name, entry };
    });
  }

  /** What the bearer may use of the ceiling, or why that is nothing. */
  of(token: VerifiedToken, ceiling: Catalog): Restriction | RefusalCode {
    const groups = this.#groupsOf(token);
    const entries = [...this.#byScope(token), ...this.#byGroup(groups ?? []), ...this.#byClient(token, groups)];
    const restriction = merged(entries, ceiling);
    const { tools } = ceiling.narrow({ credential: 'any', ...restriction });
    // Tools that need no scope come with those that do, and are no reason to let somebody in.
    return tools.some(({ scopes }) => scopes.length > 0) ? restriction : this.#whyNothing(token, groups);
  }

  /** Scopes a client can ask for, as the authorization server names them. */
  supported(ceiling: readonly string[]): readonly string[] {
    const own = Object.keys(this.callers.scopes);
    return own.length > 0 ? own : ceiling.filter((scope) => this.known.includes(scope));
  }

  /** Scopes a client should ask for at first. */
  asked(ceiling: readonly string[]): readonly string[] {
    return this.callers.ask ?? this.supported(ceiling);
  }

  /**
   * Scopes to ask for beside those of a token, so that one of the sets of Okta's scopes is covered; undefined when no
   * token could.
   */
  toCover(sets: readonly (readonly string[])[]): readonly string[] | undefined {
    for (const set of sets) {
      const names = set.map((scope) => this.#nameFor(scope));
      if (!names.includes(undefined)) return [...new Set(names as string[])];
    }
    return undefined;
  }

  /** The own name that opens least beside the scope. */
  #nameFor(scope: string): string | undefined {
    const own = Object.entries(this.callers.scopes);
    if (own.length === 0) return this.known.includes(scope) ? scope : undefined;
    const fit = own.filter(([, { scopes, readOnly, toolsets, tools }]) => {
      return scopes.includes(scope) && !readOnly && !toolsets && !tools;
    });
    return fit.sort(([, a], [, b]) => a.scopes.length - b.scopes.length)[0]?.[0];
  }

  #groupsOf({ claims }: VerifiedToken): readonly string[] | undefined {
    const claim = claims[this.callers.groupsClaim];
    const list = typeof claim === 'string' ? [claim] : claim;
    return Array.isArray(list) && list.every((name) => typeof name === 'string') ? (list as string[]) : undefined;
  }

  #byScope({ scopes }: VerifiedToken): Entry[] {
    const { scopes: own } = this.callers;
    const direct = scopes.filter((scope) => this.known.includes(scope));
    return [{ scopes: direct }, ...scopes.filter((name) => Object.hasOwn(own, name)).map((name) => own[name]!)];
  }

  #byGroup(names: readonly string[]): Entry[] {
    return this.#groups.filter(({ matches }) => names.some(matches)).map(({ entry }) => entry);
  }

  /** For clients that act for themselves: their tokens have no person, and so no groups. */
  #byClient(token: VerifiedToken, groups: readonly string[] | undefined): Entry[] {
    if (!isMachine(token) || groups !== undefined) return [];
    return this.callers.clients.filter(({ id }) => id === token.clientId);
  }

  #whyNothing(token: VerifiedToken, groups: readonly string[] | undefined): RefusalCode {
    const { groups: byGroup, clients } = this.callers;
    if (isMachine(token)) return clients.length > 0 ? 'permission_required' : 'scopes_not_configured';
    if (byGroup.length === 0) return 'scopes_not_configured';
    return groups === undefined ? 'groups_missing' : 'no_tools_despite_groups';
  }
}

/** Whatever one of the entries allows. Limits of one entry do not narrow another. */
function merged(entries: readonly Entry[], ceiling: Catalog): Restriction {
  const byLimits = new Map<string, Restriction>();
  for (const { scopes, readOnly, toolsets, tools } of entries) {
    if (scopes.length === 0) continue;
    const limits = { ...(readOnly && { readOnly }), ...(toolsets && { toolsets }), ...(tools && { tools }) };
    const key = JSON.stringify(limits);
    byLimits.set(key, { ...limits, scopes: [...new Set([...(byLimits.get(key)?.scopes ?? []), ...scopes])] });
  }
  const parts = [...byLimits.values()];
  if (parts.length < 2) return parts[0] ?? { scopes: [] };
  const allowed = parts.flatMap((part) => ceiling.narrow({ credential: 'any', ...part }).tools);
  return {
    scopes: [...new Set(parts.flatMap(({ scopes }) => scopes))],
    tools: [...new Set(allowed.map(({ name }) => name))],
  };
}
