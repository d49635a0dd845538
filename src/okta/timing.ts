import { setTimeout } from 'node:timers/promises';
import { type RequestFacts, transportFailure } from './transport.js';

/** Clock, timer and chance of everything that waits. */
export interface Timing {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Waits so many milliseconds; rejects as soon as the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<unknown>;
  /** From 0 to less than 1. */
  readonly random: () => number;
}

export const realTiming: Timing = {
  now: Date.now,
  sleep: (ms, signal) => setTimeout(ms, undefined, signal && { signal }),
  random: Math.random,
};

/** One call of an operation, which may take several attempts. */
export interface Attempts {
  readonly facts: RequestFacts;
  /** Nothing changes, or nothing more, when the operation runs twice. */
  readonly repeatable: boolean;
  /** Milliseconds since 1970: until then there must be an answer. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/** What the exchange itself needs once waiting is over; no wait may end closer to the deadline, in milliseconds. */
export const EXCHANGE_MS = 2000;

/** @throws OktaMcpError `cancelled` as soon as the caller cancels: nothing is under way while a call waits. */
export async function pause(ms: number, { sleep }: Timing, { signal, facts }: Attempts): Promise<void> {
  try {
    await sleep(ms, signal);
    signal?.throwIfAborted();
  } catch (error) {
    throw signal?.aborted ? transportFailure(error, facts, 'withdrawn') : error;
  }
}
