import { nearest } from './nearest.js';

/** One item of a list as it is shown. */
export interface Projected {
  readonly value: unknown;
  /** Dotted paths of what it has and does not show; each stands for everything below it. Nothing that is empty. */
  readonly omitted: readonly string[];
}

export interface Projection {
  readonly items: readonly Projected[];
  /** Words about fields that were asked for and that no item has. */
  readonly note?: string;
}

/** Asks for everything. */
const ALL = '*';

/** Keys of other characters may be written by people who are no administrators; they are counted, not named. */
const NAME = /^[\w.-]{1,80}$/;

/** At most this many names are spelt out; the others are counted. */
const NAMED = 20;

/**
 * Keeps of each item the fields of `shown` and those asked for, nested as they were. Paths go through arrays and pick
 * from each element; what is no object stays as it is.
 * @param items without secrets
 * @param asked `fields` of the call
 */
export function project(items: readonly unknown[], shown: readonly string[], asked: readonly string[]): Projection {
  if (asked.includes(ALL)) return { items: items.map((value) => ({ value, omitted: [] })) };
  const wanted = [...new Set(asked.map((path) => path.trim()).filter(Boolean))];
  const projected = items.map(projector([...shown, ...wanted]));
  const missing = wanted.filter((path) => !shown.includes(path) && !has(items, path));
  return { items: projected, ...(items.length > 0 && missing.length > 0 && { note: unmet(missing, items) }) };
}

/** Keeps of one item after the other what these dotted paths lead to. */
export function projector(paths: readonly string[]): (item: unknown) => Projected {
  const tree = treeOf(paths);
  return (item) => {
    const omitted = new Set<string>();
    return { value: pick(item, tree, '', omitted), omitted: [...omitted] };
  };
}

/** What several items do not show, each path once; `+7` in the end stands for seven that are not named. */
export function omittedOf(items: readonly Projected[]): string[] {
  return namedPaths(new Set(items.flatMap(({ omitted }) => omitted)));
}

/** Those of the paths that may be named; `+7` in the end stands for seven others. */
export function namedPaths(paths: ReadonlySet<string>): string[] {
  const named = [...paths].filter((path) => NAME.test(path)).slice(0, NAMED);
  const more = paths.size - named.length;
  return more > 0 ? [...named, `+${more}`] : named;
}

/** Paths by their common beginnings; `null` keeps everything below. */
interface Tree extends Map<string, Tree | null> {}

function treeOf(paths: readonly string[]): Tree {
  const tree: Tree = new Map();
  for (const path of paths) {
    const segments = path.split('.');
    const last = segments.pop()!;
    let at: Tree | null = tree;
    for (const segment of segments) {
      const next: Tree | null = at.get(segment) ?? (at.has(segment) ? null : new Map());
      at.set(segment, next);
      at = next;
      if (at === null) break;
    }
    at?.set(last, null);
  }
  return tree;
}

/** Where a key of an object leads; it may itself contain dots. Undefined: nowhere. */
function step(tree: Tree, key: string): Tree | null | undefined {
  let at: Tree | null | undefined = tree;
  for (const segment of key.split('.')) at = at === null ? null : at?.get(segment);
  return at;
}

function pick(value: unknown, tree: Tree, at: string, omitted: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => pick(item, tree, at, omitted));
  if (!isObject(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const path = at === '' ? key : `${at}.${key}`;
    const below = step(tree, key);
    if (below === undefined) {
      if (!isEmpty(inner)) omitted.add(path);
      continue;
    }
    const shown = below === null ? inner : pick(inner, below, path, omitted);
    // An object that has something must not look as if it had nothing.
    if (!isObject(shown) || !isEmpty(shown) || isEmpty(inner)) kept.push([key, shown]);
  }
  return Object.fromEntries(kept);
}

/** A key may itself contain dots. */
function has(value: unknown, path: string): boolean {
  if (Array.isArray(value)) return value.some((item) => has(item, path));
  if (!isObject(value)) return false;
  return Object.entries(value).some(
    ([key, inner]) => key === path || (path.startsWith(`${key}.`) && has(inner, path.slice(key.length + 1))),
  );
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function unmet(missing: readonly string[], items: readonly unknown[]): string {
  const known = [...pathsIn(items)];
  const words = missing.slice(0, NAMED).map((path) => {
    const [meant] = nearest(path, known, 1);
    return `${path.slice(0, 80)}${meant === undefined ? '' : ` (nearest: ${meant})`}`;
  });
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  return `No item on this page has ${words.join(', ')}${more}.`;
}

function pathsIn(value: unknown, at = '', paths = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) pathsIn(item, at, paths);
  if (!isObject(value)) return paths;
  for (const [key, inner] of Object.entries(value)) {
    const path = at === '' ? key : `${at}.${key}`;
    if (NAME.test(path)) paths.add(path);
    pathsIn(inner, path, paths);
  }
  return paths;
}
