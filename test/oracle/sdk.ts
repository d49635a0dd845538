import okta from '@okta/okta-sdk-nodejs';
import type { ApiOperation } from '../../codegen/document.js';
import { type Case, WITHHELD } from './case.js';
import { type Wire, wireOf } from './wire.js';

type Call = (parameters: Readonly<Record<string, unknown>>) => Promise<{ next?: () => Promise<unknown> } | undefined>;

/** What the SDK hands to its request executor. */
interface Outgoing {
  readonly url: string;
  readonly httpMethod: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A form of the package `form-data`, or text. */
  readonly body?: string | { getBuffer(): Buffer; getHeaders(): Record<string, string> };
}

/** Operations that the SDK has under another name than the specification. */
export const RENAMED: Readonly<Record<string, string>> = {
  addGroup: 'createGroup',
  assignLinkedObjectValueForPrimary: 'setLinkedObjectForUser',
  expirePasswordWithTempPassword: 'expirePasswordAndGetTemporaryPassword',
  getSubscriptionsNotificationTypeRole: 'listRoleSubscriptionsByNotificationType',
  getSubscriptionsNotificationTypeUser: 'listUserSubscriptionsByNotificationType',
  listOrgContactTypes: 'getOrgContactTypes',
  listSubscriptionsRole: 'listRoleSubscriptions',
  listSubscriptionsUser: 'listUserSubscriptions',
  resetPassword: 'generateResetPasswordToken',
  setOrgHideOktaUIFooter: 'updateOrgHideOktaUIFooter',
  setOrgShowOktaUIFooter: 'updateOrgShowOktaUIFooter',
  subscribeByNotificationTypeRole: 'subscribeRoleSubscriptionByNotificationType',
  subscribeByNotificationTypeUser: 'subscribeUserSubscriptionByNotificationType',
  unsubscribeByNotificationTypeRole: 'unsubscribeRoleSubscriptionByNotificationType',
  unsubscribeByNotificationTypeUser: 'unsubscribeUserSubscriptionByNotificationType',
};

/** Okta's own Node SDK, asked what it would send; nothing leaves the process. */
export class Sdk {
  readonly #calls = new Map<string, { call: Call; names: readonly string[] }>();
  #sent: Outgoing | undefined;

  constructor(origin: string) {
    const fetch = async (request: Outgoing) => {
      this.#sent = request;
      throw new Error('Recorded, not sent.');
    };
    // Its requests are its own class, which its types do not let an executor see.
    const requestExecutor = { fetch } as unknown as okta.RequestExecutor;
    const client = new okta.Client({ orgUrl: origin, token: 'none', cacheMiddleware: null, requestExecutor });
    for (const [key, api] of Object.entries(client)) {
      if (!key.endsWith('Api')) continue;
      for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(api))) {
        const call = (api as Record<string, Call>)[name]!;
        // A method takes one object; what it may hold can be read in its source only.
        const names = [...call.toString().matchAll(/\bparam\.(\w+)/g)].map((match) => match[1]!);
        this.#calls.set(name, { call: call.bind(api), names });
      }
    }
  }

  has({ id }: ApiOperation): boolean {
    return this.#calls.has(methodOf(id));
  }

  /** @throws what the SDK throws instead of sending. */
  async request(api: ApiOperation, given: Case): Promise<Wire> {
    const { call, names } = this.#calls.get(methodOf(api.id))!;
    this.#sent = undefined;
    try {
      const result = await call(inItsNames(api, given, names));
      // A collection asks for its first page when its first item is wanted.
      await result?.next?.();
    } catch (error) {
      if (this.#sent === undefined) throw error;
    }
    const { url, httpMethod, headers, body } = this.#sent!;
    const form = typeof body === 'object' ? body : undefined;
    const init = { method: httpMethod, headers: { ...headers, ...form?.getHeaders() } };
    return wireOf(
      new Request(url, { ...init, body: form ? new Uint8Array(form.getBuffer()) : ((body as string) ?? null) }),
    );
  }
}

function methodOf(id: string): string {
  return RENAMED[id] ?? id.charAt(0).toLowerCase() + id.slice(1);
}

/**
 * The arguments under the SDK's names: those of the specification in camel case; path parameters it calls otherwise, and
 * then the body, are what is left, in this order. Parts of a form are parameters of their own.
 */
function inItsNames(api: ApiOperation, { parameters, body }: Case, names: readonly string[]): Record<string, unknown> {
  const known = new Set([...api.parameters.map(({ name }) => name), ...WITHHELD].map(camel));
  const spare = names.filter((name) => !known.has(name));
  const args: Record<string, unknown> = {};
  for (const { name, in: where } of api.parameters) {
    const own = camel(name);
    const its = where === 'path' && !names.includes(own) ? spare.shift()! : own;
    if (Object.hasOwn(parameters, name)) args[its] = parameters[name];
  }
  if (isFile(body)) return { ...args, [spare[0]!]: Buffer.from(body.data, 'base64').toString() };
  const [part] = Object.values(typeof body === 'object' && body !== null ? body : {});
  if (isFile(part)) return { ...args, [spare[0]!]: { name: part.name, data: Buffer.from(part.data, 'base64') } };
  return body === undefined ? args : { ...args, [spare[0]!]: modelled(body) };
}

function isFile(part: unknown): part is { name: string; data: string } {
  return typeof part === 'object' && part !== null && 'name' in part && 'type' in part && 'data' in part;
}

function camel(name: string): string {
  const joined = name.replace(/[-_.]+(\w)/g, (_, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}

/** JSON as its models want it: moments as `Date`, properties under names that JavaScript can spell without quotes. */
function modelled(value: unknown): unknown {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value) : value;
  if (Array.isArray(value)) return value.map(modelled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [propertyOf(key), modelled(member)]));
}

const RESERVED = ['case', 'const', 'default', 'delete', 'enum', 'from', 'interface'];

function propertyOf(key: string): string {
  return RESERVED.includes(key) ? `_${key}` : key.replace(/[$#]/g, '').replace(/\W/g, '_');
}
