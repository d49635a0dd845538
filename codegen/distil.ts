import { correct, corrections, renamedSchemas, renameSchemas } from './corrections.js';
import { type Document, prune } from './document.js';
import { CodegenError, type Problem } from './errors.js';
import { type Kind, type Leaf, nodesOf, slotOf } from './grammar.js';
import { type Fix, Ledger } from './ledger.js';
import { normalise } from './normalise.js';
import { parsePublished } from './published.js';
import { checkSoundness } from './soundness.js';

export interface Distilled {
  readonly document: Document;
  readonly fixes: readonly Fix[];
  /** Vendor extensions left out, with how often they stood there. */
  readonly dropped: readonly (readonly [extension: string, count: number])[];
}

/**
 * The facts of a published OpenAPI 3.0 document: no prose, no error replies, nothing unreachable, known defects repaired.
 * @param release of Okta, in place of a version that the document counts for itself
 * @throws CodegenError with every defect that no rule here knows, each with its line in `file`.
 */
export function distil(text: string, file: string, release?: string): Distilled {
  const { problems, ...distilled } = examine(text, file, release);
  if (problems.length > 0) throw new CodegenError(problems);
  return distilled;
}

/**
 * The same, of a document that may have defects no rule here knows: good enough to compare, not to generate from.
 * @throws CodegenError when it is no OpenAPI 3.0 document
 */
export function examine(
  text: string,
  file: string,
  release?: string,
): Distilled & { readonly problems: readonly Problem[] } {
  const { content, lineOf } = parsePublished(text, file);
  const ledger = new Ledger(file, lineOf);
  const facts = copyNode(content, 'document', [], ledger) as unknown as Document | undefined;
  if (!facts?.openapi?.startsWith('3.0.') || !facts.info?.version || !facts.paths) {
    if (ledger.problems.length === 0) ledger.problemAt([], 'not an OpenAPI 3.0 document with a version and paths');
    throw new CodegenError(ledger.problems);
  }
  facts.components ??= {};
  if (release !== undefined && release !== facts.info.version) {
    ledger.fix(`version ${facts.info.version}, counted for this document alone: release ${release}`, facts.info);
    facts.info.version = release;
  }
  correct(facts, corrections, ledger);
  renameSchemas(facts, renamedSchemas, ledger);
  const document = normalise(prune(facts), ledger);
  checkSoundness(document, ledger);
  return { document, fixes: ledger.fixes, dropped: ledger.dropped, problems: ledger.problems };
}

type Path = readonly string[];
type Json = Record<string, unknown>;

/** Deeper than any document of Okta's by an order of magnitude; only an anchor inside itself gets there. */
const DEPTH = 200;

function copyNode(node: unknown, kind: Kind, path: Path, ledger: Ledger): Json | undefined {
  if (path.length > DEPTH) {
    ledger.problemAt(path.slice(0, 8), 'nested without end');
    return undefined;
  }
  if (!isObject(node)) {
    ledger.problemAt(path, `should be an object (${kind})`);
    return undefined;
  }
  if (kind === 'operation' && typeof node.operationId === 'string') ledger.name(path[1]!, path[2]!, node.operationId);
  const entries = Object.entries(node).flatMap(([keyword, value]) => {
    const copied = copySlot(keyword, value, kind, [...path, keyword], ledger);
    return copied === undefined ? [] : [[keyword, copied] as const];
  });
  return ledger.place(Object.fromEntries(entries), path);
}

function copySlot(keyword: string, value: unknown, kind: Kind, path: Path, ledger: Ledger): unknown {
  const slot = slotOf(kind, keyword);
  if (slot === undefined) {
    if (keyword.startsWith('x-')) ledger.drop(keyword);
    else
      ledger.problemAt(
        path,
        `unknown keyword "${keyword}" of a ${kind}`,
        'say in codegen/grammar.ts whether it is a fact',
      );
    return undefined;
  }
  if (slot === 'prose') return undefined;
  if (slot === 'schema|flag' && typeof value === 'boolean') return value;
  const nodes = nodesOf(slot);
  if (nodes === undefined) return copyLeaf(slot as Leaf, keyword, value, path, ledger);
  if (nodes.many === 'one') return copyNode(value, nodes.kind, path, ledger);
  if (nodes.many === 'list' ? !Array.isArray(value) : !isObject(value)) {
    ledger.problemAt(path, `"${keyword}" should be ${nodes.many === 'list' ? 'a list' : 'an object'}`);
    return undefined;
  }
  const keys = kind === 'operation' && nodes.kind === 'response' ? successes(value as object) : undefined;
  const children = Object.entries(value as object).flatMap(([key, child]) => {
    if (keys !== undefined && !keys.includes(key)) return [];
    const copied = copyNode(child, nodes.kind, [...path, key], ledger);
    return copied === undefined ? [] : [[key, copied] as const];
  });
  return nodes.many === 'list' ? children.map(([, child]) => child) : ledger.place(Object.fromEntries(children), path);
}

/** Without the statuses of failure: what Okta answers then is the same error object everywhere. */
function successes(responses: object): string[] {
  const statuses = Object.keys(responses).filter((status) => /^[23]/.test(status));
  return statuses.length > 0 ? statuses : ['default'];
}

const LEAVES: Record<Exclude<Leaf, 'prose'>, { readonly be: string; readonly test: (value: unknown) => boolean }> = {
  any: { be: 'anything', test: () => true },
  text: { be: 'a string', test: (value) => typeof value === 'string' },
  flag: { be: 'true or false', test: (value) => typeof value === 'boolean' },
  number: { be: 'a number', test: (value) => typeof value === 'number' },
  values: { be: 'a list', test: Array.isArray },
  texts: { be: 'a list of strings', test: isTexts },
  textMap: { be: 'an object of strings', test: (value) => isObject(value) && isTexts(Object.values(value)) },
  nameMap: { be: 'an object', test: isObject },
  requirements: {
    be: 'a list of security requirements',
    test: (value) => Array.isArray(value) && value.every((one) => isObject(one) && Object.values(one).every(isTexts)),
  },
};

function copyLeaf(slot: Leaf, keyword: string, value: unknown, path: Path, ledger: Ledger): unknown {
  if (slot === 'prose') return undefined;
  const { be, test } = LEAVES[slot];
  if (!test(value)) {
    ledger.problemAt(path, `"${keyword}" should be ${be}`);
    return undefined;
  }
  // OpenAPI demands a text for every scope.
  if (slot === 'nameMap')
    return ledger.place(Object.fromEntries(Object.keys(value as object).map((name) => [name, ''])), path);
  return isObject(value) ? ledger.place(structuredClone(value), path) : structuredClone(value);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
