import { invalid, notFound } from './errors.js';
import { type Exchange, isObject, type JsonObject, type Reply } from './exchange.js';
import { GenericBody, merge } from './generic-body.js';
import { statusAfter } from './generic-lifecycle.js';
import { GenericList } from './generic-list.js';
import { Nouns } from './generic-noun.js';
import { mintKey } from './generic-seed.js';
import { Things } from './generic-things.js';
import type { Route, Router } from './router.js';
import {
  jsonSchema,
  nameless,
  type Operation,
  parametersOf,
  type Schema,
  type Specification,
} from './specification.js';
import { RequestCheck } from './validation.js';

/** Adds every operation of the specification that has no route yet, and holds all requests against it. */
export function routeSpecification(router: Router, specification: Specification): void {
  const check = new RequestCheck(specification);
  const generic = new GenericOperations(specification, router);
  for (const operation of specification.operations) {
    const { method, template, scopes } = operation;
    const modelled = router.find(method, template);
    const handler = modelled ? generic.overridden(operation, modelled) : generic.handler(operation);
    router.add({
      ...(modelled ?? { method, template, generic: true }),
      scopes,
      public: operation.public,
      operation,
      handler(x) {
        check.check(operation, x);
        return handler(x);
      },
    });
  }
}

/** What an operation does when only its shape is known. */
class GenericOperations {
  readonly #nouns: Nouns;
  readonly #things: Things;
  readonly #list: GenericList;
  readonly #body: GenericBody;

  constructor(
    private readonly specification: Specification,
    private readonly router: Router,
  ) {
    this.#nouns = new Nouns(specification);
    this.#things = new Things(specification, router, this.#nouns);
    this.#list = new GenericList(specification, this.#nouns, this.#things);
    this.#body = new GenericBody(specification, this.#things);
  }

  handler(operation: Operation): Route['handler'] {
    return (x) => {
      switch (operation.method) {
        case 'GET':
          return this.#get(operation, x);
        case 'POST':
          return this.#post(operation, x);
        case 'DELETE':
          return this.#delete(operation, x);
        default:
          return this.#write(operation, x, operation.method === 'PUT' ? 'replace' : 'merge');
      }
    };
  }

