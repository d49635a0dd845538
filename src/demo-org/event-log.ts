import type { Exchange } from './exchange.js';
import type { Org } from './org.js';
import { Random } from './random.js';

/** What is particular to one System Log event; the rest follows from the request. */
export interface EventFacts {
  readonly eventType: string;
  readonly displayMessage: string;
  readonly target?: readonly EventTarget[];
  readonly outcome?: {
    readonly result: 'SUCCESS' | 'FAILURE' | 'DENY' | 'ALLOW' | 'CHALLENGE';
    readonly reason?: string;
  };
  readonly severity?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  readonly debugData?: Readonly<Record<string, string>>;
}

export interface EventTarget {
  readonly id: string;
  readonly type: string;
  readonly alternateId: string;
  readonly displayName: string;
  readonly detailEntry?: Readonly<Record<string, unknown>> | null;
}

/** Where a request came from, as the log tells it. */
export interface EventClient {
  readonly ipAddress: string;
  readonly city: string;
  readonly country: string;
  readonly userAgent: string;
  readonly device: string;
}

export interface LogEvent {
  readonly uuid: string;
  readonly published: string;
  readonly eventType: string;
  readonly actor: EventTarget;
  readonly [key: string]: unknown;
}

/** The System Log in persistence order. History is made when it is first read, off the start-up path. */
export class EventLog {
  readonly #random: Random;
  #history: () => LogEvent[] = () => [];
  #recent: LogEvent[] = [];
  /** History and what came after it, once somebody has read the log. */
  #all: LogEvent[] | undefined;

  constructor(seed: number) {
    this.#random = new Random(`log ${seed}`);
  }

  /** Sets what happened before the org was made; called once, by the seed. */
  begin(history: () => LogEvent[]): void {
    this.#history = history;
  }

  append(org: Org, exchange: Exchange, facts: EventFacts): void {
    const { principal } = exchange;
    const event = composeEvent(this.#random, org.date(), facts, {
      actor: {
        id: principal.id,
        type: principal.type,
        alternateId: principal.name,
        displayName: principal.displayName,
        detailEntry: null,
      },
      client: {
        ipAddress: '203.0.113.10',
        city: 'Rotterdam',
        country: 'Netherlands',
        userAgent: exchange.userAgent,
        device: 'Computer',
      },
      requestId: exchange.requestId,
      requestUri: exchange.url.pathname,
    });
    this.#recent.push(event);
    this.#all?.push(event);
  }

  events(): readonly LogEvent[] {
    this.#all ??= [...this.#history(), ...this.#recent];
    return this.#all;
  }

  /** What happened since the org was made. */
  recent(): readonly LogEvent[] {
    return this.#recent;
  }

  /** Where the source of event ids is in its sequence. */
  get state(): number {
    return this.#random.state;
  }

  /** Puts other events behind the history. */
  load(recent: readonly LogEvent[], state: number): void {
    this.#recent = [...recent];
    this.#all = undefined;
    this.#random.resume(state);
  }
}

/** A complete event as `GET /api/v1/logs` shows it. */
export function composeEvent(
  random: Random,
  published: string,
  facts: EventFacts,
  origin: { actor: EventTarget; client: EventClient; requestId: string; requestUri: string },
): LogEvent {
  const { actor, client } = origin;
  const place = { city: client.city, state: null, country: client.country, postalCode: null, geolocation: null };
  return {
    actor,
    client: {
      userAgent: { rawUserAgent: client.userAgent, os: 'Unknown', browser: 'UNKNOWN' },
      zone: 'null',
      device: client.device,
      id: actor.type === 'PublicClientApp' ? actor.id : null,
      ipAddress: client.ipAddress,
      geographicalContext: place,
    },
    device: null,
    authenticationContext: {
      authenticationProvider: null,
      credentialProvider: null,
      credentialType: null,
      issuer: null,
      interface: null,
      authenticationStep: 0,
      rootSessionId: null,
      externalSessionId: `trs${random.hex(22)}`,
    },
    displayMessage: facts.displayMessage,
    eventType: facts.eventType,
    outcome: { result: facts.outcome?.result ?? 'SUCCESS', reason: facts.outcome?.reason ?? null },
    published,
    securityContext: { asNumber: null, asOrg: null, isp: null, domain: null, isProxy: null },
    severity: facts.severity ?? 'INFO',
    debugContext: {
      debugData: { requestId: origin.requestId, requestUri: origin.requestUri, ...facts.debugData },
    },
    legacyEventType: null,
    transaction: { type: 'WEB', id: origin.requestId, detail: {} },
    uuid: random.uuid(),
    version: '0',
    request: { ipChain: [{ ip: client.ipAddress, geographicalContext: place, version: 'V4', source: null }] },
    target: facts.target ?? null,
  };
}
