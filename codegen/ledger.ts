import { escapePointer } from './document.js';
import type { Problem } from './errors.js';

/** One repair of the published document. */
export interface Fix {
  /** What was wrong, as a sentence that holds for every such repair. */
  readonly rule: string;
  /** Operation id or component name first, then the way down from there. */
  readonly location: string;
}

/** What an import found: repairs, problems, and dropped vendor extensions. Knows where each node came from. */
export class Ledger {
  readonly problems: Problem[] = [];
  readonly #fixes: { rule: string; path: readonly string[] }[] = [];
  readonly #origins = new WeakMap<object, readonly string[]>();
  readonly #dropped = new Map<string, number>();
  readonly #operations = new Map<string, string>();

  constructor(
    readonly file: string,
    readonly lineOf: (path: readonly string[]) => number,
  ) {}

  /** Remembers where `node` stands in the published document. */
  place<T extends object>(node: T, path: readonly string[]): T {
    this.#origins.set(node, path);
    return node;
  }

  /** A node made during the import stands where `source` stood. */
  adopt<T extends object>(node: T, source: object): T {
    return this.place(node, this.#origins.get(source) ?? []);
  }

  /** A deep copy whose every node stands where its original stood. */
  copy<T extends object>(source: T): T {
    const entries = Object.entries(source).map(([key, value]) => {
      return [key, typeof value === 'object' && value !== null ? this.copy(value) : value] as const;
    });
    return this.adopt(
      (Array.isArray(source) ? entries.map(([, value]) => value) : Object.fromEntries(entries)) as T,
      source,
    );
  }

  /** How locations name the operation at a path and method. */
  name(path: string, method: string, operationId: string): void {
    this.#operations.set(`${path} ${method}`, operationId);
  }

  fix(rule: string, node: object, ...below: string[]): void {
    this.#fixes.push({ rule, path: [...(this.#origins.get(node) ?? []), ...below] });
  }

  problem(node: object, message: string, fix?: string): void {
    this.problemAt(this.#origins.get(node) ?? [], message, fix);
  }

  problemAt(path: readonly string[], message: string, fix?: string): void {
    const pointer = path.map((key) => `/${escapePointer(key)}`).join('');
    const hint = fix === undefined ? {} : { fix };
    this.problems.push({
      file: this.file,
      line: this.lineOf(path),
      pointer,
      message: `${this.#location(path)}: ${message}`,
      ...hint,
    });
  }

  drop(extension: string): void {
    this.#dropped.set(extension, (this.#dropped.get(extension) ?? 0) + 1);
  }

  /** Without repetitions: a component that several operations took over is named once. */
  get fixes(): Fix[] {
    const fixes = this.#fixes.map(({ rule, path }) => ({ rule, location: this.#location(path) }));
    return [...new Map(fixes.map((fix) => [`${fix.rule} ${fix.location}`, fix])).values()];
  }

  /** Vendor extensions that carried no fact we use, with how often they stood there. */
  get dropped(): [extension: string, count: number][] {
    return [...this.#dropped].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #location([section, first, second, ...rest]: readonly string[]): string {
    const operation = section === 'paths' && this.#operations.get(`${first} ${second}`);
    if (operation) return [operation, ...rest].join('/');
    const known = section === 'components' || section === 'paths' ? [first, second] : [section, first, second];
    return [...known, ...rest].filter((key) => key !== undefined).join('/') || 'document';
  }
}
