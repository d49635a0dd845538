import { compares, valuesAt } from '../scim/comparison.js';
import { type Filter, FilterSyntaxError, parseFilter } from '../scim/filter.js';
import { OktaFailure } from './errors.js';

/** What an endpoint accepts in a filter. */
export interface FilterRules {
  /** The error of a refusal: `filter` parameters answer E0000053, `search` parameters E0000031. */
  readonly code: 'E0000031' | 'E0000053';
  /** Attribute paths that may be named. */
  readonly attributes: RegExp;
  /** Operators per attribute; all but those in `without` when absent. */
  readonly operators?: (path: string) => readonly string[];
  readonly without?: readonly string[];
}

/** Values an attribute path has in a record; none when it is missing. Names are case-sensitive. */
export type Resolve<T> = (record: T, path: string) => readonly unknown[];

/** Compiles the text to a test over records. Throws OktaFailure for what the endpoint does not accept. */
export function compileFilter<T>(
  text: string,
  rules: FilterRules,
  resolve: Resolve<T> = valuesAt,
): (record: T) => boolean {
  let filter: Filter;
  try {
    filter = parseFilter(text);
  } catch (error) {
    if (error instanceof FilterSyntaxError) throw refuse(rules, text, error.message);
    throw error;
  }
  check(filter, text, rules);
  return (record) => matches(filter, record, resolve);
}

function check(filter: Filter, text: string, rules: FilterRules): void {
  if (rules.without?.includes(filter.op)) throw refuse(rules, text, `operator "${filter.op}" is not supported`);
  if ('left' in filter) {
    check(filter.left, text, rules);
    check(filter.right, text, rules);
  } else if ('filter' in filter) check(filter.filter, text, rules);
  else if (!rules.attributes.test(filter.path)) throw refuse(rules, text, `unknown attribute "${filter.path}"`);
  else if (rules.operators && !rules.operators(filter.path).includes(filter.op))
    throw refuse(rules, text, `operator "${filter.op}" is not supported for "${filter.path}"`);
}

function refuse(rules: FilterRules, text: string, reason: string): OktaFailure {
  return new OktaFailure(rules.code, `Invalid filter '${text}': ${reason}`, [reason]);
}

/** True when the record satisfies the filter. Strings compare without case, dates by the moment they mean. */
export function matches<T>(filter: Filter, record: T, resolve: Resolve<T> = valuesAt): boolean {
  switch (filter.op) {
    case 'and':
      return matches(filter.left, record, resolve) && matches(filter.right, record, resolve);
    case 'or':
      return matches(filter.left, record, resolve) || matches(filter.right, record, resolve);
    case 'not':
      return !matches(filter.filter, record, resolve);
    case 'pr':
      return resolve(record, filter.path).some((value) => value !== null && value !== '');
    case 'ne':
      return !resolve(record, filter.path).some((value) => compares('eq', value, filter.value));
    default:
      return resolve(record, filter.path).some((value) => compares(filter.op, value, filter.value));
  }
}
