import type { Entry } from './collection.js';
import { type Exchange, isObject, type Reply } from './exchange.js';
import type { Nouns } from './generic-noun.js';
import type { Things } from './generic-things.js';
import { listReply, page, where } from './pages.js';
import type { Resource } from './resource.js';
import type { Operation, Specification } from './specification.js';

/** Lists as the specification shapes them: arrays with `link` headers, or wrapped with the next page in `_links`. */
export class GenericList {
  constructor(
    private readonly specification: Specification,
    private readonly nouns: Nouns,
    private readonly things: Things,
  ) {}

  reply(operation: Operation, x: Exchange): Reply {
    const list = this.nouns.list(operation.template);
    if (!list) throw new Error(`${operation.id} lists nothing`);
    const base = this.things.base(x, operation.template);
    const rows = this.things.rows(x, operation.template, base);
    const render = (row: Resource) =>
      this.things.invent(x.org, list.items, `${base}/${encodeURIComponent(row.id)}`, row, true);
    const keep = this.#filter(operation, x, render);
    const from = (after: number): Iterable<Entry<Resource>> => where(rows.entries(after), keep);
    const limit = operation.parameters.find(({ name }) => name === 'limit')?.schema;
    const { fallback, maximum = 200 } = limit ? this.specification.shape(limit) : {};
    const max = Number.isFinite(maximum) ? maximum : 200;
    const reply = limit
      ? page(x, { fallback: typeof fallback === 'number' && fallback > 0 ? fallback : 20, max }, from, render)
      : listReply(
          x,
          [...from(-1)].map(([, row]) => render(row)),
        );
    const { status } = operation.success;
    if (list.envelope === undefined) return { ...reply, status };
    const { name: envelope, schema } = list.envelope;
    const { properties, required } = this.specification.shape(schema);
    const links = properties.has('_links') && this.#links(reply);
    const facts = [...required].flatMap((name) => {
      const fact = name === envelope || name === '_links' ? undefined : properties.get(name);
      return fact === undefined ? [] : [[name, this.things.invent(x.org, fact, base)] as const];
    });
    return {
      status,
      body: { [envelope]: reply.body, ...Object.fromEntries(facts), ...(links && { _links: links }) },
    };
  }

  /** The `link` headers of a page as the `_links` of a wrapped one. */
  #links(reply: Reply): object {
    const links = (reply.headers ?? []).map(([, value]) => /^<(.+)>; rel="(\w+)"$/.exec(value) ?? []);
    return Object.fromEntries(links.map(([, href, rel]) => [rel, { href }]));
  }

  /** `q` looks into names; a parameter called like a property of the records selects by it. */
  #filter(operation: Operation, x: Exchange, render: (row: Resource) => unknown): (row: Resource) => boolean {
    const list = this.nouns.list(operation.template);
    const properties = list && this.specification.shape(list.items).properties;
    const tests = operation.parameters.flatMap(({ name, in: place }) => {
      const asked = place === 'query' ? x.query.get(name) : null;
      if (asked === null) return [];
      if (name === 'q') return [(value: object) => Object.values(value).some((each) => contains(each, asked))];
      return properties?.has(name) ? [(value: object) => String((value as Resource)[name]) === asked] : [];
    });
    return (row) => {
      const value = tests.length > 0 ? render(row) : undefined;
      return tests.every((test) => isObject(value) && test(value));
    };
  }
}

function contains(value: unknown, part: string): boolean {
  return typeof value === 'string' && value.toLowerCase().includes(part.toLowerCase());
}
