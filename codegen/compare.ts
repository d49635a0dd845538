import {
  type ComparedTool,
  type ComparedTools,
  gravest,
  type OperationChange,
  operationChanges,
} from './compare-operation.js';
import { replySchemaChanges, type SchemaChange } from './compare-reply.js';
import { sentenceOf } from './compare-report.js';
import type { Level } from './compare-request.js';
import { sameFacts } from './compare-shape.js';
import { type Document, operationsOf } from './document.js';
import { type LoweredRisk, loweredRisks, successors } from './former.js';
import { requestOf } from './path.js';

/** A document in two versions; one of them is missing where the whole document is new or gone. */
export interface ComparedDocument {
  /** How the report calls it. */
  readonly name: string;
  readonly before?: Document;
  readonly after?: Document;
}

/** What changed in one document. */
export interface DocumentComparison {
  readonly name: string;
  /** Releases; absent on the side where there is no document. */
  readonly from?: string;
  readonly to?: string;
  /** Scopes the document names. */
  readonly scopes: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly operations: readonly OperationChange[];
  /** Replies, by the schema that changed; how an operation came to answer with another schema is among `operations`. */
  readonly replies: readonly (SchemaChange & { readonly tools: readonly string[] })[];
}

/** Names of tools that came and went. */
export interface ToolChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The old name still answers. */
  readonly renamed: readonly { readonly was: string; readonly is: string }[];
  /** Of those removed: tools that took over without keeping the old name. */
  readonly replaced: readonly { readonly was: string; readonly is: string }[];
  /** Tools that ask for less confirmation than before. */
  readonly lowered: readonly LoweredRisk[];
}

/** What a release of this package would bring to its users. Plain JSON, what `spec:diff --json` prints. */
export interface Comparison {
  /** By semver, of what callers of the tools notice; `none`: the documents and the tools' names are the same. */
  readonly verdict: Level | 'none';
  /** Every change of that level, as a sentence. */
  readonly reasons: readonly string[];
  readonly tools: ToolChanges;
  readonly documents: readonly DocumentComparison[];
}

const EMPTY: Document = { openapi: '3.0.3', info: { title: '', version: '' }, paths: {}, components: {} };

/** Compares specifications by what they mean to the tools made from them. Pure. */
export function compareSpecs(documents: readonly ComparedDocument[], tools: ComparedTools): Comparison {
  const compared = documents.map((document) => compareDocument(document, tools));
  const changes = toolChanges(documents, tools);
  const reasons = [...toolReasons(changes), ...compared.flatMap(documentReasons)];
  const same = documents.every(isSame);
  // What no list below shows, such as a release's number, still makes another package.
  if (reasons.length === 0 && same) return { verdict: 'none', reasons: [], tools: changes, documents: compared };
  const verdict = gravest(reasons);
  return {
    verdict,
    reasons: grouped(reasons.filter(({ level }) => level === verdict)),
    tools: changes,
    documents: compared,
  };
}

/** The version counts, except between one of Okta's releases and a document that numbers itself, as governance does. */
function isSame({ before, after }: ComparedDocument): boolean {
  if (before === undefined || after === undefined || isRelease(before) === isRelease(after)) {
    return sameFacts(before, after);
  }
  return sameFacts(before, { ...after, info: { ...after.info, version: before.info.version } });
}

/** Such as 2026.06.3. */
function isRelease({ info }: Document): boolean {
  return /^\d{4}\.\d{2}\.\d+$/.test(info.version);
}

function compareDocument({ name, before, after }: ComparedDocument, tools: ComparedTools): DocumentComparison {
  const [old, now] = [before ?? EMPTY, after ?? EMPTY];
  const [was, is] = [scopesIn(old), scopesIn(now)];
  const callers = new Map<string, string[]>();
  for (const tool of tools.after) callers.set(tool.operation, [...(callers.get(tool.operation) ?? []), tool.name]);
  return {
    name,
    ...(before === undefined ? {} : { from: before.info.version }),
    ...(after === undefined ? {} : { to: after.info.version }),
    scopes: { added: is.filter((scope) => !was.includes(scope)), removed: was.filter((scope) => !is.includes(scope)) },
    operations: operationChanges(old, now, tools),
    replies: replySchemaChanges(old, now, operationsOf(now)).map((change) => ({
      ...change,
      tools: change.operations.flatMap((id) => callers.get(id) ?? []).sort(),
    })),
  };
}

