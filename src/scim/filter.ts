/** A SCIM filter (RFC 7644 section 3.4.2.2) without value paths: Okta supports none. */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'not'; readonly filter: Filter }
  | { readonly op: 'pr'; readonly path: string }
  | { readonly op: Comparison; readonly path: string; readonly value: FilterValue };

export type Comparison = (typeof COMPARISONS)[number];
export type FilterValue = string | number | boolean | null;

export const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sw', 'co', 'ew'] as const;

/** The text is not a filter; `position` is where, counted from 0. */
export class FilterSyntaxError extends Error {
  constructor(
    message: string,
    readonly position: number,
  ) {
    super(`${message} at position ${position}`);
  }
}

type Token =
  | { readonly kind: '(' | ')' | 'end'; readonly at: number }
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'value'; readonly value: FilterValue; readonly at: number };

const SPACE = /\s*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
const WORD = /[A-Za-z_$][\w$.:-]*/y;

/** Words that bind, weakest first. */
const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['and', 2],
]);

const CONSTANTS: ReadonlyMap<string, FilterValue> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Parses a filter; operators are case-insensitive, `and` binds tighter than `or`. Throws FilterSyntaxError. */
export function parseFilter(text: string): Filter {
  const tokens = tokenize(text);
  let next = 0;
  const peek = (): Token => tokens[next] as Token;
  const take = (): Token => tokens[next++] as Token;
  const word = (token: Token): string => (token.kind === 'word' ? token.text.toLowerCase() : '');

  // Precedence climbing: an operand, then every operator that binds at least as tightly as `weakest`.
  function expression(weakest: number, depth: number): Filter {
    let left = operand(depth);
    for (;;) {
      const op = word(peek());
      const binding = PRECEDENCE.get(op);
      if (binding === undefined || binding < weakest) return left;
      take();
      left = { op: op as 'and' | 'or', left, right: expression(binding + 1, depth) };
    }
  }

  function operand(depth: number): Filter {
    const token = take();
    if (depth > 100) throw new FilterSyntaxError('Nested too deeply', token.at);
    if (token.kind === '(') return grouped(depth);
    if (token.kind !== 'word') throw new FilterSyntaxError('Expected an attribute name', token.at);
    if (word(token) === 'not' && peek().kind === '(') {
      take();
      return { op: 'not', filter: grouped(depth) };
    }
    const operator = take();
    const op = word(operator);
    if (op === 'pr') return { op: 'pr', path: token.text };
    if (!(COMPARISONS as readonly string[]).includes(op))
      throw new FilterSyntaxError(`Expected an operator after "${token.text}"`, operator.at);
    const value = take();
    if (value.kind !== 'value') throw new FilterSyntaxError('Expected a value', value.at);
    return { op: op as Comparison, path: token.text, value: value.value };
  }

  function grouped(depth: number): Filter {
    const filter = expression(1, depth + 1);
    const end = take();
    if (end.kind !== ')') throw new FilterSyntaxError('Expected ")"', end.at);
    return filter;
  }

  const filter = expression(1, 0);
  if (peek().kind !== 'end') throw new FilterSyntaxError('Expected "and", "or" or the end', peek().at);
  return filter;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const read = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  for (;;) {
    read(SPACE);
    const start = at;
    const char = text[at];
    if (char === undefined) return [...tokens, { kind: 'end', at }];
    if (char === '(' || char === ')') {
      tokens.push({ kind: char, at });
      at++;
      continue;
    }
    const literal = read(STRING) ?? read(NUMBER);
    if (literal !== undefined) {
      tokens.push({ kind: 'value', value: literalValue(literal, start), at: start });
      continue;
    }
    const word = read(WORD);
    if (word === undefined) throw new FilterSyntaxError(`Unexpected ${JSON.stringify(char)}`, at);
    const constant = CONSTANTS.get(word);
    tokens.push(
      constant === undefined ? { kind: 'word', text: word, at: start } : { kind: 'value', value: constant, at: start },
    );
  }
}

function literalValue(literal: string, at: number): FilterValue {
  try {
    return JSON.parse(literal) as FilterValue;
  } catch {
    throw new FilterSyntaxError('Malformed value', at);
  }
}

/** The filter as text that parses to the same filter, with no more parentheses than needed. */
export function formatFilter(filter: Filter): string {
  const wrap = (inner: Filter, weakest: number): string => {
    const text = formatFilter(inner);
    const binding = PRECEDENCE.get(inner.op);
    return binding !== undefined && binding < weakest ? `(${text})` : text;
  };
  switch (filter.op) {
    case 'and':
    case 'or': {
      const binding = PRECEDENCE.get(filter.op) as number;
      return `${wrap(filter.left, binding)} ${filter.op} ${wrap(filter.right, binding + 1)}`;
    }
    case 'not':
      return `not (${formatFilter(filter.filter)})`;
    case 'pr':
      return `${filter.path} pr`;
    default:
      return `${filter.path} ${filter.op} ${JSON.stringify(filter.value)}`;
  }
}
