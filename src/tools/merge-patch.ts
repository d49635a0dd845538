import type { JsonObject } from './definition.js';
import { below, ends, escapeToken, type Pointers } from './pointer.js';
import { quoted } from './preview-text.js';
import { canonical } from './seal.js';

/** Where a value is: names of members and numbers of items, from the top. */
export type Place = readonly (string | number)[];

/**
 * A merge patch applied (RFC 7396): objects are merged, null takes a member away, all else replaces. Every name, such as
 * `__proto__`, is just a name.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

/**
 * The same data without what `open` points at, and without `_links` and `_embedded` at any depth.
 * @param only drops just the values of which it says so
 */
export function without(data: unknown, open: Pointers, only: (value: unknown) => boolean = () => true): unknown {
  if (Array.isArray(data)) return data.map((item) => without(item, below(open, undefined), only));
  if (!isObject(data)) return data;
  const kept = Object.entries(data).flatMap(([name, value]) => {
    const inside = below(open, escapeToken(name));
    if (name === '_links' || name === '_embedded' || (ends(inside) && only(value))) return [];
    return [[name, without(value, inside, only)] as const];
  });
  return Object.fromEntries(kept);
}

/** Every place where `open` points at a member, there or not, of an object that is there. */
export function placesOf(data: unknown, open: Pointers, at: Place = []): Place[] {
  if (Array.isArray(data)) return data.flatMap((item, index) => placesOf(item, below(open, undefined), [...at, index]));
  if (!isObject(data)) return [];
  const named = open.flatMap(([token, ...rest]) => (rest.length === 0 && token !== '*' ? [unescapeToken(token!)] : []));
  const deeper = Object.entries(data).flatMap(([name, value]) =>
    placesOf(value, below(open, escapeToken(name)), [...at, name]),
  );
  return [...[...new Set(named)].map((name) => [...at, name]), ...deeper];
}

/** The own value at a place; undefined when there is none. */
export function valueAtPlace(data: unknown, place: Place): unknown {
  return place.reduce<unknown>((node, key) => {
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, key)) return undefined;
    return (node as Record<string | number, unknown>)[key];
  }, data);
}

/** The places where two versions of the same data differ; arrays count as a whole, null as nothing. */
export function differences(before: unknown, after: unknown, at: Place = []): Place[] {
  const present = [before, after].filter((side) => side !== undefined);
  const names = present.every(isObject) ? [...new Set(present.flatMap(Object.keys))] : [];
  if (names.length === 0) return canonical(before) === canonical(after) ? [] : [at];
  return names.flatMap((name) => differences(valueAtPlace(before, [name]), valueAtPlace(after, [name]), [...at, name]));
}

/** `profile.name`, `headers[0].value`; names that others chose stand in quotes. */
export function placeText(place: Place): string {
  return place.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    if (!/^[\w$-]{1,64}$/.test(key)) return `${path}[${quoted(key)}]`;
    return path === '' ? key : `${path}.${key}`;
  }, '');
}

export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
