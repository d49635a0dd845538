import { AsyncLocalStorage } from 'node:async_hooks';

/** W3C Trace Context, section 3.2, version 00. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

const current = new AsyncLocalStorage<string>();

/** Does the work of one request under its trace, if it came with one. */
export function traced<T>(header: string | null | undefined, work: () => T): T {
  return header && TRACEPARENT.test(header) ? current.run(header, work) : work();
}

/** `traceparent` of the request that is being worked on, to be passed on. */
export function traceparent(): string | undefined {
  return current.getStore();
}

/** Id of the trace in a `traceparent`. */
export function traceId(header: string | undefined): string | undefined {
  return header && TRACEPARENT.exec(header)?.[1];
}
