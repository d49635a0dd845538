import {
  type ParameterObject,
  type RequestBodyObject,
  resolve,
  type SchemaObject,
  type SchemaOrRef,
} from '../../codegen/document.js';
import { createDemoOrg, type DemoOrg } from '../../src/demo-org/demo-org.js';
import { samplesOf } from '../sample.js';
import { NOON } from './client.js';
import { at, document, problems, type Specified, shapeOf } from './specified.js';

export const specifiedOrg = (now: () => number = () => NOON, snapshot?: object) =>
  createDemoOrg({ now, specification: () => document, ...(snapshot && { snapshot }) });

/** Where nothing has happened yet: one org after the other, each until something is changed in it. */
export function untouchedOrgs(): () => DemoOrg {
  let org = specifiedOrg();
  return () => {
    if (org.journal.some(({ changes }) => changes.length > 0)) org = specifiedOrg();
    return org;
  };
}

/** As `caller` in client.ts, with the media type to send. */
export function sender(org: DemoOrg) {
  return async (method: string, url: string, body?: unknown, type = 'application/json') => {
    const response = await org.fetch(
      new Request(org.origin + url, {
        method,
        headers: { authorization: `SSWS ${org.token}`, ...(body !== undefined && { 'content-type': type }) },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    const { status, headers } = response;
    const text = await response.text();
    const isJson = headers.get('content-type') === 'application/json';
    return { status, headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
}

export type Send = ReturnType<typeof sender>;

export interface ValidRequest {
  readonly url: string;
  /** Values of the path parameters, in order. */
  readonly values: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly body?: unknown;
}

/** A valid request: what its path names is picked from what the org lists, or created through the API. */
export async function validRequest(send: Send, { method, path, parameters, body }: Specified): Promise<ValidRequest> {
  const values: string[] = [];
  let base = '';
  let template = '';
  for (const segment of path.split('/').slice(1)) {
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    template += `/${segment}`;
    if (name === undefined) {
      base += `/${segment}`;
      continue;
    }
    const value = await pathValue(send, { method, path, template, last: template === path, base, name, parameters });
    values.push(value);
    base += `/${encodeURIComponent(value)}`;
  }
  await arrange(send, method, path, base);
  const query = requiredQuery({ parameters });
  const sent = body && (await sendable(send, `${method} ${path}`, body, base));
  return { url: withQuery(base, query), values, query, ...sent };
}

function requiredQuery({ parameters }: Pick<Specified, 'parameters'>): Readonly<Record<string, string>> {
  const required = parameters.filter((each) => each.in === 'query' && each.required);
  return Object.fromEntries(required.map((each) => [each.name, queryValue(each)]));
}

export const withQuery = (path: string, query: Readonly<Record<string, string>>) =>
  Object.keys(query).length === 0 ? path : `${path}?${new URLSearchParams(query)}`;

interface Wanted {
  readonly method: string;
  readonly path: string;
  /** Of the path up to and with this parameter. */
  readonly template: string;
  readonly last: boolean;
  /** The path before it. */
  readonly base: string;
  readonly name: string;
  readonly parameters: readonly ParameterObject[];
}

/** Values for what the specification alone cannot know. */
const KNOWN: Readonly<Record<string, string>> = {
  roleRef: 'SUPER_ADMIN',
  appName: 'oidc_client',
  schemaId: 'default',
  permissionType: 'okta.users.read',
  memberExternalId: 'text',
};

/** Parameters that name a record of another noun, and where those are listed. */
const NOUN: Readonly<Record<string, string>> = {
  appId: '/api/v1/apps',
  allowedAppId: '/api/v1/apps',
  appInstanceId: '/api/v1/apps',
  clientId: '/api/v1/apps',
  identitySourceId: '/api/v1/apps',
  groupId: '/api/v1/groups',
  targetGroupId: '/api/v1/groups',
  userId: '/api/v1/users',
  userIdOrLogin: '/api/v1/users',
  primaryUserId: '/api/v1/users',
  policyId: '/api/v1/policies?type=ACCESS_POLICY',
  primaryRelationshipName: '/api/v1/meta/schemas/user/linkedObjects',
  relationshipName: '/api/v1/meta/schemas/user/linkedObjects',
};

/** Where a record is made when not by a POST to its list. */
const MADE_AT: Readonly<Record<string, string>> = {
  '/api/v1/idps/{}/credentials/keys': '/generate?validityYears=2',
  '/api/v1/users/{}/authenticator-enrollments': '/phone',
};

async function pathValue(send: Send, wanted: Wanted): Promise<string> {
  const { method, path, template, last, base, name, parameters } = wanted;
  const schema = parameters.find((each) => each.in === 'path' && each.name === name)?.schema;
  const { enum: listed, pattern } = schema ? (resolve(document, schema) as SchemaObject) : {};
  if (listed) return String(listed[0]);
  const list = template.slice(0, template.lastIndexOf('/'));
  const status = list === '/api/v1/users' && STATUS[shapeOf(`${method} ${path}`)];
  if (status) return (await pick(send, `${list}?filter=${encodeURIComponent(`status eq "${status}"`)}`, 'id'))!;
  if (name === 'roleAssignmentId' && path.includes('/targets/')) {
    // What limits a role depends on its type.
    const type = path.includes('/catalog/apps') ? 'APP_ADMIN' : 'USER_ADMIN';
    return (await send('POST', base, { type })).json.id;
  }
  // What is to be deleted is made for it: what is there may be Okta's own.
  const fresh = (last && method === 'DELETE') || name === 'factorId' ? await made(send, list, base, name) : undefined;
  const listing = at('GET', list);
  const picked = fresh ?? (listing && (await pick(send, withQuery(base, requiredQuery(listing)), name)));
  const value = picked ?? (await made(send, list, base, name));
  if (value !== undefined) return value;
  const noun = NOUN[name];
  const other = noun && (await pick(send, noun, noun.endsWith('linkedObjects') ? 'linkedObjectName' : 'id'));
  return other ?? KNOWN[name] ?? (pattern === undefined ? 'demo0123456789ABCDEF' : fittingId(pattern));
}

/** An id that fits a pattern: a UUID, hexadecimal, or of Okta's form with a prefix. */
function fittingId(pattern: string): string {
  if (pattern.includes('{8}')) return UUID;
  return pattern.endsWith('{24}$') ? HEX : `${/\w{3}/.exec(pattern)?.[0]}0123456789ABCDEFG`;
}

const UUID = '0b1b2b3b-4b5b-4b6b-8b7b-8b9b0b1b2b3b';
const HEX = '0b1b2b3b4b5b6b7b8b9b0b1b';

async function made(send: Send, list: string, base: string, name: string): Promise<string | undefined> {
  const way = MADE_AT[shapeOf(list)] ?? '';
  const create = at('POST', list + way.replace(/\?.*/, ''));
  if (!create || !(at('GET', `${list}/{}`) || at('DELETE', `${list}/{}`))) return undefined;
  const { type, body } = create.body ? await sendable(send, `POST ${create.path}`, create.body, base) : {};
  const answer = await send('POST', base + way, body, type);
  if (answer.status >= 300)
    throw new Error(`POST ${base}: ${answer.status} ${answer.text} for ${JSON.stringify(body)}`);
  return keyOf(answer.json, name) ?? (at('GET', list) && (await pick(send, base, name))) ?? keyOf(body, name);
}

/** The last record of a list that is not Okta's own. */
async function pick(send: Send, path: string, name: string): Promise<string | undefined> {
  const { status, json } = await send('GET', path === '/api/v1/policies' ? `${path}?type=ACCESS_POLICY` : path);
  if (status !== 200 || typeof json !== 'object') return undefined;
  const wrapped = Object.entries(json).find(([key, value]) => key !== '_links' && Array.isArray(value))?.[1];
  const items = (Array.isArray(json) ? json : ((wrapped as unknown[]) ?? [])) as Record<string, unknown>[];
  const ordinary = items
    .filter(({ signOnMode }) => signOnMode === undefined || signOnMode === 'OPENID_CONNECT')
    .filter(
      ({ system, type, status }) =>
        !system && !/^(APP_GROUP|BUILT_IN)$/.test(String(type)) && (status ?? 'ACTIVE') === 'ACTIVE',
    );
  return keyOf(ordinary.at(-1) ?? items.at(-1), name);
}

function keyOf(item: unknown, name: string): string | undefined {
  if (typeof item === 'string') return item;
  const record = (item ?? {}) as Record<string, unknown>;
  const word = name.replace(/^.*?([A-Z]?[a-z]+)$/, '$1').toLowerCase();
  const primary = (record.primary as Record<string, unknown> | undefined)?.name;
  const first = name === 'linkedObjectName' ? primary : undefined;
  const candidates = [first, record.id, record[name], record.client_id, record[word], record.kid, record.externalId];
  return [...candidates, record.name, record.label].find((value): value is string => typeof value === 'string');
}

function queryValue({ schema }: ParameterObject): string {
  const { type, enum: values, minimum } = (schema ? resolve(document, schema) : {}) as SchemaObject;
  if (values) return String(values[0]);
  if (type === 'boolean') return 'true';
  return type === 'integer' ? String(minimum ?? 2) : 'x1';
}

const samples = new Map<string, unknown>();

async function sendable(send: Send, operation: string, { content }: RequestBodyObject, path: string) {
  const [type, { schema }] = Object.entries(content)[0]!;
  if (type === 'multipart/form-data') return { type: `${type}; boundary=x`, body: FORM };
  if (!/json$/.test(type)) return { type, body: 'binary' };
  const key = JSON.stringify(schema);
  const sample = samples.get(key) ?? fitted(schema!, samplesOf(document, schema!)[0]!.value);
  samples.set(key, sample);
  const meant = MEANT[shapeOf(operation)];
  return { type, body: meant ? await meant(sample, send, path) : sample };
}

const FORM = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\nPNG\r\n--x--\r\n';

// biome-ignore lint/suspicious/noExplicitAny: bodies are put together property by property
type Meant = (sample: any, send: Send, path: string) => Promise<unknown>;

const current: Meant = async (_, send, path) => (await send('GET', path)).json;
const withLogin: Meant = async (sample) => ({
  profile: { ...sample.profile, login: 'new@example.com', email: 'new@example.com' },
});
const withRole: Meant = async () => ({ type: 'USER_ADMIN' });
const userUrl = async (send: Send) =>
  `https://atlasworks-demo.example/api/v1/users/${(await send('GET', '/api/v1/users')).json[0].id}`;
const customRole: Meant = async () => ({
  label: 'Custom',
  description: 'Custom',
  permissions: ['okta.groups.read', 'okta.users.read'],
});
/** Not a bundle of the resource, which would have to exist. */
const wholeResource: Meant = async (sample) => ({ ...sample, accessScopeSettings: { type: 'RESOURCE_DEFAULT' } });
const groupRule: Meant = async (sample, send) => ({
  ...sample,
  type: 'group_rule',
  actions: { assignUserToGroups: { groupIds: [await pick(send, '/api/v1/groups', 'id')] } },
  conditions: { expression: { type: 'urn:okta:expression:1.0', value: 'user.department=="IT"' } },
});

/** Bodies that name what has to exist, or mean something the schema does not say. */
const MEANT: Readonly<Record<string, Meant>> = {
  'PUT /api/v1/apps/{}': current,
  'POST /api/v1/apps/{}/grants': async (_, send) => ({
    issuer: `https://${new URL((await send('GET', '/.well-known/okta-organization')).json._links.organization.href).host}`,
    scopeId: 'okta.users.read',
  }),
  'PATCH /api/v1/apps/{}/groups/{}': async () => [{ op: 'replace', path: '/profile', value: {} }],
  'POST /api/v1/apps/{}/users': async (_, send) => ({
    id: (await send('GET', '/api/v1/users')).json.at(-1).id,
    scope: 'USER',
  }),
  'POST /api/v1/groups/rules': groupRule,
  'PUT /api/v1/groups/rules/{}': groupRule,
  'POST /api/v1/groups/{}/owners': async (_, send) => ({ id: await pick(send, '/api/v1/users', 'id'), type: 'USER' }),
  'POST /api/v1/groups/{}/roles': withRole,
  'POST /api/v1/users/{}/roles': withRole,
  'POST /oauth2/v1/clients/{}/roles': withRole,
  'POST /api/v1/iam/resource-sets/{}/bindings': async (_, send) => ({
    role: await made(send, '/api/v1/iam/roles', '/api/v1/iam/roles', 'id'),
    members: [await userUrl(send)],
  }),
  'PATCH /api/v1/iam/resource-sets/{}/bindings/{}/members': async (_, send) => ({ additions: [await userUrl(send)] }),
  'POST /api/v1/iam/roles': customRole,
  'POST /governance/api/v2/resources/{}/request-conditions': wholeResource,
  'PATCH /governance/api/v2/resources/{}/request-conditions/{}': wholeResource,
  'POST /api/v1/users': withLogin,
  'POST /api/v1/users/{}': withLogin,
  'PUT /api/v1/users/{}': withLogin,
};

/** Users are in the status these start from. */
const STATUS: Readonly<Record<string, string>> = {
  'POST /api/v1/users/{}/lifecycle/activate': 'STAGED',
  'POST /api/v1/users/{}/lifecycle/reactivate': 'PROVISIONED',
  'POST /api/v1/users/{}/lifecycle/unlock': 'LOCKED_OUT',
  'POST /api/v1/users/{}/lifecycle/unsuspend': 'SUSPENDED',
};

/** What must have happened before: a POST below the path, or the whole request that undoes this one. */
const BEFORE: Readonly<Record<string, string>> = {
  'DELETE /api/v1/apps/{}': 'POST /lifecycle/deactivate',
  'DELETE /api/v1/devices/{}': 'POST /lifecycle/deactivate',
  'DELETE /api/v1/eventHooks/{}': 'POST /lifecycle/deactivate',
  'POST /api/v1/devices/{}/lifecycle/activate': 'POST /../deactivate',
  'POST /api/v1/devices/{}/lifecycle/unsuspend': 'POST /../suspend',
  'PUT /api/v1/groups/rules/{}': 'POST /lifecycle/deactivate',
};

async function arrange(send: Send, method: string, path: string, url: string): Promise<void> {
  const before = BEFORE[shapeOf(`${method} ${path}`)];
  const [verb, below] = before?.split(' ') ?? [];
  if (verb && below) await send(verb, new URL(`http://x${url}${below}`.replace(/\/[^/]+\/\.\./, '')).pathname);
  // What is linked by a PUT is linked first.
  const put = method !== 'PUT' && path.endsWith('}') ? at('PUT', path) : undefined;
  if (!put || (at('GET', path) && (await send('GET', url)).status === 200)) return;
  const { type, body } = put.body ? await sendable(send, `PUT ${path}`, put.body, url) : {};
  await send('PUT', url, body, type);
  if (method === 'DELETE' && path.includes('/targets/')) await send('PUT', await anotherTarget(send, path, url));
}

/** The path of a second target: the last one of a role cannot be removed. */
async function anotherTarget(send: Send, path: string, url: string): Promise<string> {
  if (path.endsWith('{appName}')) return url.replace(/[^/]+$/, 'bookmark');
  const isGroup = path.includes('/targets/groups/');
  const other = (await send('GET', isGroup ? '/api/v1/groups' : '/api/v1/apps')).json[0];
  return url.replace(isGroup ? /[^/]+$/ : /[^/]+\/[^/]+$/, isGroup ? other.id : `${other.name}/${other.id}`);
}

/** Tried where a sample does not fit a pattern. */
const PATTERNED = ['+31201234567', UUID, HEX, 'PT1H', '1.0', 'a', 'demo', 'P'];

/** Samples know neither patterns nor lengths, of texts and of lists: where one does not fit, another text takes its place. */
export function fitted(schema: SchemaOrRef, sample: unknown): unknown {
  const value = structuredClone(sample);
  for (let round = 0; round < 10; round += 1) {
    const errors = problems(schema, value).filter(({ keyword }) =>
      /^(pattern|minLength|maxLength|minItems)$/.test(keyword),
    );
    if (errors.length === 0) break;
    for (const { instancePath, keyword, params } of errors) {
      const path = instancePath.split('/').slice(1);
      const last = path.pop()!;
      // biome-ignore lint/suspicious/noExplicitAny: samples are of any shape
      const holder = path.reduce((at: any, key) => at[key], value);
      if (keyword === 'minItems') {
        holder[last] = Array.from({ length: params.limit as number }, () => holder[last][0]);
        continue;
      }
      const old = String(holder[last]);
      if (keyword === 'minLength') holder[last] = old.padEnd(params.limit as number, 'x');
      else if (keyword === 'maxLength') holder[last] = old.slice(0, params.limit as number);
      else {
        const pattern = params.pattern as string;
        holder[last] = [...PATTERNED, fittingId(pattern)].find((text) => new RegExp(pattern).test(text));
      }
    }
  }
  return value;
}
