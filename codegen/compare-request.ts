import { CONSTRAINTS, type Difference, differences } from './compare-shape.js';
import { type ApiOperation, type Document, type ParameterObject, resolve } from './document.js';
import { mediaTypeOf, operationOf } from './operation.js';
import { pathShape } from './path.js';
import { type Shape, shapeOf } from './shape.js';

/** What a change means to those who call a tool: semver's words, from the most to the least. */
export const LEVELS = ['major', 'minor', 'patch'] as const;
export type Level = (typeof LEVELS)[number];

/** A change of what an operation takes. `at` is the argument as a tool's caller writes it: `limit`, `body.profile.login`. */
export interface ArgumentChange extends Omit<Difference, 'kind'> {
  readonly about: 'argument';
  /** `renamed`: a path parameter has another name at the same place. */
  readonly kind: Difference['kind'] | 'renamed';
  readonly level: Level;
}

export type Versioned = readonly [Document, ApiOperation];

/**
 * How the arguments of an operation changed.
 * @param offered whether some tool had offered the top-level argument of that name
 */
export function argumentChanges(
  before: Versioned,
  after: Versioned,
  offered: (name: string) => boolean,
): ArgumentChange[] {
  const { method: _, ...face } = operationOf(...after);
  const offerable = new Set([...(face.query ?? []), ...(face.header ?? []), ...pathNames(face.path), 'body']);
  const found = [...parameterDifferences(before, after), ...bodyDifferences(before, after)];
  return found.map(({ difference, name }) => {
    const touches = difference.kind === 'added' && difference.at === name ? offerable.has(name) : offered(name);
    return { about: 'argument', ...difference, level: touches ? levelOf(difference) : 'patch' };
  });
}

/** `name`: the top-level argument as it was called before, or now where it is new. */
interface Found {
  readonly difference: Omit<ArgumentChange, 'about' | 'level'>;
  readonly name: string;
}

function parameterDifferences([before, old]: Versioned, [after, now]: Versioned): Found[] {
  const rest = new Map(now.parameters.map((parameter) => [parameter.name, parameter]));
  const renames = renamedInPath(old, now);
  const found = old.parameters.flatMap((parameter): Found[] => {
    const { name } = parameter;
    const current = renames.get(name) ?? name;
    const counterpart = rest.get(current);
    if (counterpart === undefined) return [{ name, difference: { kind: 'removed', at: name } }];
    rest.delete(current);
    const renamed = current === name ? [] : [{ kind: 'renamed' as const, at: name, was: name, is: current }];
    const same = differences(parameterShape(before, parameter), parameterShape(after, counterpart), current);
    return [...renamed, ...required(isRequired(parameter), isRequired(counterpart), current), ...same].map(
      (difference) => ({ name, difference }),
    );
  });
  const added = [...rest.values()].map((parameter): Found => {
    return { name: parameter.name, difference: addition(parameter.name, isRequired(parameter)) };
  });
  return [...found, ...added];
}

/** By place where the paths differ in names only; elsewhere names that stayed are themselves, the others go by order. */
function renamedInPath(old: ApiOperation, now: ApiOperation): Map<string, string> {
  const [was, is] = [pathNames(old.path), pathNames(now.path)];
  if (pathShape(old.path) === pathShape(now.path)) return new Map(was.map((name, place) => [name, is[place]!]));
  const [gone, fresh] = [was.filter((name) => !is.includes(name)), is.filter((name) => !was.includes(name))];
  return new Map(gone.length === fresh.length ? gone.map((name, place) => [name, fresh[place]!]) : []);
}

function pathNames(path: string): string[] {
  return [...path.matchAll(/\{([^}]*)\}/g)].map((match) => match[1]!);
}

function isRequired(parameter: ParameterObject): boolean {
  return parameter.in === 'path' || parameter.required === true;
}

function parameterShape(document: Document, parameter: ParameterObject): Shape {
  const schema = parameter.schema ?? Object.values(parameter.content ?? {})[0]?.schema;
  const shape = schema === undefined ? {} : shapeOf(document, schema, CONSTRAINTS);
  const { name: _, required: __, schema: ___, content: ____, ...facts } = parameter;
  return { ...shape, facets: { ...shape.facets, ...facts } };
}

function bodyDifferences(before: Versioned, after: Versioned): Found[] {
  const [old, now] = [bodyOf(before), bodyOf(after)];
  if (old === undefined && now === undefined) return [];
  const found: Difference[] =
    old === undefined
      ? [addition('body', now!.required)]
      : now === undefined
        ? [{ kind: 'removed', at: 'body' }]
        : [
            ...required(old.required, now.required, 'body'),
            ...(old.media === now.media ? [] : [media(old.media, now.media)]),
            ...differences(old.shape, now.shape, 'body'),
          ];
  return found.map((difference) => ({ name: 'body', difference }));
}

interface Body {
  readonly required: boolean;
  readonly media: string;
  readonly shape: Shape;
}

function bodyOf([document, { operation }]: Versioned): Body | undefined {
  const body = operation.requestBody && resolve(document, operation.requestBody);
  const media = body && mediaTypeOf(body.content);
  if (media === undefined) return undefined;
  const { [media]: chosen, ...others } = body!.content;
  const shape = chosen?.schema === undefined ? {} : shapeOf(document, chosen.schema, CONSTRAINTS);
  const facts = {
    ...(Object.keys(others).length === 0 ? {} : { 'also as': Object.keys(others).sort() }),
    ...(chosen?.encoding === undefined ? {} : { encoding: chosen.encoding }),
  };
  return { required: body!.required === true, media, shape: { ...shape, facets: { ...shape.facets, ...facts } } };
}

function addition(at: string, needed: boolean): Difference {
  return { kind: 'added', at, ...(needed ? { is: 'required' } : {}) };
}

function required(was: boolean, is: boolean, at: string): Difference[] {
  return was === is ? [] : [{ kind: is ? 'required' : 'optional', at }];
}

function media(was: string, is: string): Difference {
  return { kind: 'constraint', at: 'body', keyword: 'media type', was, is };
}

/** What worked before and may be refused now is major, what is possible now and was not is minor. */
function levelOf({ kind, keyword, was, is }: Found['difference']): Level {
  switch (kind) {
    case 'added':
      return is === 'required' ? 'major' : 'minor';
    case 'renamed':
    case 'removed':
    case 'required':
    case 'values-removed':
    case 'variants-removed':
      return 'major';
    case 'optional':
    case 'values-added':
    case 'variants-added':
      return 'minor';
    case 'nullable':
      return is === true ? 'minor' : 'major';
    case 'type':
      return is === 'any' || (was === 'integer' && is === 'number') ? 'minor' : 'major';
    case 'constraint':
      return constraintLevel(keyword ?? '', was, is);
  }
}

/** Bounds are checked here before anything is sent; patterns, lengths and formats are Okta's to check. */
function constraintLevel(keyword: string, was: unknown, is: unknown): Level {
  if (keyword === 'media type') return 'major';
  if (keyword === 'told apart by') return was === undefined || is === undefined ? 'patch' : 'major';
  if (keyword === 'deprecated') return is === true ? 'minor' : 'patch';
  if (keyword !== 'minimum' && keyword !== 'maximum') return 'patch';
  if (is === undefined) return 'minor';
  if (was === undefined) return 'major';
  return (keyword === 'minimum') === Number(is) > Number(was) ? 'major' : 'minor';
}
