import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { CodegenError } from './errors.js';

/** A document as Okta publishes it: its content, and where in the file each part of it is. */
export interface Published {
  readonly content: unknown;
  /** 1-based line of the deepest part of a JSON pointer path that exists. */
  lineOf(path: readonly string[]): number;
}

/** Parses YAML (JSON is YAML). @throws CodegenError with every syntax error. */
export function parsePublished(text: string, file: string): Published {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (yaml.errors.length > 0) {
    throw new CodegenError(
      yaml.errors.map(({ pos, message }) => ({
        file,
        line: lines.linePos(pos[0]).line,
        message: `not YAML: ${message}`,
      })),
    );
  }
  return {
    content: expand(yaml, file),
    lineOf(path) {
      let offset = 0;
      let node: unknown = yaml.contents;
      for (const key of path) {
        const next = child(isAlias(node) ? node.resolve(yaml) : node, key);
        if (next === undefined) break;
        offset = next.offset ?? offset;
        node = next.node;
      }
      return lines.linePos(offset).line;
    },
  };
}

function expand(yaml: Document.Parsed, file: string): unknown {
  try {
    // Okta's anchors are used thousands of times; the default limit is for documents from strangers.
    return yaml.toJS({ maxAliasCount: -1 });
  } catch (error) {
    throw new CodegenError([{ file, message: `not YAML: ${error instanceof Error ? error.message : String(error)}` }]);
  }
}

function child(node: unknown, key: string): { node: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    return pair && { node: pair.value, offset: (pair.key as Node).range?.[0] };
  }
  if (!isSeq(node)) return undefined;
  const item = node.items[Number(key)] as Node | undefined;
  return item && { node: item, offset: item.range?.[0] };
}