  /** A modelled read of something that is written generically shows what was written. */
  overridden(operation: Operation, { handler }: Route): Route['handler'] {
    const written = (['POST', 'PUT', 'PATCH'] as const).some((method) => {
      const known = this.specification.operation(method, operation.template);
      return known !== undefined && this.router.find(method, operation.template) === undefined;
    });
    if (operation.method !== 'GET' || !written || this.#nouns.list(operation.template)) return handler;
    return (x) => {
      const reply = handler(x);
      const value = x.org.store.generic.singles.get(decodeURI(x.url.pathname));
      return value === undefined ? reply : { ...reply, body: value };
    };
  }

  #get(operation: Operation, x: Exchange): Reply {
    if (this.#nouns.list(operation.template)) return this.#list.reply(operation, x);
    const thing = this.#things.existing(x, operation.template);
    const names = this.#nouns.names(operation.template);
    if (!names) return this.#body.answer(operation, x, thing);
    const ids = [...this.#things.rows(x, operation.template)].map(({ id }) => id);
    return this.#body.answer(operation, x, { ...thing, value: names.property ? { [names.property]: ids } : ids });
  }

  #post(operation: Operation, x: Exchange): Reply {
    const { template } = operation;
    const collection = this.#nouns.creates(operation);
    if (collection !== undefined)
      return this.#create(
        operation,
        x,
        template.replace(/\/[^/{}]+$/, (end) => (nameless(template) === collection ? end : '')),
      );
    if (this.specification.operation('GET', template) || template.endsWith('}')) {
      if (!this.#isVerb(template)) return this.#write(operation, x, 'merge');
    }
    return this.#act(operation, x);
  }

  #create(operation: Operation, x: Exchange, collection: string): Reply {
    const base = this.#things.base(x, collection);
    const rows = this.#things.rows(x, collection, base);
    const body = this.#body.writable(operation, x);
    const property = this.#nouns.key(collection);
    const chosen = body[property];
    const keys = namesIn(body) ?? [
      typeof chosen === 'string' && chosen !== ''
        ? chosen
        : mintKey(this.specification, this.#nouns, collection, x.org.random),
    ];
    if (keys.some((key) => rows.has(key)))
      throw invalid([property, 'An object with this field already exists in the current organization']);
    const now = x.org.date();
    const stopped = x.query.get('activate') === 'false' ? { status: 'INACTIVE' } : {};
    for (const key of keys) {
      rows.put({ ...body, [property]: key, id: key, created: now, lastUpdated: now, ...stopped });
      this.#changed(x, `${collection}/{}`, key, 'create');
    }
    const key = keys[0] ?? '';
    return this.#body.answer(operation, x, { path: `${base}/${encodeURIComponent(key)}`, value: rows.get(key) });
  }

  #write(operation: Operation, x: Exchange, how: 'replace' | 'merge'): Reply {
    const { template } = operation;
    const found = this.#things.find(x, template);
    if (!found) return this.#link(operation, x);
    const body = this.#body.writable(operation, x);
    if (this.#nouns.list(template)) return this.#body.answer(operation, x, { ...found, value: body });
    const before = isObject(found.value) ? found.value : {};
    const kept =
      how === 'merge' ? merge(before, body) : { ...this.#body.kept(this.#nouns.shown(template), before), ...body };
    found.put({ ...kept, ...('lastUpdated' in before && { lastUpdated: x.org.date() }) });
    this.#changed(x, template, found.id, 'update');
    return this.#body.answer(operation, x, this.#things.existing(x, template));
  }

  /** Writing what does not exist makes it, where nothing else could and the name is not Okta's to give. */
  #link(operation: Operation, x: Exchange): Reply {
    const { template } = operation;
    const collection = template.slice(0, template.lastIndexOf('/'));
    const name = parametersOf(template).at(-1) ?? '';
    const value = Object.values(x.params).at(-1) ?? '';
    const known = this.#things.known(x, name, value);
    const makes =
      this.specification.operation('POST', collection) === undefined &&
      (known ?? (this.specification.operation('DELETE', template) !== undefined && !/Id$|^id$/.test(name)));
    if (!makes) throw notFound(value, this.#things.kind(template));
    const now = x.org.date();
    const key = { [this.#nouns.key(collection)]: value, id: value };
    this.#things
      .rows(x, collection)
      .put({ ...this.#body.writable(operation, x), ...key, created: now, lastUpdated: now });
    this.#changed(x, template, value, 'create');
    return this.#body.answer(operation, x, this.#things.existing(x, template));
  }

  #delete(operation: Operation, x: Exchange): Reply {
    const { template } = operation;
    if (this.#nouns.list(template)) {
      const rows = this.#things.rows(x, template);
      for (const { id } of [...rows]) {
        rows.delete(id);
        this.#changed(x, `${template}/{}`, id, 'delete');
      }
      return { status: operation.success.status };
    }
    const thing = this.#things.existing(x, template);
    thing.remove();
    this.#changed(x, template, thing.id, 'delete');
    return { status: operation.success.status };
  }

  /** A verb after a thing: changes its status where it has one, and answers. */
  #act(operation: Operation, x: Exchange): Reply {
    const { template } = operation;
    const target = template.replace(/(\/lifecycle)?\/[^/]+$/, '');
    const verb = this.#isVerb(template) ? String(Object.values(x.params).at(-1)) : template.replace(/.*\//, '');
    const base = this.#things.base(x, target);
    const schema = this.#nouns.shown(target);
    const list = this.#nouns.list(target);
    const thing = schema && !list ? this.#things.existing(x, target) : undefined;
    const status = schema && statusAfter(this.specification, schema, verb);
    const before = thing?.value;
    if (!thing || status === undefined || !isObject(before))
      this.#changed(x, target, thing?.id ?? base, 'update', verb);
    else if (before.status !== status) {
      thing.put({ ...before, status, ...('lastUpdated' in before && { lastUpdated: x.org.date() }) });
      this.#changed(x, target, thing.id, 'lifecycle', verb);
    }
    const reply = jsonSchema(operation.success.content);
    const about = thing && reply && schema && this.#alike(schema, reply) ? this.#things.existing(x, target) : undefined;
    return this.#body.answer(operation, x, about ?? { path: base, value: this.#body.writable(operation, x) });
  }

  /** A last segment that is a verb although the template writes it as a parameter: `/features/{id}/{lifecycle}`. */
  #isVerb(template: string): boolean {
    return template.endsWith('/{lifecycle}');
  }

  #alike(one: Schema, other: Schema): boolean {
    const [a, b] = [one, other].map((schema) => JSON.stringify(this.specification.resolve(schema)));
    return a === b;
  }

  #changed(
    x: Exchange,
    template: string,
    id: string,
    kind: 'create' | 'update' | 'delete' | 'lifecycle',
    verb: string = kind,
  ): void {
    const type = this.#things.kind(template);
    const noun = type.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
    x.changed(
      { kind, type, id },
      {
        eventType: `system.${noun}.${verb.toLowerCase()}`,
        displayMessage: `${type}: ${verb}`,
        target: [{ id, type, alternateId: 'unknown', displayName: id }],
      },
    );
  }
}

/** The names in a body that is nothing but a list of them: each becomes a record. */
function namesIn(body: JsonObject): readonly string[] | undefined {
  const [only, ...others] = Object.values(body);
  const isList = others.length === 0 && Array.isArray(only) && only.length > 0;
  return isList && only.every((each) => typeof each === 'string') ? only : undefined;
}
