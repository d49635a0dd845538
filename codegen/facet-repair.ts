import { isRef, type SchemaOrRef } from './document.js';
import type { Ledger } from './ledger.js';
import { withoutCaseFlag } from './pattern.js';
import { jsonType, type PublishedSchema } from './schema-repair.js';

const OBJECT = ['properties', 'additionalProperties', 'required', 'minProperties', 'maxProperties'] as const;
const ARRAY = ['items', 'minItems', 'maxItems', 'uniqueItems'] as const;
const TEXT = ['pattern', 'minLength', 'maxLength'] as const;
const NUMERIC = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'] as const;

/** The keywords that say something about values of a type. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  string: TEXT,
  number: NUMERIC,
  integer: NUMERIC,
  boolean: [],
  array: ARRAY,
  object: OBJECT,
};

type Bound = 'minimum' | 'maximum' | 'minLength' | 'maxLength' | 'minItems' | 'maxItems';

/** Bounds of another type that can only mean one thing. */
const BOUNDS: Readonly<Record<string, readonly (readonly [from: Bound, to: Bound])[]>> = {
  string: [
    ['minimum', 'minLength'],
    ['maximum', 'maxLength'],
  ],
  array: [
    ['minimum', 'minItems'],
    ['maximum', 'maxItems'],
    ['minLength', 'minItems'],
    ['maxLength', 'maxItems'],
  ],
};

/** Bounds of the wrong kind become those of the type; other keywords of another type go. */
export function fitKeywords(schema: PublishedSchema, ledger: Ledger): void {
  if (isRef(schema) || schema.type === undefined) return;
  if (schema.type === 'string' && schema.items !== undefined) {
    schema.type = 'array';
    ledger.fix('string with items: array', schema);
  }
  for (const [from, to] of BOUNDS[schema.type] ?? []) {
    const bound = schema[from];
    if (bound === undefined) continue;
    delete schema[from];
    schema[to] ??= bound;
    ledger.fix(`${from} where the type is ${schema.type}: ${to}`, schema);
  }
  const fitting = FITTING[schema.type];
  for (const keyword of [...TEXT, ...NUMERIC, ...ARRAY, ...OBJECT]) {
    if (schema[keyword] === undefined || fitting === undefined || fitting.includes(keyword)) continue;
    delete schema[keyword];
    ledger.fix('keyword of another type: dropped', schema, keyword);
  }
  if (schema.type === 'array' && schema.items === undefined) {
    schema.items = ledger.adopt<SchemaOrRef>({}, schema);
    ledger.fix('array without items: items of any kind', schema);
  }
}

/** Names that mean a format OpenAPI or JSON Schema knows. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['ISO 8601 compliant timestamp', 'date-time'],
  ['url', 'uri'],
  ['base64', 'byte'],
]);
const NO_FORMATS = new Set(['boolean', 'utf-8']);

export function repairFormat(schema: PublishedSchema, ledger: Ledger): void {
  const format = schema.format;
  if (format === undefined) return;
  const known = FORMATS.get(format);
  const range = /^Integer between (\d+) and (\d+)$/.exec(format);
  if (known !== undefined) {
    schema.format = known;
    ledger.fix(`format ${JSON.stringify(format)}: ${known}`, schema);
  } else if (range) {
    delete schema.format;
    schema.minimum ??= Number(range[1]);
    schema.maximum ??= Number(range[2]);
    ledger.fix('format that is a range in prose: minimum and maximum', schema);
  } else if (/\s/.test(format) || NO_FORMATS.has(format)) {
    delete schema.format;
    ledger.fix('format that is prose or no format: dropped', schema);
  }
}

export function repairPattern(schema: PublishedSchema, ledger: Ledger): void {
  if (!schema.pattern?.startsWith('(?i)')) return;
  schema.pattern = withoutCaseFlag(schema.pattern);
  ledger.fix('pattern with the flag (?i), which JavaScript lacks: both cases spelt out', schema);
}

export function repairEnum(schema: PublishedSchema, ledger: Ledger): void {
  const published = schema.enum;
  if (published === undefined) return;
  const clean = published.map((value) => (typeof value === 'string' ? value.replace(/<[^>]*>/g, '').trim() : value));
  if (!same(clean, published)) ledger.fix('markup in enum values: dropped', schema);
  const values = clean.filter((value, index) => clean.findIndex((other) => same(other, value)) === index);
  if (values.length < clean.length) ledger.fix('enum value given twice: once', schema);
  if (values.includes(null) && !schema.nullable) {
    schema.nullable = true;
    ledger.fix('null in an enum that is not nullable: nullable', schema);
  }
  if (schema.nullable && !values.includes(null)) {
    values.push(null);
    ledger.fix('nullable enum without null: null added', schema);
  }
  schema.enum = values;
}

export function repairDefault(schema: PublishedSchema, ledger: Ledger): void {
  if (schema.default === undefined) return;
  if (schema.readOnly) ledger.fix('default of a read-only value: dropped', schema);
  else if (!admits(schema, schema.default)) ledger.fix('default that its own schema refuses: dropped', schema);
  else return;
  delete schema.default;
}

function admits(schema: PublishedSchema, value: unknown): boolean {
  if (value === null) return schema.nullable === true;
  const type = jsonType(value);
  const typed = schema.type === undefined || type === schema.type || (type === 'integer' && schema.type === 'number');
  const listed = schema.enum === undefined || schema.enum.some((one) => same(one, value));
  const dated = !schema.format?.startsWith('date') || !Number.isNaN(Date.parse(String(value)));
  const bounded =
    typeof value !== 'number' || (value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value));
  return typed && listed && dated && bounded;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
