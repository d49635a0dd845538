import { OktaFailure } from './errors.js';
import type { EventFacts } from './event-log.js';
import type { Change } from './journal.js';
import type { Org } from './org.js';
import type { Principal } from './principal.js';

export type JsonObject = { readonly [key: string]: unknown };

/** What a handler answers; `body` undefined means an empty one. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  /** A body that is not JSON, with its media type. */
  readonly text?: { readonly type: string; readonly value: string };
  /** Extra headers; a name may occur twice (`link`). */
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const noContent = (): Reply => ({ status: 204 });

/** One request on its way through the org: what was asked, by whom, and what it changed. */
export class Exchange {
  readonly query: URLSearchParams;
  readonly changes: Change[] = [];
  /** What the principal sees of lists; everything when undefined. */
  view: { sees(id: string): boolean } | undefined;

  constructor(
    readonly org: Org,
    readonly url: URL,
    readonly params: Readonly<Record<string, string>>,
    readonly principal: Principal,
    readonly requestId: string,
    readonly userAgent: string,
    readonly payload: { readonly type: string; readonly text: string },
    readonly headers: Headers = new Headers(),
  ) {
    this.query = url.searchParams;
  }

  /** A path parameter, percent-decoded. */
  param(name: string): string {
    const value = this.params[name];
    if (value === undefined) throw new Error(`The route has no parameter {${name}}`);
    return value;
  }

  /** A query flag; anything but `true` and `false` is refused. */
  flag(name: string, otherwise: boolean): boolean {
    const value = this.query.get(name);
    if (value === null) return otherwise;
    if (value !== 'true' && value !== 'false')
      throw new OktaFailure('E0000001', name, [`${name}: must be true or false`]);
    return value === 'true';
  }

  /** The JSON object in the body; `{}` for an empty body when `optional`. */
  json(optional = false): JsonObject {
    if (this.payload.text === '' && optional) return {};
    const value = this.#parsed();
    if (!isObject(value)) throw new OktaFailure('E0000003');
    return value;
  }

  /** The JSON array in the body. */
  list(): readonly unknown[] {
    const value = this.#parsed();
    if (!Array.isArray(value)) throw new OktaFailure('E0000003');
    return value;
  }

  #parsed(): unknown {
    const { type, text } = this.payload;
    if (text !== '' && !/^application\/json\s*(;|$)/i.test(type)) throw new OktaFailure('E0000021');
    try {
      return JSON.parse(text);
    } catch {
      throw new OktaFailure('E0000003');
    }
  }

  /** False for an item that a list must leave out, because it lies outside the principal's targets. */
  lists(item: unknown): boolean {
    return !this.view || !isObject(item) || typeof item.id !== 'string' || this.view.sees(item.id);
  }

  /** Records a change and writes its System Log event: every change comes with exactly one. */
  changed(change: Change, event: EventFacts): void {
    this.changes.push(change);
    this.org.log.append(this.org, this, event);
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
