import { closest, distance } from 'fastest-levenshtein';
import type { ConfigSource, ToolEntry } from './config.js';
import { type ApiOperation, type Document, operationsOf, type PathItem, prune } from './document.js';
import type { Problem } from './errors.js';
import type { Generation } from './former.js';
import { requestOf } from './path.js';

/** A tool of the allowlist together with the operation behind it. */
export interface Entry {
  readonly name: string;
  readonly toolset: string;
  readonly config: ToolEntry;
  readonly api: ApiOperation;
  /** The specification that describes the operation. */
  readonly document: Document;
  /** It comes from a pattern. */
  readonly composed?: true;
  /** A problem at the line of this entry, or of the key below it. */
  problem(key: readonly (string | number)[], message: string, fix?: string): Problem;
}

/** An operation and the specification that describes it. */
export interface Described {
  readonly api: ApiOperation;
  readonly document: Document;
  /** Name under `specs/`. */
  readonly spec: string;
}

/** Every operation by its id. No two specifications share an id, or a component's name for different things. */
export function describe(
  documents: ReadonlyMap<string, Document>,
  source: ConfigSource,
): { operations: ReadonlyMap<string, Described>; problems: Problem[] } {
  const operations = new Map<string, Described>();
  const problems: Problem[] = [];
  const components = new Map<string, { readonly spec: string; readonly text: string }>();
  for (const [spec, document] of documents) {
    for (const [name, text] of componentsOf(document)) {
      const other = components.get(name);
      if (other === undefined) components.set(name, { spec, text });
      else if (other.text !== text) {
        const message = `${other.spec} and ${spec} mean different things by ${name}`;
        problems.push(
          source.problem(['specs', spec], message, 'rename one in codegen/corrections.ts and import again'),
        );
      }
    }
    for (const api of operationsOf(document)) {
      const other = operations.get(api.id);
      if (other === undefined) operations.set(api.id, { api, document, spec });
      else {
        const message = `${other.spec} and ${spec} both have an operation "${api.id}"`;
        problems.push(
          source.problem(['specs', spec], message, 'rename one in codegen/corrections.ts and import again'),
        );
      }
    }
  }
  return { operations, problems };
}

function componentsOf({ components: { schemas = {}, parameters = {} } }: Document): [name: string, text: string][] {
  return Object.entries({ schemas, parameters }).flatMap(([section, entries]) =>
    Object.entries(entries).map(([name, each]): [string, string] => [`${section}/${name}`, JSON.stringify(each)]),
  );
}

/** Pairs each tool of the allowlist with its operation; unknown operations, duplicate and overlong names are problems. */
export function slice(
  operations: ReadonlyMap<string, Described>,
  source: ConfigSource,
  former: Generation,
): { entries: readonly Entry[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const entries: Entry[] = [];
  const owners = new Map<string, string>();
  for (const [toolset, { tools }] of Object.entries(source.config.toolsets)) {
    for (const [name, config] of Object.entries(tools)) {
      const path = ['toolsets', toolset, 'tools', name];
      const problem: Entry['problem'] = (key, message, fix) =>
        source.problem([...path, ...key], `${name}: ${message}`, fix);
      const owner = owners.get(name);
      if (owner !== undefined) problems.push(problem([], `the name is already used in toolset ${owner}`));
      owners.set(name, toolset);
      if (name.length > 48)
        problems.push(problem([], `the name has ${name.length} characters, at most 48 fit every client`));
      const described = operations.get(config.operation);
      if (described === undefined) {
        const near = nearestOperations(config.operation, operations, former);
        problems.push(problem(['operation'], `unknown operation "${config.operation}"`, `nearest: ${near.join(', ')}`));
      } else {
        const { api, document } = described;
        entries.push({ name, toolset, config, api, document, problem });
      }
    }
  }
  return { entries, problems };
}

/** The document cut down to `ids` and what they reach, for the generated types. */
export function only(document: Document, ids: ReadonlySet<string>): Document {
  const paths: Record<string, PathItem> = {};
  for (const { id, method, path, operation } of operationsOf(document)) {
    if (ids.has(id)) paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  }
  return prune({ ...document, paths });
}

/** The operation that makes the request which `id` made when tools were generated last; else those of nearly its name. */
export function nearestOperations(
  id: string,
  operations: ReadonlyMap<string, Described>,
  { requests }: Generation,
): string[] {
  const heirs = [...operations].filter(([, { api }]) => requestOf(api.method, api.path) === requests.get(id));
  return heirs.length > 0 ? heirs.map(([heir]) => heir) : nearest(id, [...operations.keys()]);
}

/** Up to three of `names` that `name` was probably meant to be. */
export function nearest(name: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const best = closest(name, [...names]);
  const limit = distance(name, best) + 2;
  return names
    .map((candidate) => ({ candidate, far: distance(name, candidate) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
