import { type ErrorCode, OktaMcpError } from '../errors.js';
import type { CallContext, OktaReply, Operation, OperationInput } from '../okta/operation.js';
import { nextPage } from '../okta/page.js';
import { bind } from './bind.js';
import type { Catalog } from './catalog.js';
import type { JsonObject, PreviewRead, ToolDefinition } from './definition.js';
import { quoted } from './preview-text.js';
import { digest } from './seal.js';

/** What one read told. */
export interface Fact {
  readonly label: string;
  /** For a person; values of others are quoted. */
  readonly text: string;
  /** Changes when what was read changes in a way that matters. */
  readonly version: string;
  /** It could not be read. */
  readonly unread?: true;
  /** Okta says there is no such thing. */
  readonly missing?: OktaMcpError;
  /** What Okta answered instead. */
  readonly refused?: OktaMcpError;
  /** How many were found, of a counted read. */
  readonly count?: number;
  /** The resource itself, of a single read. */
  readonly data?: JsonObject;
  /** Ids of the resource and of whom it belongs to. */
  readonly owners?: readonly unknown[];
}

export interface PreviewParts {
  /** What may be read now. */
  readonly catalog: () => Catalog;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly client: { send(id: string, input: OperationInput, context: CallContext): Promise<OktaReply> };
}

/** Refusals of a read that are told in the question; any other failure would stop the call itself as well. */
const TOLD: ReadonlySet<ErrorCode> = new Set([
  'okta_scope_missing',
  'okta_role_missing',
  'okta_feature_missing',
  'okta_not_found',
  'okta_invalid',
  'okta_conflict',
  'okta_state',
  'okta_refused',
  'okta_reply_invalid',
]);

/** What usually names a resource, in the order shown. */
const NAMING = [
  'profile.name',
  'profile.login',
  'label',
  'name',
  'displayName',
  'profile.displayName',
  'type',
  'status',
];

/** Changes by itself, without the resource becoming another one. */
const VOLATILE = ['_links', '_embedded', 'lastLogin', 'lastMembershipUpdated'];

/** So many reads are made for one list of arguments. */
const EACH = 20;

/** So many names of a counted list are shown. */
const NAMES = 5;

/** Reads what a call is about. Every read passes the gate like a call of the tool that offers it. */
export class Previewer {
  constructor(private readonly parts: PreviewParts) {}

  /**
   * @param args checked arguments, together with those the tool fixes
   * @param catalog what may be read, when that is less than this server may
   * @throws OktaMcpError when a read fails for a reason that is not about the read
   */
  async look(
    reads: readonly PreviewRead[],
    args: JsonObject,
    context: CallContext,
    catalog = this.parts.catalog(),
  ): Promise<Fact[]> {
    const facts = await Promise.all(reads.map((read) => this.#read(read, args, context, catalog)));
    return facts.filter((fact) => fact !== undefined);
  }

  /** The same for one read; where the call gives an array, for each element. */
  async lookAtEach(
    read: PreviewRead,
    args: JsonObject,
    context: CallContext,
    catalog = this.parts.catalog(),
  ): Promise<Fact[]> {
    const values = fill(read.arguments ?? {}, args);
    if (!values) return [];
    const [name, list] = Object.entries(values).find(([, value]) => Array.isArray(value)) ?? [];
    if (name === undefined) return [await this.#send(read, values, undefined, context, catalog)];
    const elements = [...new Set(list as unknown[])];
    if (elements.length > EACH) return [unread(read.label, `more than ${EACH} are given`)];
    const each = (element: unknown) => this.#send(read, { ...values, [name]: element }, undefined, context, catalog);
    return Promise.all(elements.map(each));
  }

  /** Undefined when the call does not give what the read is about. */
  async #read(read: PreviewRead, args: JsonObject, context: CallContext, catalog: Catalog): Promise<Fact | undefined> {
    const values = fill(read.arguments ?? {}, args);
    const mentions = read.mentions === undefined ? {} : fill({ value: read.mentions }, args);
    return values && mentions ? this.#send(read, values, mentions.value, context, catalog) : undefined;
  }

  async #send(
    read: PreviewRead,
    values: JsonObject,
    mentioned: unknown,
    context: CallContext,
    catalog: Catalog,
  ): Promise<Fact> {
    const { label, operation: id } = read;
    const tool = catalog.tools.find(({ operation, risk }) => operation === id && risk === 'read');
    if (!tool) return unread(label, 'outside what this server may read');
    try {
      const operation = this.parts.operations[id]!;
      const reply = await this.parts.client.send(id, bind(tool, operation, values), context);
      if (!read.count) return single(read, reply);
      return counted(read, reply, tool, nextPage(reply, operation) !== undefined, mentioned);
    } catch (error) {
      if (!(error instanceof OktaMcpError) || !TOLD.has(error.code)) throw error;
      if (error.code === 'okta_not_found' && read.optional)
        return { label, text: 'there is none yet', version: 'none' };
      const fact = { ...unread(label, `Okta refused, ${error.code}`), refused: error };
      return error.code === 'okta_not_found' ? { ...fact, missing: error } : fact;
    }
  }
}

/** The value at a dotted path of own properties. */
export function valueAt(data: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => {
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, key)) return undefined;
    return (node as Record<string, unknown>)[key];
  }, data);
}

