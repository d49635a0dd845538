import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Caller } from '../http/caller.js';
import { canonical } from '../tools/seal.js';
import type { Toolbox } from '../tools/toolbox.js';
import type { View } from './mcp.js';

/** So many restrictions differ at once in practice: one for each combination of scopes and groups. */
const REMEMBERED = 200;

/** What each caller sees of one toolbox. */
export class CallerViews {
  readonly #byRestriction = new Map<string, Toolbox>();

  constructor(private readonly toolbox: Toolbox) {}

  /** What the server may do has changed. */
  forget(): void {
    this.#byRestriction.clear();
  }

  of({ name, restriction }: Caller): View {
    if (restriction === 'ceiling') return { caller: name, toolbox: this.toolbox };
    const key = canonical(restriction);
    const toolbox = this.#byRestriction.get(key) ?? this.toolbox.narrow(restriction);
    // The least recently used goes first.
    this.#byRestriction.delete(key);
    this.#byRestriction.set(key, toolbox);
    const [oldest] = this.#byRestriction.keys();
    if (this.#byRestriction.size > REMEMBERED && oldest !== undefined) this.#byRestriction.delete(oldest);
    return { caller: name, toolbox };
  }

  /** The view of whoever the SDK says sent a message. A message of nobody sees nothing. */
  readonly ofMessage = (authInfo: AuthInfo | undefined): View => {
    const caller = authInfo?.extra?.caller as Caller | undefined;
    if (!caller) throw new Error('a message without a caller');
    return this.of(caller);
  };
}

/** A caller as the SDK carries it to the handlers. The token stays behind. */
export function authInfoOf(caller: Caller): AuthInfo {
  return { token: '', clientId: caller.name, scopes: [...caller.tokenScopes], extra: { caller } };
}
