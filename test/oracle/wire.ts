/** One request, as far as two clients can be held against each other: decoded, and without their own credentials. */
export interface Wire {
  readonly method: string;
  /** Decoded segments of the path. */
  readonly path: readonly string[];
  /** Decoded values by decoded name, in their order; a repeated name has several. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly header: Readonly<Record<string, string>>;
  /** Media type of the body without its parameters; undefined without a body. */
  readonly type: string | undefined;
  /** Parsed JSON, the parts of a form, or text. */
  readonly body: unknown;
}

/** The header parameters of the specification that both clients let their caller set. */
const HEADERS = ['if-match', 'prefer'];

export async function wireOf(request: Request): Promise<Wire> {
  const { pathname, searchParams } = new URL(request.url);
  const text = await request.clone().text();
  const type = text === '' ? undefined : request.headers.get('content-type')?.split(';', 1)[0]?.trim();
  return {
    method: request.method,
    path: pathname.split('/').slice(1).map(decodeURIComponent),
    query: Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)])),
    header: Object.fromEntries(
      HEADERS.filter((name) => request.headers.has(name)).map((name) => [name, request.headers.get(name)!]),
    ),
    type,
    body: type === 'multipart/form-data' ? await partsOf(request) : type?.endsWith('json') ? JSON.parse(text) : text,
  };
}

async function partsOf(request: Request): Promise<unknown> {
  const parts = [...(await request.formData())].map(async ([name, part]) => [
    name,
    typeof part === 'string' ? part : { name: part.name, type: part.type, text: await part.text() },
  ]);
  return Object.fromEntries(await Promise.all(parts));
}

export interface Difference {
  /** JSON pointer into the `Wire`. */
  readonly at: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** Every innermost place at which two values differ. Moments are equal in all spellings of RFC 3339. */
export function differences(ours: unknown, theirs: unknown, at = ''): Difference[] {
  if (isBranch(ours) && isBranch(theirs) && Array.isArray(ours) === Array.isArray(theirs)) {
    return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].flatMap((key) =>
      differences(ours[key], theirs[key], `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  }
  return sameMoment(ours) === sameMoment(theirs) ? [] : [{ at, ours, theirs }];
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function sameMoment<Value>(value: Value): Value | string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value).toISOString() : value;
}
