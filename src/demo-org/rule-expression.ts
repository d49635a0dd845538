/** What an expression may ask about a user. */
export interface ExpressionSubject {
  attribute(name: string): unknown;
  /** True when the user is in a group with this id, or with this name. */
  member(by: 'id' | 'name', group: string): boolean;
}

export type Expression = (subject: ExpressionSubject) => boolean;

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|==|!=|&&|\|\||[!(),]|[A-Za-z_][\w.]*|-?\d+(?:\.\d+)?)/y;

/**
 * The everyday part of Okta's expression language for group rules: `user.attribute` compared by `==` and `!=`, `and`, `or`,
 * `!`, parentheses, `String.startsWith`, `String.stringContains`, `isMemberOfGroup`, `isMemberOfAnyGroup` and
 * `isMemberOfGroupName`. Undefined for anything else.
 */
export function parseExpression(text: string): Expression | undefined {
  const tokens = tokenize(text);
  if (!tokens) return undefined;
  const parser = new Parser(tokens);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class Unreadable extends Error {}

type Term = (subject: ExpressionSubject) => unknown;

class Parser {
  #at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  whole(): Expression {
    const test = this.#either();
    if (this.#at < this.tokens.length) throw new Unreadable();
    return test;
  }

  #either(): Expression {
    const tests = [this.#all()];
    while (this.#took('or', '||')) tests.push(this.#all());
    return (subject) => tests.some((test) => test(subject));
  }

  #all(): Expression {
    const tests = [this.#one()];
    while (this.#took('and', '&&')) tests.push(this.#one());
    return (subject) => tests.every((test) => test(subject));
  }

  #one(): Expression {
    if (this.#took('!', 'not')) {
      const test = this.#one();
      return (subject) => !test(subject);
    }
    if (this.#took('(')) {
      const test = this.#either();
      this.#need(')');
      return test;
    }
    const left = this.#term();
    if (this.#took('==')) return compare(left, this.#term(), true);
    if (this.#took('!=')) return compare(left, this.#term(), false);
    return (subject) => left(subject) === true;
  }

  #term(): Term {
    const token = this.tokens[this.#at++] ?? '';
    if (/^["']/.test(token)) return constant(token.slice(1, -1).replace(/\\(.)/g, '$1'));
    if (/^-?\d/.test(token)) return constant(Number(token));
    if (token === 'true' || token === 'false') return constant(token === 'true');
    if (token === 'null') return constant(null);
    const attribute = /^user\.(\w+)$/.exec(token)?.[1];
    if (attribute !== undefined) return (subject) => subject.attribute(attribute) ?? null;
    return this.#call(token);
  }

  #call(name: string): Term {
    this.#need('(');
    const given: Term[] = [];
    if (!this.#took(')')) {
      do given.push(this.#term());
      while (this.#took(','));
      this.#need(')');
    }
    const values = (subject: ExpressionSubject) => given.map((term) => String(term(subject) ?? ''));
    const [first] = given;
    if (!first) throw new Unreadable();
    switch (name) {
      case 'String.startsWith':
        return (subject) => (values(subject)[0] ?? '').startsWith(values(subject)[1] ?? '');
      case 'String.stringContains':
        return (subject) => (values(subject)[0] ?? '').includes(values(subject)[1] ?? '');
      case 'isMemberOfGroup':
      case 'isMemberOfAnyGroup':
        return (subject) => values(subject).some((id) => subject.member('id', id));
      case 'isMemberOfGroupName':
        return (subject) => values(subject).some((group) => subject.member('name', group));
      default:
        throw new Unreadable();
    }
  }

  #took(...wanted: readonly string[]): boolean {
    const hit = wanted.includes((this.tokens[this.#at] ?? '').toLowerCase());
    if (hit) this.#at++;
    return hit;
  }

  #need(token: string): void {
    if (!this.#took(token)) throw new Unreadable();
  }
}

function compare(left: Term, right: Term, equal: boolean): Expression {
  return (subject) => (left(subject) === right(subject)) === equal;
}

function constant(value: unknown): Term {
  return () => value;
}

function tokenize(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}
