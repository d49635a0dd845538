import { invalid, notFound } from './errors.js';
import { type Exchange, isObject, type JsonObject, noContent, ok, type Reply } from './exchange.js';
import { enveloped } from './pages.js';
import type { AddRoute } from './router.js';

/** What a custom role is held over. */
export interface ResourceSet {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly created: string;
  readonly lastUpdated: string;
  readonly resources: readonly SetResource[];
}

interface SetResource {
  readonly id: string;
  /** Okta resource name or URL, as it was given. */
  readonly orn: string;
  readonly conditions: JsonObject | null;
  readonly created: string;
  readonly lastUpdated: string;
}

const ONE = '/api/v1/iam/resource-sets/{resourceSetIdOrLabel}';

export function routeResourceSets(add: AddRoute): void {
  add('GET', '/api/v1/iam/resource-sets', (x) =>
    enveloped(x, 'resource-sets', [...x.org.store.resourceSets], (set) => render(x, set)),
  );
  add('POST', '/api/v1/iam/resource-sets', createSet);
  add('GET', ONE, (x) => ok(render(x, theSet(x))));
  add('PUT', ONE, (x) => {
    const before = theSet(x);
    return ok(render(x, save(x, { ...before, ...wording(x, before) }, 'update', 'iam.resourceset.update')));
  });
  add('DELETE', ONE, (x) => {
    const set = theSet(x);
    const { store } = x.org;
    for (const role of store.roles) if (role.resourceSet === set.id) store.roles.delete(role.id);
    store.bindings.dropLeft(set.id);
    store.resourceSets.delete(set.id);
    changed(x, set, 'delete', 'iam.resourceset.delete');
    return noContent();
  });
  routeResources(add);
}

/** A resource set by id or label; 404 when there is none. */
export function resourceSet(x: Exchange, reference: string): ResourceSet {
  const { resourceSets } = x.org.store;
  const set = resourceSets.get(reference) ?? [...resourceSets].find(({ label }) => label === reference);
  if (!set) throw notFound(reference, 'ResourceSet');
  return set;
}

export function theSet(x: Exchange): ResourceSet {
  return resourceSet(x, x.param('resourceSetIdOrLabel'));
}

function routeResources(add: AddRoute): void {
  const all = `${ONE}/resources`;
  add('GET', all, (x) => {
    const set = theSet(x);
    const links = { 'resource-set': x.org.link(`/api/v1/iam/resource-sets/${set.id}`) };
    return enveloped(x, 'resources', set.resources, (resource) => renderResource(x, set, resource), links);
  });
  add('PATCH', all, (x) => {
    const set = theSet(x);
    const { additions } = x.json();
    if (!Array.isArray(additions) || additions.length === 0)
      throw invalid(['additions', 'at least one resource must be given']);
    return ok(render(x, addResources(x, set, additions, null)));
  });
  add('POST', all, (x) => {
    const { resourceOrnOrUrl, conditions } = x.json();
    const set = addResources(x, theSet(x), [resourceOrnOrUrl], isObject(conditions) ? conditions : null);
    return ok(renderResource(x, set, set.resources.find(({ orn }) => orn === resourceOrnOrUrl) as SetResource));
  });
  add('GET', `${all}/{resourceId}`, (x) => ok(renderResource(x, theSet(x), theResource(x))));
  add('PUT', `${all}/{resourceId}`, (x) => {
    const set = theSet(x);
    const before = theResource(x);
    const { conditions } = x.json(true);
    const resource = {
      ...before,
      conditions: isObject(conditions) ? conditions : null,
      lastUpdated: x.org.date(),
    };
    const resources = set.resources.map((each) => (each.id === before.id ? resource : each));
    save(x, { ...set, resources }, 'update', 'iam.resourceset.resources.update');
    return ok(renderResource(x, set, resource));
  });
  add('DELETE', `${all}/{resourceId}`, (x) => {
    const set = theSet(x);
    const { id } = theResource(x);
    const resources = set.resources.filter((resource) => resource.id !== id);
    save(x, { ...set, resources }, 'update', 'iam.resourceset.resources.delete');
    return noContent();
  });
}

function theResource(x: Exchange): SetResource {
  const id = x.param('resourceId');
  const resource = theSet(x).resources.find((each) => each.id === id);
  if (!resource) throw notFound(id, 'ResourceSetResource');
  return resource;
}

function createSet(x: Exchange): Reply {
  const { resources } = x.json();
  const words = wording(x);
  if (!Array.isArray(resources) || resources.length === 0)
    throw invalid(['resources', 'at least one resource must be given']);
  const members = resources.map((each) => resource(x, each, null));
  const set = { id: x.org.mint('iam'), ...words, created: x.org.date(), resources: members };
  return ok(render(x, save(x, set, 'create', 'iam.resourceset.create')));
}

function wording(x: Exchange, before?: ResourceSet): Pick<ResourceSet, 'label' | 'description' | 'lastUpdated'> {
  const { label = before?.label, description = before?.description } = x.json();
  if (typeof label !== 'string' || label.trim() === '') throw invalid(['label', 'The field cannot be left blank']);
  if (typeof description !== 'string') throw invalid(['description', 'The field cannot be left blank']);
  if ([...x.org.store.resourceSets].some((other) => other.label === label && other.id !== before?.id))
    throw invalid(['label', 'An object with this field already exists in the current organization']);
  return { label, description, lastUpdated: x.org.date() };
}

/** Adding what is in the set already changes nothing. */
function addResources(x: Exchange, set: ResourceSet, given: readonly unknown[], conditions: JsonObject | null) {
  const fresh = given
    .map((each) => resource(x, each, conditions))
    .filter(({ orn }) => !set.resources.some((known) => known.orn === orn));
  if (fresh.length === 0) return set;
  return save(x, { ...set, resources: [...set.resources, ...fresh] }, 'update', 'iam.resourceset.resources.add');
}

function resource(x: Exchange, given: unknown, conditions: JsonObject | null): SetResource {
  if (typeof given !== 'string' || given === '') throw invalid(['resources', 'must be resource names or URLs']);
  const now = x.org.date();
  return { id: x.org.mint('ire'), orn: given, conditions, created: now, lastUpdated: now };
}

function save(x: Exchange, set: ResourceSet, kind: 'create' | 'update', eventType: string): ResourceSet {
  const saved = x.org.store.resourceSets.put({ ...set, lastUpdated: x.org.date() });
  changed(x, saved, kind, eventType);
  return saved;
}

function changed(x: Exchange, set: ResourceSet, kind: 'create' | 'update' | 'delete', eventType: string): void {
  x.changed(
    { kind, type: 'ResourceSet', id: set.id },
    {
      eventType,
      displayMessage: `Resource set: ${kind}`,
      target: [{ id: set.id, type: 'ResourceSet', alternateId: 'unknown', displayName: set.label }],
    },
  );
}

function render({ org }: Exchange, { resources, ...set }: ResourceSet): object {
  const path = `/api/v1/iam/resource-sets/${set.id}`;
  return {
    ...set,
    _links: {
      self: org.link(path),
      resources: org.link(`${path}/resources`),
      bindings: org.link(`${path}/bindings`),
    },
  };
}

function renderResource({ org }: Exchange, set: ResourceSet, { conditions, ...shown }: SetResource): object {
  return {
    ...shown,
    ...(conditions && { conditions }),
    _links: { self: org.link(`/api/v1/iam/resource-sets/${set.id}/resources/${shown.id}`) },
  };
}
