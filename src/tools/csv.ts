import { clean } from './result.js';

/** Where the cells of a column are in a row: the keys on the way. */
export type Column = readonly string[];

/** One line of a file, with its end. */
export interface CsvLine {
  readonly text: string;
  /** Cells that a spreadsheet would have run. */
  readonly neutralised: number;
}

/**
 * One line (RFC 4180). Objects and arrays are JSON. A text that a spreadsheet would run as a formula begins with an
 * apostrophe (OWASP, "CSV Injection"); a number is none.
 */
export function csvLine(values: readonly unknown[]): CsvLine {
  let neutralised = 0;
  const cells = values.map((value) => {
    const shown = clean(value);
    if (shown === null || shown === undefined) return '';
    if (typeof shown === 'number' || typeof shown === 'boolean') return String(shown);
    const text = typeof shown === 'string' ? shown : JSON.stringify(shown);
    if (!runs(text)) return quoted(text);
    neutralised += 1;
    return quoted(`'${text}`);
  });
  return { text: `${cells.join(',')}\r\n`, neutralised };
}

/** Compatibility forms, full-width ones among them, are folded as spreadsheets do; quotes and blanks may come first. */
function runs(text: string): boolean {
  return /^(?:[\t\r\n]|[\s\p{C}"'`\u2018-\u201f]*[=+\-@])/u.test(text.normalize('NFKC'));
}

/** Where another separator than the comma is usual, a cell must not fall apart either. */
function quoted(text: string): string {
  return /^[\w.:@/+-]+(?: [\w.:@/+-]+)*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

/** The columns of rows: the given ones, and where a row has an object, a column for each of its fields, at every depth. */
export function columnsOf(given: readonly Column[], rows: readonly unknown[]): Column[] {
  const columns = new Map<string, Column>();
  for (const column of given) {
    const below = rows.flatMap((row) => leaves(cell(row, column), column));
    for (const each of below.some(({ length }) => length > column.length) ? below : [column]) {
      columns.set(keyOf(each), each);
    }
  }
  // Null in one row, an object in another.
  const all = [...columns.values()].filter(({ length }) => length > 0);
  const parents = new Set(all.flatMap((column) => column.map((_, depth) => keyOf(column.slice(0, depth)))));
  return all.filter((column) => !parents.has(keyOf(column)));
}

/** Tells what a row has, below the given columns, that none of `columns` shows; as dotted paths. */
export function missedBy(columns: readonly Column[], given: readonly Column[]): (row: unknown) => string[] {
  const known = new Set(columns.map(keyOf));
  const open = given.filter((column) => !known.has(keyOf(column)));
  const covered = (leaf: Column) => leaf.some((_, depth) => known.has(keyOf(leaf.slice(0, depth + 1))));
  return (row) =>
    open
      .flatMap((column) => leaves(cell(row, column), column))
      .filter((leaf) => !covered(leaf) && (cell(row, leaf) ?? '') !== '')
      .map((leaf) => leaf.join('.'));
}

function keyOf(column: Column): string {
  return column.join('\0');
}

/** The value of a row in a column; through arrays, the values of all elements. */
export function cell(row: unknown, [key, ...rest]: Column): unknown {
  if (key === undefined) return row;
  if (Array.isArray(row)) {
    const found = row.map((each) => cell(each, [key, ...rest])).filter((value) => value !== undefined);
    return found.length > 0 ? found : undefined;
  }
  return isObject(row) && Object.hasOwn(row, key) ? cell(row[key], rest) : undefined;
}

function leaves(value: unknown, column: Column): Column[] {
  if (!isObject(value)) return value === undefined ? [] : [column];
  return Object.entries(value).flatMap(([key, inner]) => (key === '_links' ? [] : leaves(inner, [...column, key])));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
