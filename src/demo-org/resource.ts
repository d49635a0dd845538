import type { Collection } from './collection.js';
import { invalid, notFound } from './errors.js';
import { created, type Exchange, type JsonObject, noContent, ok, type Reply } from './exchange.js';
import { type Limits, page, where } from './pages.js';
import type { AddRoute } from './router.js';
import { compileFilter, type FilterRules } from './scim-match.js';
import type { Store } from './store.js';

/** A record with no behaviour of its own: what was stored is what is shown. */
export interface Resource {
  readonly id: string;
  readonly [property: string]: unknown;
}

/** How one plain kind of record is served. */
export interface ResourceKind<T extends Resource> {
  /** Okta's name of the kind, in errors, the journal and the log. */
  readonly type: string;
  readonly path: string;
  /** Name of the id parameter in Okta's specification. */
  readonly idName: string;
  readonly rows: (store: Store) => Collection<T>;
  readonly limits: Limits;
  /** A record matches `q` when one of these attributes contains it. */
  readonly q?: readonly string[];
  readonly filter?: FilterRules & { readonly parameter: 'filter' | 'search' };
  readonly write?: {
    readonly prefix: string;
    readonly required: readonly string[];
    /** Status of the reply to a creation. */
    readonly created: 200 | 201;
    /** Reply to activate and deactivate. */
    readonly lifecycle: 'object' | 'empty';
    /** Log event type of a verb: `create`, `update`, `delete`, `activate`, `deactivate`. */
    readonly event: (verb: string) => string;
    /** What Okta fills in when a creation leaves it out. */
    readonly defaults?: JsonObject;
    /** Why this record cannot be deleted; undefined when it can. */
    readonly keep?: (row: T) => string | undefined;
  };
  readonly render?: (x: Exchange, row: T) => object;
}

/** List and read, and where the kind has `write`: create, replace, delete, activate and deactivate. */
export function routeResource<T extends Resource>(add: AddRoute, kind: ResourceKind<T>): void {
  const one = `${kind.path}/{${kind.idName}}`;
  const show = (x: Exchange, row: T): object =>
    kind.render?.(x, row) ?? { ...row, _links: { self: x.org.link(`${kind.path}/${row.id}`) } };

  add('GET', kind.path, (x) => {
    const q = x.query.get('q')?.toLowerCase();
    const filter = kind.filter && x.query.get(kind.filter.parameter);
    const test = kind.filter && filter ? compileFilter<T>(filter, kind.filter) : () => true;
    const named = (row: T) =>
      q === undefined || (kind.q ?? []).some((name) => String(row[name]).toLowerCase().includes(q));
    return page(
      x,
      kind.limits,
      (after) => where(kind.rows(x.org.store).entries(after), (row) => named(row) && test(row)),
      (row) => show(x, row),
    );
  });
  add('GET', one, (x) => ok(show(x, theResource(x, kind))));
  if (kind.write) routeWrites(add, kind, kind.write, show);
}

export function theResource<T extends Resource>(x: Exchange, kind: ResourceKind<T>): T {
  const id = x.param(kind.idName);
  const row = kind.rows(x.org.store).get(id);
  if (!row) throw notFound(id, kind.type);
  return row;
}

function routeWrites<T extends Resource>(
  add: AddRoute,
  kind: ResourceKind<T>,
  write: NonNullable<ResourceKind<T>['write']>,
  show: (x: Exchange, row: T) => object,
): void {
  const one = `${kind.path}/{${kind.idName}}`;
  add('POST', kind.path, (x) => {
    const now = x.org.date();
    const body = checkBody(x, write.required);
    const row = {
      status: 'ACTIVE',
      ...write.defaults,
      ...body,
      id: x.org.mint(write.prefix),
      created: now,
      lastUpdated: now,
    };
    kind.rows(x.org.store).put(row as unknown as T);
    logged(x, kind, row, 'create', 'create');
    return (write.created === 201 ? created : ok)(show(x, row as unknown as T));
  });
  add('PUT', one, (x) => {
    const before = theResource(x, kind);
    const body = checkBody(x, write.required);
    const kept = { id: before.id, status: before.status, system: before.system, created: before.created };
    const row = { ...body, ...defined(kept), lastUpdated: x.org.date() } as unknown as T;
    kind.rows(x.org.store).put(row);
    logged(x, kind, row, 'update', 'update');
    return ok(show(x, row));
  });
  add('DELETE', one, (x) => {
    const row = theResource(x, kind);
    const reason = write.keep?.(row);
    if (reason !== undefined) throw invalid([kind.type, reason]);
    kind.rows(x.org.store).delete(row.id);
    logged(x, kind, row, 'delete', 'delete');
    return noContent();
  });
  for (const [verb, status] of [
    ['activate', 'ACTIVE'],
    ['deactivate', 'INACTIVE'],
  ] as const) {
    add('POST', `${one}/lifecycle/${verb}`, (x): Reply => {
      let row = theResource(x, kind);
      if (row.status !== status) {
        row = kind.rows(x.org.store).put({ ...row, status, lastUpdated: x.org.date() });
        logged(x, kind, row, 'lifecycle', verb);
      }
      return write.lifecycle === 'object' ? ok(show(x, row)) : noContent();
    });
  }
}

function checkBody(x: Exchange, required: readonly string[]): JsonObject {
  const { _links, _embedded, ...body } = x.json();
  const missing = required.filter((name) => body[name] === undefined || body[name] === null || body[name] === '');
  if (missing.length > 0) throw invalid(...missing.map((name) => [name, 'The field cannot be left blank'] as const));
  return body;
}

function defined(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function logged<T extends Resource>(
  x: Exchange,
  kind: ResourceKind<T>,
  row: Resource,
  change: 'create' | 'update' | 'delete' | 'lifecycle',
  verb: string,
): void {
  x.changed(
    { kind: change, type: kind.type, id: row.id },
    {
      eventType: kind.write?.event(verb) ?? verb,
      displayMessage: `${kind.type}: ${verb}`,
      target: [{ id: row.id, type: kind.type, alternateId: 'unknown', displayName: String(row.name ?? row.id) }],
    },
  );
}