/** Replaces each value that is `${path}`; undefined when one of them is not given. */
export function fill(template: Readonly<Record<string, string | number>>, args: JsonObject): JsonObject | undefined {
  const filled: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(template)) {
    const path = typeof value === 'string' ? /^\$\{(.+)\}$/.exec(value)?.[1] : undefined;
    const given = path === undefined ? value : valueAt(args, path);
    if (given === undefined || given === null) return undefined;
    filled[name] = given;
  }
  return filled;
}

function unread(label: string, why: string): Fact {
  return { label, text: `could not be read (${why})`, version: 'unread', unread: true };
}

function single({ label, show = NAMING, owner = [] }: PreviewRead, { data, headers }: OktaReply): Fact {
  const object = (data !== null && typeof data === 'object' && !Array.isArray(data) ? data : {}) as JsonObject;
  const shown = [...show, 'id']
    .map((path) => [path, valueAt(object, path)] as const)
    .filter(([, value]) => value !== undefined && value !== null && typeof value !== 'object')
    .map(([path, value]) => `${path} ${quoted(value)}`);
  const stable = Object.fromEntries(Object.entries(object).filter(([key]) => !VOLATILE.includes(key)));
  const owners = ['id', ...owner].map((path) => valueAt(object, path));
  const version = headers.get('etag') ?? digest(stable);
  return { label, text: shown.join(', ') || 'has no name', version, data: object, owners };
}

function counted(
  { label, names }: PreviewRead,
  { data }: OktaReply,
  { page }: ToolDefinition,
  more: boolean,
  mentioned: unknown,
): Fact {
  const list = page?.items === undefined ? data : valueAt(data, page.items);
  if (!Array.isArray(list)) return unread(label, 'Okta answered no list');
  const items = list.filter((item) => mentioned === undefined || occurs(item, String(mentioned)));
  const count = items.length;
  const atLeast = more ? (mentioned === undefined ? ' or more' : ` among the first ${list.length}`) : '';
  const shown = names === undefined ? [] : items.slice(0, NAMES).map((item) => quoted(valueAt(item, names) ?? '?'));
  if (shown.length > 0 && count > shown.length) shown.push('...');
  const text = `${count || (atLeast ? '0' : 'none')}${atLeast}${shown.length > 0 ? `: ${shown.join(', ')}` : ''}`;
  return { label, text, version: digest(text), count };
}

function occurs(item: unknown, value: string): boolean {
  if (typeof item === 'string') return item.includes(value);
  if (item === null || typeof item !== 'object') return false;
  return Object.entries(item).some(([key, inner]) => key !== '_links' && occurs(inner, value));
}
