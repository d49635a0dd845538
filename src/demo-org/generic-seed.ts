import { isObject, type JsonObject } from './exchange.js';
import type { Nouns } from './generic-noun.js';
import type { Org } from './org.js';
import { Random } from './random.js';
import type { Resource } from './resource.js';
import type { Specification } from './specification.js';
import { synthesize } from './synthetic.js';
import { idOf, prefixOf } from './synthetic-text.js';

/** Records whose names Okta fixes although its specification does not list them. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  templateName: ['UserActivation', 'ForgotPassword', 'PasswordChanged', 'EmailChallenge'],
  domain: ['atlasworks-demo.example'],
};

/** What a collection holds before anybody changed it. */
export function seedCollection(
  specification: Specification,
  nouns: Nouns,
  org: Org,
  template: string,
  path: string,
): Resource[] {
  const random = new Random(`${org.id} ${path}`);
  const parameter = nouns.parameter(template);
  const property = nouns.key(template);
  const named = nouns.values(template) ?? NAMED[parameter];
  const keys = named ?? Array.from({ length: count(specification, nouns, template) }, () => undefined);
  return keys.map((name, index) => {
    const key = name ?? mintKey(specification, nouns, template, random);
    const source = { org, random, path: `${path}/${key}` };
    const how = { specification, source, sparse: false };
    const given = { [property]: key };
    const parts = [nouns.item(template), nouns.list(template)?.items ?? {}].map((schema) =>
      synthesize(how, schema, pickVariant(specification, schema, given, index)),
    );
    return Object.assign({}, ...parts.filter(isObject), given, { id: key });
  });
}

/** A new id for a record of the collection: Okta's form, or what the schema or the path asks for. */
export function mintKey(specification: Specification, nouns: Nouns, template: string, random: Random): string {
  const property = specification.shape(nouns.item(template)).properties.get(nouns.key(template));
  const shapes = [property, nouns.parameterSchema(template)].map((schema) => schema && specification.shape(schema));
  const pattern = shapes.find((shape) => shape?.pattern !== undefined)?.pattern;
  const id = pattern === undefined ? undefined : idOf(random, pattern);
  if (id !== undefined) return id;
  return random.id(prefixOf(nouns.parameter(template) === 'id' ? nounOf(template) : nouns.parameter(template)));
}

function nounOf(template: string): string {
  return template.replace(/.*\/([^/{}]+)$/, '$1').replace(/s$/, '');
}

/** Two for what is listed at the top or cannot be created; none where clients fill the list or others own its records. */
function count(specification: Specification, nouns: Nouns, template: string): number {
  const items = `${template}/{}`;
  const read = specification.operation('GET', items);
  if (!nouns.list(template) || (nouns.ownedElsewhere(template) && !read)) return 0;
  const linked = specification.operation('PUT', items) && !read;
  return linked || (template.includes('{') && specification.operation('POST', template)) ? 0 : 2;
}

/** Seeded records of a noun with variants are of different ones. */
function pickVariant(
  specification: Specification,
  schema: Parameters<Specification['shape']>[0],
  given: JsonObject,
  index: number,
): JsonObject {
  const { discriminator } = specification.shape(schema);
  const values = Object.keys(discriminator?.mapping ?? {});
  if (!discriminator || discriminator.property in given || values.length === 0) return given;
  return { ...given, [discriminator.property]: values[index % values.length] };
}
