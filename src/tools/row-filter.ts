import { OktaMcpError } from '../errors.js';
import { compares, valuesAt } from '../scim/comparison.js';
import { type Filter, FilterSyntaxError, parseFilter } from '../scim/filter.js';

const EXAMPLE = 'status eq "ACTIVE" and (lastLogin lt "2026-01-01T00:00:00Z" or not (lastLogin pr))';

const LONGEST = 8000;

/**
 * Which rows are meant, in the language of Okta's `search`. Of an array, any element may match. Null, empty and missing
 * are the same (RFC 7643 section 2.5): `pr` and every comparison is false, except `eq null`, which means just that.
 */
export class RowFilter {
  /** What it looks at. */
  readonly paths: readonly string[];
  readonly #filter: Filter;

  /** @throws OktaMcpError `arguments_invalid`, with the position and an example */
  constructor(text: string) {
    this.#filter = parsed(text);
    this.paths = pathsOf(this.#filter);
  }

  accepts(row: unknown): boolean {
    return matches(this.#filter, row);
  }
}

function matches(filter: Filter, row: unknown): boolean {
  switch (filter.op) {
    case 'and':
      return matches(filter.left, row) && matches(filter.right, row);
    case 'or':
      return matches(filter.left, row) || matches(filter.right, row);
    case 'not':
      return !matches(filter.filter, row);
  }
  const values = valuesAt(row, filter.path).filter((value) => value !== null && value !== '');
  if (filter.op === 'pr') return values.length > 0;
  const { op, value: wanted } = filter;
  if (wanted === null || wanted === '') return op === 'ne' ? values.length > 0 : op === 'eq' && values.length === 0;
  return values.some((value) => compares(op, value, wanted));
}

function pathsOf(filter: Filter): string[] {
  if ('left' in filter) return [...pathsOf(filter.left), ...pathsOf(filter.right)];
  return 'filter' in filter ? pathsOf(filter.filter) : [filter.path];
}

function parsed(text: string): Filter {
  try {
    // Each part is a step of a recursion.
    if (text.length > LONGEST) throw new FilterSyntaxError(`More than ${LONGEST} characters`, LONGEST);
    return parseFilter(text);
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    const rest = text.slice(error.position, error.position + 20);
    const where = rest === '' ? 'its end' : JSON.stringify(rest);
    throw new OktaMcpError(
      'arguments_invalid',
      `\`where\` cannot be read: ${error.message} (from 0), at ${where}. Nothing was sent.`,
      `Write it like ${EXAMPLE}. Operators: eq ne gt ge lt le sw co ew pr, and, or, not ( ).`,
      { position: error.position },
    );
  }
}
