import createClient, { type Client } from 'openapi-fetch';
import { OktaMcpError } from '../errors.js';
import type { OktaFetch } from './authenticated.js';
import { mediaTypeOf, type RequestBody, serializeBody } from './body.js';
import { Deadline } from './deadline.js';
import { failureOf } from './failure.js';
import type { CallContext, OktaReply, Operation, OperationInput } from './operation.js';
import { expandPath } from './path.js';
import { serializeQuery } from './query.js';
import type { RateLimit } from './rate-limit.js';
import { readReply } from './reply.js';
import type { Retry } from './retry.js';
import type { Attempts } from './timing.js';
import { type RequestFacts, transportFailure } from './transport.js';

/** Everything that is ever sent to Okta goes through here. `Paths` is `paths` of `generated/okta-api.d.ts`. */
export interface OktaClient<Paths extends object = Record<never, never>> {
  /**
   * Typed calls for hand-written code. Refusals and network failures throw as in `send`; array query parameters repeat
   * their name, so operations with comma-joined ones need `send`.
   */
  readonly api: Client<Paths>;
  /**
   * Sends one operation of the table and reads its reply completely, as often and as fast as `retry` and `limit` say.
   * Never follows redirects.
   * @throws OktaMcpError: `arguments_invalid` or `path_unsafe` without any request, then any of `okta_*`, `cancelled`,
   *   and what the `fetch` throws for credentials.
   */
  send(id: string, input: OperationInput, context?: CallContext): Promise<OktaReply>;
}

export interface OktaClientOptions {
  /** `https://example.okta.com`, without a path. */
  readonly origin: string;
  /** The only operations `send` can reach. */
  readonly operations: Readonly<Record<string, Operation>>;
  readonly fetch: OktaFetch;
  readonly userAgent: string;
  /** Longest time for one exchange, body included, in milliseconds; above the 30 s Okta gives a log query. */
  readonly timeoutMs?: number;
  /** Without it, every call of `send` is one attempt. */
  readonly retry?: Retry;
  /** Without it, requests go out at once. */
  readonly limit?: RateLimit;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Longest time for one call with its waits and retries, in milliseconds: MCP clients give up after 60 s. */
export const CALL_MS = 50_000;

/** What `client.request` takes once its per-path types, which a table lookup cannot satisfy, are set aside. */
type Dispatch = (method: string, path: string, init: Record<string, unknown>) => Promise<{ response: Response }>;

export function createOktaClient<Paths extends object>(options: OktaClientOptions): OktaClient<Paths> {
  const { origin, operations, fetch, userAgent, timeoutMs = 35_000, retry, limit, now = Date.now } = options;
  const { host } = new URL(origin);

  const exchange = async (
    request: Request,
    facts: RequestFacts,
    { signal }: Deadline,
    caller?: string,
    observe?: (response: Response) => void,
  ) => {
    signal.throwIfAborted();
    const response = await fetch(request, { signal, ...(caller !== undefined && { caller }) });
    observe?.(response);
    if (!response.ok) throw await failureOf(response, facts, now, signal);
    return response;
  };

  const api = createClient<Paths>({
    baseUrl: origin,
    fetch: async (request) => {
      const facts = { method: request.method, path: new URL(request.url).pathname, host };
      const deadline = new Deadline(timeoutMs, request.signal);
      return exchange(request, facts, deadline).catch((error) => {
        throw transportFailure(error, facts, deadline.stop);
      });
    },
    headers: { Accept: 'application/json', 'User-Agent': userAgent },
    redirect: 'manual',
    pathSerializer: expandPath,
  });
  // The one place where the types of openapi-fetch are left: an operation of the table is not a literal path.
  const dispatch = api.request as unknown as Dispatch;

  return {
    api,
    async send(id, input, context = {}) {
      const operation = Object.hasOwn(operations, id) ? operations[id] : undefined;
      if (operation === undefined) {
        throw new OktaMcpError('internal', `There is no operation "${id}".`, 'Run npm run generate and build again.');
      }
      const { method, path } = operation;
      const facts: RequestFacts = { method, path, host };
      const call: Attempts = {
        facts,
        repeatable: method === 'GET' || operation.retry === 'safe',
        deadline: context.deadline ?? now() + CALL_MS,
        signal: context.signal,
      };
      const attempt = async (added: Readonly<Record<string, string>>, observe?: (response: Response) => void) => {
        const left = call.deadline - now();
        if (left <= 0) throw transportFailure(undefined, facts, 'late');
        const { body } = input;
        const deadline = new Deadline(Math.min(timeoutMs, left), context.signal);
        try {
          const { response } = await dispatch(method, path, {
            params: { path: input.path ?? {}, query: input.query ?? {}, header: headersOf(operation, input) },
            headers: { Accept: operation.reply ?? 'application/json', ...contentType(operation, body), ...added },
            querySerializer: (values: Readonly<Record<string, unknown>>) => serializeQuery(operation, values),
            bodySerializer: (value: RequestBody) => value,
            body: serializeBody(operation, body),
            parseAs: 'stream',
            fetch: (request: Request) => exchange(request, facts, deadline, context.caller, observe),
          });
          return await readReply(response, operation, facts, undefined, deadline.signal);
        } catch (error) {
          throw transportFailure(error, facts, deadline.stop);
        } finally {
          deadline.clear();
        }
      };
      const paced: typeof attempt = limit
        ? (added) => limit.run(call, (observe) => attempt(added, observe))
        : (added) => attempt(added);
      return retry ? retry.run(call, paced) : paced({});
    },
  };
}

function contentType(operation: Operation, body: unknown): Record<string, string> {
  // For a form, fetch itself writes the type with its boundary.
  const media = mediaTypeOf(operation, body);
  if (media === undefined || media === 'multipart/form-data' || body === undefined) return {};
  return { 'Content-Type': media };
}

function headersOf(operation: Operation, { header = {} }: OperationInput): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of operation.header ?? []) {
    const value = Object.hasOwn(header, name) ? header[name] : undefined;
    if (value === undefined) continue;
    // RFC 9110 section 5.5, without the obsolete bytes beyond ASCII.
    if (typeof value !== 'string' || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw new OktaMcpError(
        'arguments_invalid',
        `"${name}" cannot be sent as a header.`,
        `Give "${name}" as plain ASCII text.`,
        { parameter: name },
      );
    }
    headers[name] = value;
  }
  return headers;
}
