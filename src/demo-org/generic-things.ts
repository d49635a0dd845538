import type { Collection } from './collection.js';
import { notFound, OktaFailure } from './errors.js';
import { Exchange, isObject, type JsonObject } from './exchange.js';
import type { Nouns } from './generic-noun.js';
import { seedCollection } from './generic-seed.js';
import type { Org } from './org.js';
import { Random } from './random.js';
import type { Resource } from './resource.js';
import type { Router } from './router.js';
import { nameless, parametersOf, type Schema, type Specification } from './specification.js';
import type { Store } from './store.js';
import { synthesize } from './synthetic.js';
import { lastNoun } from './synthetic-text.js';

/** A record or a setting a path leads to, and how to change it. */
export interface Thing {
  readonly id: string;
  /** Its path, with the ids of what it lies in. */
  readonly path: string;
  readonly value: unknown;
  put(value: JsonObject): void;
  remove(): void;
}

/** Records with handlers of their own for reading but not for writing live in the store's collections. */
const MODELLED: Readonly<Record<string, (store: Store) => Collection<Resource>>> = {
  '/api/v1/brands': (store) => store.brands,
  '/api/v1/features': (store) => store.features,
  '/api/v1/meta/types/user': (store) => store.userTypes,
};

/** Where the thing a parameter names is read when its own path cannot be. */
const READ_AT: Readonly<Record<string, string>> = {
  appId: '/api/v1/apps/{}',
  appInstanceId: '/api/v1/apps/{}',
  allowedAppId: '/api/v1/apps/{}',
  clientId: '/api/v1/apps/{}',
  identitySourceId: '/api/v1/apps/{}',
  groupId: '/api/v1/groups/{}',
  targetGroupId: '/api/v1/groups/{}',
  policyId: '/api/v1/policies/{}',
  userId: '/api/v1/users/{}',
  userIdOrLogin: '/api/v1/users/{}',
  primaryUserId: '/api/v1/users/{}',
  primaryRelationshipName: '/api/v1/meta/schemas/user/linkedObjects/{}',
  relationshipName: '/api/v1/meta/schemas/user/linkedObjects/{}',
};

/** What modelled records are called in errors. */
const KINDS: Readonly<Record<string, string>> = {
  '/api/v1/apps/{}': 'AppInstance',
  '/api/v1/groups/{}': 'UserGroup',
  '/api/v1/users/{}': 'User',
  '/api/v1/policies/{}': 'Policy',
};

/** Names that exist without being records. */
const NAMES: Readonly<Record<string, RegExp>> = {
  appName: /^[a-z][a-z0-9_-]*$/,
  roleRef: /^([A-Z]+_)+ADMIN$|^cr0\w{17}$/,
};

/** What a record is called besides its id: paths ending in `OrLabel` and the like take either. */
function otherNames({ externalId, label, name, primary, associated }: Resource): unknown[] {
  const ends = [primary, associated].map((end) => (isObject(end) ? end.name : undefined));
  return [externalId, label, name, ...ends].filter((each) => each !== undefined);
}

/** What cannot be listed exists when its id looks like one of Okta's. */
const OKTA_ID = /^[0-9A-Za-z]{20}$/;

/** Finds what paths lead to, parents first: a path below something that does not exist leads nowhere. */
export class Things {
  constructor(
    private readonly specification: Specification,
    private readonly router: Router,
    private readonly nouns: Nouns,
  ) {}

  /** The thing itself; refuses with 404 when it, or anything it lies in, does not exist. */
  existing(x: Exchange, template: string): Thing {
    const thing = this.find(x, template);
    if (!thing)
      throw notFound(Object.values(x.params)[parametersOf(template).length - 1] ?? template, this.kind(template));
    return thing;
  }

  /** The thing, undefined when only the last segment names nothing. */
  find(x: Exchange, template: string): Thing | undefined {
    const cut = template.lastIndexOf('/');
    const last = template.slice(cut + 1);
    const above = template.slice(0, cut);
    const base = this.base(x, above);
    if (!last.startsWith('{')) return this.#single(x, template, `${base}/${last}`);
    return this.#item(x, template, base, Object.values(x.params)[parametersOf(above).length] ?? '');
  }

  /** The records of a collection. */
  rows(x: Exchange, template: string, path = this.base(x, template)): Collection<Resource> {
    const modelled = MODELLED[nameless(template)];
    if (modelled) return modelled(x.org.store);
    return x.org.store.generic.collection(path, () =>
      seedCollection(this.specification, this.nouns, x.org, template, path),
    );
  }

  /** The path of a collection or setting with the ids of everything it lies in, all of which exist. */
  base(x: Exchange, template: string): string {
    let at = '';
    let path = '';
    let count = 0;
    for (const segment of template.split('/').slice(1)) {
      at += `/${segment}`;
      if (!segment.startsWith('{')) {
        path += `/${segment}`;
        continue;
      }
      const value = Object.values(x.params)[count++] ?? '';
      const thing = this.#item(x, at, path, value);
      if (!thing) throw notFound(value, this.kind(at));
      path = thing.path;
    }
    return path;
  }

