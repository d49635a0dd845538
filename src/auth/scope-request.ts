import { OktaMcpError } from '../errors.js';
import type { Log } from '../log.js';

/** Each attempt counts against Okta's rate limits. */
const MAX_ATTEMPTS = 24;

interface Found {
  readonly refused: string[];
  /** Left out because the attempts ran out; some of them are refused. */
  readonly unchecked: string[];
}

/**
 * Asks for a set of scopes and, where Okta refuses it without saying which scope is at fault, finds out by asking for
 * parts of it and goes on with the rest. The whole set is asked for first every time, so that a scope granted meanwhile
 * counts from the next token on.
 */
export class ScopeRequest {
  #refused: readonly string[] = [];

  constructor(
    private readonly scopes: readonly string[],
    private readonly log: Pick<Log, 'warn'>,
    private readonly attempts = MAX_ATTEMPTS,
  ) {}

  /**
   * @param ask asks for some of the scopes
   * @throws what `ask` throws; `auth_scope_invalid` when no scope is left, naming those that were refused
   */
  async send<T>(ask: (scopes: readonly string[]) => Promise<T>): Promise<T> {
    const all = await orRefusal(() => ask(this.scopes));
    if ('answer' in all) return this.#accept(all.answer, []);
    if (this.scopes.length < 2) throw all.refusal;
    const kept = this.scopes.filter((scope) => !this.#refused.includes(scope));
    if (this.#refused.length > 0) {
      const rest = await orRefusal(() => ask(kept));
      if ('answer' in rest) return rest.answer;
    }
    const found: Found = { refused: [], unchecked: [] };
    let attempts = this.attempts;
    const refuses = async (group: readonly string[]) => {
      if (attempts-- <= 0) return undefined;
      return 'refusal' in (await orRefusal(() => ask(group)));
    };
    await search(this.scopes, refuses, found);
    const left = [...found.refused, ...found.unchecked];
    const rest = this.scopes.filter((scope) => !left.includes(scope));
    if (rest.length === 0) throw named(all.refusal, left);
    const answer = await ask(rest);
    this.log.warn(found, 'not all scopes are granted to the app in Okta; going on with the others');
    return this.#accept(answer, left);
  }

  #accept<T>(answer: T, refused: readonly string[]): T {
    this.#refused = refused;
    return answer;
  }
}

/** Narrows down a group that Okta refuses. */
async function search(
  group: readonly string[],
  refuses: (group: readonly string[]) => Promise<boolean | undefined>,
  found: Found,
): Promise<void> {
  if (group.length === 1) return void found.refused.push(...group);
  const middle = Math.ceil(group.length / 2);
  const [left, right] = [group.slice(0, middle), group.slice(middle)];
  const refusesLeft = await refuses(left);
  if (refusesLeft === undefined) return void found.unchecked.push(...group);
  if (!refusesLeft) return search(right, refuses, found);
  await search(left, refuses, found);
  const refusesRight = await refuses(right);
  if (refusesRight === undefined) found.unchecked.push(...right);
  else if (refusesRight) await search(right, refuses, found);
}

async function orRefusal<T>(ask: () => Promise<T>): Promise<{ answer: T } | { refusal: OktaMcpError }> {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (error instanceof OktaMcpError && error.code === 'auth_scope_invalid') return { refusal: error };
    throw error;
  }
}

function named({ code, fix, details }: OktaMcpError, refused: readonly string[]): OktaMcpError {
  const message = `None of the scopes is granted to the app: ${refused.join(', ')}.`;
  return new OktaMcpError(code, message, fix, { ...details, scopes: refused });
}
