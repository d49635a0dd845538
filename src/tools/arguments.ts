import { OktaMcpError } from '../errors.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import { nearest } from './nearest.js';

/** What is needed to check the arguments of a tool, local ones included. */
export type Accepting = Pick<ToolDefinition, 'name' | 'inputSchema' | 'accept'>;

/** At most this many problems are spelt out; a thousand-element array must not fill the model's context. */
const SHOWN = 20;

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Record<string, unknown>;
  readonly message?: string;
}

interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

/**
 * Checks arguments against what a tool declares. Each schema is compiled on the first call of its tool, by one Ajv that
 * is itself loaded then: neither costs anything at start.
 */
export class ArgumentCheck {
  #compile: Promise<(schema: JsonObject) => Validator> | undefined;
  readonly #validators = new Map<string, Validator>();

  /**
   * @throws OktaMcpError `arguments_invalid`, naming every problem: where, and what was expected. Values are not
   * repeated, they may be secrets.
   */
  async check(tool: Accepting, args: JsonObject): Promise<void> {
    const validator = await this.#validator(tool);
    if (validator(args)) return;
    const problems = [...new Set(describeAll(validator.errors ?? [], args, tool.inputSchema))];
    const shown = problems.slice(0, SHOWN);
    if (problems.length > SHOWN) shown.push(`and ${problems.length - SHOWN} more`);
    throw new OktaMcpError(
      'arguments_invalid',
      `The arguments do not fit ${tool.name}, nothing was sent:\n${shown.map((line) => `- ${line}`).join('\n')}`,
      `Correct ${problems.length === 1 ? 'it' : 'them'} and call ${tool.name} again.`,
    );
  }

  async #validator(tool: Accepting): Promise<Validator> {
    let validator = this.#validators.get(tool.name);
    if (!validator) {
      this.#compile ??= loadCompiler();
      validator = (await this.#compile)(acceptedSchema(tool));
      this.#validators.set(tool.name, validator);
    }
    return validator;
  }
}

async function loadCompiler(): Promise<(schema: JsonObject) => Validator> {
  const { Ajv } = await import('@modelcontextprotocol/server/validators/ajv');
  // Formats tell a model how to write a value; whether `grüße@example.com` is an email is for Okta to decide.
  const options = {
    allErrors: true,
    strict: false,
    validateSchema: false,
    validateFormats: false,
    logger: false,
    // Optimising takes as long as the rest of compiling, and a check is hardly faster for it.
    code: { optimize: false },
  } as const;
  const ajv = new Ajv(options);
  return (schema) => ajv.compile(schema) as Validator;
}

/**
 * The schema that arguments are checked against: what the model sees, relaxed where `accept` says that Okta admits null
 * or further enum values, and always closed at the top.
 */
export function acceptedSchema({ inputSchema, accept }: Accepting): JsonObject {
  const schema = structuredClone(inputSchema) as Record<string, unknown>;
  for (const pointer of accept?.open ?? []) delete at(schema, pointer).enum;
  // Deepest first: a wrapped schema moves, and with it every pointer into it.
  for (const pointer of [...(accept?.nullable ?? [])].sort((a, b) => b.length - a.length))
    admitNull(at(schema, pointer));
  schema.additionalProperties = false;
  return schema;
}

function admitNull(schema: Record<string, unknown>): void {
  if (['anyOf', 'oneOf', 'allOf', 'not', 'const', 'if'].some((keyword) => keyword in schema)) {
    const original = { ...schema };
    for (const key of Object.keys(schema)) delete schema[key];
    schema.anyOf = [original, { type: 'null' }];
    return;
  }
  if (schema.type !== undefined) schema.type = [...new Set([schema.type, 'null'].flat())];
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum.push(null);
}

function at(schema: unknown, pointer: string): Record<string, unknown> {
  let node = schema;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    node = node !== null && typeof node === 'object' ? (node as Record<string, unknown>)[key] : undefined;
  }
  if (node === null || typeof node !== 'object') throw new Error(`accept points to no schema: ${pointer}`);
  return node as Record<string, unknown>;
}

function describeAll(errors: readonly SchemaError[], args: JsonObject, schema: JsonObject): string[] {
  const declared = Object.keys((schema.properties ?? {}) as object);
  return errors.map((error) => {
    const path = readable(error.instancePath);
    if (error.keyword === 'additionalProperties') {
      const extra = String(error.params.additionalProperty);
      if (error.instancePath !== '') return `\`${path}.${extra}\` is not a known field`;
      const [meant] = nearest(extra, declared, 1);
      if (meant) return `\`${extra}\` is not an argument of this tool; did you mean \`${meant}\`?`;
      return `\`${extra}\` is not an argument of this tool; it takes ${listed(declared) || 'none'}`;
    }
    if (error.keyword === 'required') {
      const name = String(error.params.missingProperty);
      return `\`${path ? `${path}.${name}` : name}\` is required`;
    }
    return `\`${path}\` ${expected(error)}, got ${kind(valueAt(args, error.instancePath))}`;
  });
}

function expected({ keyword, params, message }: SchemaError): string {
  switch (keyword) {
    case 'type':
      return `must be ${[params.type].flat().join(' or ')}`;
    case 'enum':
      return `must be one of ${listed((params.allowedValues as unknown[]).map(String))}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case 'anyOf':
    case 'oneOf':
      return 'must match one of its allowed shapes';
    default:
      return message ?? 'is not valid';
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => `\`${name}\``);
  if (names.length > SHOWN) shown.push(`${names.length - SHOWN} more`);
  return shown.join(', ');
}

/** `/body/profile/0` as `body.profile[0]`. */
function readable(pointer: string): string {
  return tokens(pointer).reduce((path, token) => {
    if (/^\d+$/.test(token)) return `${path}[${token}]`;
    return path === '' ? token : `${path}.${token}`;
  }, '');
}

function valueAt(args: unknown, pointer: string): unknown {
  return tokens(pointer).reduce<unknown>((node, token) => (node as Record<string, unknown> | undefined)?.[token], args);
}

function tokens(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function kind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string') return value === '' ? 'an empty string' : `a string of ${value.length} characters`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