  /** Okta's name for the kind of record at a template. */
  kind(template: string): string {
    const schema = this.nouns.shown(template) ?? this.nouns.list(template.replace(/\/\{[^/]*\}$/, ''))?.items;
    const named = schema?.$ref?.split('/').at(-1);
    const noun = lastNoun(template);
    return KINDS[nameless(template)] ?? named ?? noun.charAt(0).toUpperCase() + noun.slice(1);
  }

  #item(x: Exchange, template: string, base: string, value: string): Thing | undefined {
    const collection = template.slice(0, template.lastIndexOf('/'));
    const path = `${base}/${encodeURIComponent(value)}`;
    const names = NAMES[parametersOf(template).at(-1) ?? ''];
    if (names) return names.test(value) ? this.#setting(x.org, path, undefined, value) : undefined;
    if (!MODELLED[nameless(collection)]) {
      if (this.#isModelled(template)) return this.#read(x, template, path);
      if (this.nouns.isCollection(collection)) {
        if (!this.#isModelled(collection)) return this.#record(x, collection, base, value);
      } else if (!this.#named(x, template, value)) return undefined;
      return x.org.store.generic.gone.has(path) ? undefined : this.#single(x, template, path, value);
    }
    return this.#record(x, collection, base, value);
  }

  #isModelled(template: string): boolean {
    const route = this.router.find('GET', template);
    return route !== undefined && route.generic !== true;
  }

  #record(x: Exchange, collection: string, base: string, value: string): Thing | undefined {
    const rows = this.rows(x, collection, base);
    const row = rows.get(value) ?? [...rows].find((each) => otherNames(each).includes(value));
    if (!row) return undefined;
    return {
      id: row.id,
      path: `${base}/${encodeURIComponent(row.id)}`,
      value: row,
      put: (changed) => void rows.put({ ...changed, id: row.id }),
      remove: () => rows.delete(row.id),
    };
  }

  /** Something without a collection: named by the path, by a record of another noun, or by an id of Okta's form. */
  #named(x: Exchange, template: string, value: string): boolean {
    const name = parametersOf(template).at(-1) ?? '';
    const below = this.specification.operations.find((each) => each.template.startsWith(template));
    const schema = below?.parameters.find((each) => each.in === 'path' && each.name === name)?.schema;
    const { values, pattern } = schema ? this.specification.shape(schema) : {};
    if (values?.list) return values.list.includes(value);
    return this.known(x, name, value) ?? (OKTA_ID.test(value) || (pattern !== undefined && value.length > 20));
  }

  /** Whether a record of another noun has this name; undefined when the parameter is about no other noun. */
  known(x: Exchange, parameter: string, value: string): boolean | undefined {
    const template = READ_AT[parameter];
    if (template === undefined) return undefined;
    const base = template.slice(0, template.lastIndexOf('/'));
    return this.#item(x, template, base, value) !== undefined;
  }

  /** Reads a record that has a handler of its own. */
  #read(x: Exchange, template: string, path: string): Thing | undefined {
    const match = this.router.match('GET', path);
    if (match.kind !== 'route' || nameless(match.route.template) !== nameless(template)) return undefined;
    const { org, principal, requestId, userAgent } = x;
    const url = new URL(org.url(path));
    const inner = new Exchange(org, url, match.params, principal, requestId, userAgent, { type: '', text: '' });
    try {
      const { body } = match.route.handler(inner);
      const id = isObject(body) && typeof body.id === 'string' && template.endsWith('}') ? body.id : undefined;
      const own = id === undefined ? path : `${path.slice(0, path.lastIndexOf('/'))}/${encodeURIComponent(id)}`;
      return this.#setting(org, own, body, id);
    } catch (error) {
      if (error instanceof OktaFailure && error.status === 404) return undefined;
      throw error;
    }
  }

  /** A setting: there from the start, with content that fits its schema. */
  #single(x: Exchange, template: string, path: string, id?: string): Thing {
    if (this.#isModelled(template)) {
      const read = this.#read(x, template, path);
      if (!read) throw notFound(path, this.kind(template));
      return read;
    }
    const schema = this.nouns.shown(template);
    return this.#setting(x.org, path, schema && this.invent(x.org, schema, path, id && { id, name: id }), id);
  }

  #setting({ store }: Org, path: string, seed: unknown, id = path): Thing {
    return {
      id,
      path,
      value: store.generic.singles.get(path) ?? seed,
      put: (value) => void store.generic.singles.set(path, value),
      remove() {
        store.generic.singles.delete(path);
        if (id !== path) store.generic.gone.add(path);
      },
    };
  }

  /** Content for a schema, the same whenever it is asked for. */
  invent(org: Org, schema: Schema, path: string, given?: unknown, sparse = false): unknown {
    const source = { org, random: new Random(`${org.id} ${path}`), path };
    return synthesize({ specification: this.specification, source, sparse }, schema, given);
  }
}
