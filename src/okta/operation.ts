/**
 * The HTTP face of one Okta operation: what it takes to send it, and nothing about MCP.
 * Every value is written by codegen into `generated/operations.ts`. Types only.
 */
export interface Operation {
  readonly method: HttpMethod;
  /** Path template as the spec writes it, `/api/v1/users/{id}`; every `{name}` is a required string input. */
  readonly path: string;
  /** Names of the query parameters that may be sent. Arrays repeat the name (`a=1&a=2`) unless listed in `comma`. */
  readonly query?: readonly string[];
  /** Those of `query` that are arrays joined by commas (OpenAPI `style: form, explode: false`). */
  readonly comma?: readonly string[];
  /** Names of the header parameters a caller may set. */
  readonly header?: readonly string[];
  /** Media type of the request body; absent when the operation takes none. */
  readonly body?: string;
  /** Further media types it may have; a body that states its own is sent as that. */
  readonly bodies?: readonly string[];
  /** The body may be left out. */
  readonly bodyOptional?: true;
  /** Media type of the success reply; absent when success has no body. */
  readonly reply?: string;
  /** Not a GET, and yet running it twice does no harm, so it may be repeated when no answer came. */
  readonly retry?: 'safe';
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The values of one call, already validated, by where they go. */
export interface OperationInput {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What Okta answered to a request that succeeded (2xx). */
export interface OktaReply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, text for textual media types, base64 for binary ones; undefined when the body is empty. */
  readonly data: unknown;
  /** `x-okta-request-id`, for Okta support and the audit. */
  readonly requestId?: string;
}

/** What a single call carries beside its input. */
export interface CallContext {
  readonly signal?: AbortSignal;
  /** Who asked, when a server has several callers; undefined over stdio. */
  readonly caller?: string;
  /** Milliseconds since 1970: until then the caller waits for all that its call needs. */
  readonly deadline?: number;
  /** Tells a caller who waits how far a call of many requests is. */
  readonly progress?: (done: number, total?: number) => void;
}
