import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { OktaMcpError } from '../errors.js';
import { patternFault } from './group-pattern.js';

/** What somebody may use; limits narrow what the scopes open. */
export interface Entry {
  /** Okta's scopes. */
  readonly scopes: readonly string[];
  readonly readOnly?: boolean | undefined;
  readonly toolsets?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
}

/** `callers.yaml`: from what a token says to what its bearer may use. Whatever is not named here opens nothing. */
export interface CallersFile {
  /** What the authorization server's own scope names stand for. */
  readonly scopes: Readonly<Record<string, Entry>>;
  /** What members of groups may use, by exact name or by a pattern for the whole name. */
  readonly groups: readonly (Entry & { readonly name?: string | undefined; readonly pattern?: string | undefined })[];
  /** What clients that act for themselves may use. */
  readonly clients: readonly (Entry & { readonly id: string })[];
  readonly groupsClaim: string;
  /** Scopes that clients ask for at first; by default every name in `scopes`. */
  readonly ask?: readonly string[] | undefined;
}

/** The names a file may mention. */
export interface CallersNames {
  readonly scopes: readonly string[];
  readonly toolsets: readonly string[];
  readonly tools: readonly string[];
}

const limits = {
  readOnly: z.boolean().optional(),
  toolsets: z.array(z.string()).min(1).optional(),
  tools: z.array(z.string()).min(1).optional(),
};
const entry = { scopes: z.array(z.string()), ...limits };
/** RFC 6749 section 3.3. */
const scopeName = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'is no scope name');

const file = z.strictObject({
  scopes: z
    .record(
      scopeName,
      z.union([z.array(z.string()).transform((scopes): Entry => ({ scopes })), z.strictObject(entry)], {
        error: 'must be a list of scopes of Okta, or an entry with scopes, readOnly, toolsets and tools',
      }),
    )
    .default({}),
  groups: z
    .array(
      z
        .strictObject({ name: z.string().min(1).optional(), pattern: z.string().min(1).optional(), ...entry })
        .refine(({ name, pattern }) => (name === undefined) !== (pattern === undefined), {
          error: 'needs either name or pattern',
        }),
    )
    .default([]),
  clients: z
    .array(z.strictObject({ id: z.string().regex(/^[\w.@:-]{1,128}$/, 'is no client id'), ...entry }))
    .default([]),
  groupsClaim: z.string().min(1).default('groups'),
  ask: z.array(scopeName).min(1).optional(),
});

type Path = readonly (string | number)[];

/**
 * Reads `callers.yaml`.
 * @param name how messages name the file
 * @throws OktaMcpError `config_invalid` with every problem and its line
 */
export function parseCallers(name: string, text: string, known: CallersNames): CallersFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const problems = document.errors.map((error) => `${name}:${lines.linePos(error.pos[0]).line} ${error.message}`);
  const report = (path: Path, message: string) => {
    problems.push(`${name}:${lines.linePos(offsetOf(document, path)).line} ${path.join('.') || 'the file'} ${message}`);
  };
  const parsed = problems.length === 0 ? file.safeParse(document.toJS() ?? {}) : undefined;
  for (const issue of parsed?.error?.issues ?? []) {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) report([...path, key], 'is no setting');
    else report(path, issue.code === 'invalid_key' ? 'is no scope name' : issue.message);
  }
  if (parsed?.data) checkNames(parsed.data, known, report);
  if (parsed?.data && problems.length === 0) return parsed.data;
  throw new OktaMcpError(
    'config_invalid',
    `The callers file has problems:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    'Correct what is listed, then start again.',
    { problems },
  );
}

function checkNames(callers: CallersFile, known: CallersNames, report: (path: Path, message: string) => void): void {
  const check = (path: Path, { scopes, toolsets = [], tools = [] }: Entry) => {
    const lists = { scopes, toolsets, tools };
    for (const noun of ['scopes', 'toolsets', 'tools'] as const) {
      lists[noun].forEach((each, at) => {
        if (!known[noun].includes(each))
          report([...path, noun, at], `is no ${noun.slice(0, -1)} known to this version`);
      });
    }
  };
  for (const [own, each] of Object.entries(callers.scopes)) {
    check(['scopes', own], each);
    if (known.scopes.includes(own)) report(['scopes', own], 'is a scope of Okta and stands for itself');
  }
  callers.groups.forEach((each, at) => {
    check(['groups', at], each);
    const fault = each.pattern === undefined ? undefined : patternFault(each.pattern);
    if (fault) report(['groups', at, 'pattern'], fault);
  });
  callers.clients.forEach((each, at) => {
    check(['clients', at], each);
  });
  callers.ask?.forEach((each, at) => {
    if (!Object.hasOwn(callers.scopes, each) && !known.scopes.includes(each)) report(['ask', at], 'opens nothing');
  });
}

/** Where the deepest existing node of a path begins. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const part of path) {
    // The short form of an entry is its list of scopes.
    if (isSeq(node) && part === 'scopes') continue;
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === part) : undefined;
    node = isPair(pair) ? pair.value : isSeq(node) && typeof part === 'number' ? node.items[part] : undefined;
    const at = (isPair(pair) ? (pair.key as { range?: [number] }).range : (node as { range?: [number] })?.range)?.[0];
    if (at === undefined) break;
    offset = at;
  }
  return offset;
}