function scopesIn(document: Document): string[] {
  const flows = Object.values(document.components.securitySchemes ?? {}).flatMap(({ flows = {} }) =>
    Object.values(flows),
  );
  return [...new Set(flows.flatMap(({ scopes }) => Object.keys(scopes)))].sort();
}

function toolChanges(documents: readonly ComparedDocument[], { before, after }: ComparedTools): ToolChanges {
  const [was, is] = [new Set(before.map(nameOf)), new Set(after.map(nameOf))];
  const aliases = new Map(after.flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name] as const)));
  const gone = [...was, ...before.flatMap(({ aliases = [] }) => aliases)].filter((name) => !is.has(name));
  const renamed = [...was].flatMap((name) =>
    !is.has(name) && aliases.has(name) ? [{ was: name, is: aliases.get(name)! }] : [],
  );
  const [old, now] = [
    { tools: before, requests: requestsOf(documents.map((one) => one.before)) },
    { tools: after, requests: requestsOf(documents.map((one) => one.after)) },
  ];
  return {
    added: [...is].filter((name) => !was.has(name) && !renamed.some((one) => one.is === name)).sort(),
    removed: gone.filter((name) => !aliases.has(name)).sort(),
    renamed,
    replaced: successors(old, now),
    lowered: loweredRisks(old, now),
  };
}

function requestsOf(documents: readonly (Document | undefined)[]): Map<string, string> {
  const apis = documents.flatMap((document) => (document === undefined ? [] : operationsOf(document)));
  return new Map(apis.map(({ id, method, path }) => [id, requestOf(method, path)]));
}

function nameOf({ name }: ComparedTool): string {
  return name;
}

/** One change as the verdict counts it. Changes that read the same are told once, with all they are about. */
interface Reason {
  readonly level: Level;
  readonly sentence: string;
  readonly about: string;
}

function toolReasons({ added, removed, renamed, lowered }: ToolChanges): Reason[] {
  const reason = (level: Level, sentence: string) => (about: string) => ({ level, sentence, about });
  return [
    ...removed.map(reason('major', 'tool or alias gone')),
    ...renamed.map(({ was, is }) => reason('minor', 'tool renamed, the old name still answers')(`${was} to ${is}`)),
    ...added.map(reason('minor', 'tool new')),
    ...lowered.map(({ name, was, is }) => reason('minor', `risk falls from ${was} to ${is}`)(name)),
  ];
}

function documentReasons({ scopes, operations, replies }: DocumentComparison): Reason[] {
  return [
    ...operations.flatMap(operationReasons),
    ...scopes.added.map((about) => ({ level: 'minor' as const, sentence: 'scope new', about })),
    ...scopes.removed.map((about) => ({ level: 'patch' as const, sentence: 'scope gone', about })),
    ...replies.map(({ schema }) => ({ level: 'patch' as const, sentence: 'reply schema changed', about: schema })),
  ];
}

function operationReasons({ operation, status, tools, level, changes }: OperationChange): Reason[] {
  const about = tools.length > 0 ? tools.join(', ') : operation;
  if (status === 'added') {
    return [
      { level, sentence: tools.length > 0 ? 'operation new' : 'operation new, no tool calls it', about: operation },
    ];
  }
  if (status === 'removed') {
    return [
      { level, sentence: tools.length > 0 ? 'tool loses its operation' : 'operation gone, no tool calls it', about },
    ];
  }
  // What no tool calls concerns nobody: one line for all of it.
  if (tools.length === 0) return [{ level, sentence: 'operation changed, no tool calls it', about }];
  return changes.map((change) => ({ level: change.level, sentence: sentenceOf(change), about }));
}

function grouped(reasons: readonly Reason[]): string[] {
  const groups = new Map<string, Set<string>>();
  for (const { sentence, about } of reasons) groups.set(sentence, (groups.get(sentence) ?? new Set()).add(about));
  return [...groups].map(([sentence, about]) => `${sentence}: ${[...about].join(', ')}`);
}
