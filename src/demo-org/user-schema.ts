import { notFound } from './errors.js';
import { ok } from './exchange.js';
import type { Org } from './org.js';
import type { AddRoute } from './router.js';

/** Attributes of Okta's base user schema, all strings. */
const BASE = (
  'login firstName lastName middleName honorificPrefix honorificSuffix email title displayName nickName profileUrl ' +
  'secondEmail mobilePhone primaryPhone streetAddress city state zipCode countryCode postalAddress preferredLanguage ' +
  'locale timezone userType employeeNumber costCenter organization division department managerId manager'
).split(' ');

/** What the invented company added to its schema. */
const CUSTOM = {
  startDate: { title: 'Start date', type: 'string', scope: 'NONE' },
  badgeNumber: { title: 'Badge number', type: 'integer', scope: 'NONE' },
  remote: { title: 'Works remotely', type: 'boolean', scope: 'NONE' },
  skills: { title: 'Skills', type: 'array', items: { type: 'string' }, scope: 'NONE' },
} as const;

const TYPES: ReadonlyMap<string, string> = new Map([
  ...BASE.map((name) => [name, 'string'] as const),
  ...Object.entries(CUSTOM).map(([name, { type }]) => [name, type] as const),
]);

/** Name and JSON type of every attribute a user profile may hold. */
export function profileAttributes(_org: Org): ReadonlyMap<string, string> {
  return TYPES;
}

export function routeUserSchema(add: AddRoute): void {
  add('GET', '/api/v1/meta/schemas/user/{schemaId}', (x) => {
    const id = x.param('schemaId');
    if (id !== 'default') throw notFound(id, 'UserSchema');
    return ok(schema(x.org));
  });
  add('GET', '/api/v1/meta/schemas/group/default', (x) =>
    ok({
      ...heading(x.org, 'group', 'Okta group'),
      definitions: {
        base: {
          id: '#base',
          type: 'object',
          properties: { name: attribute('Name', true), description: attribute('Description', false) },
          required: ['name'],
        },
        custom: { id: '#custom', type: 'object', properties: {}, required: [] },
      },
      properties: { profile: { allOf: [{ $ref: '#/definitions/custom' }, { $ref: '#/definitions/base' }] } },
    }),
  );
}

function schema(org: Org): object {
  const required = ['login', 'firstName', 'lastName', 'email'];
  const base = BASE.map((name) => [name, attribute(title(name), required.includes(name))]);
  const custom = Object.entries(CUSTOM).map(([name, facts]) => [name, { ...facts, ...governed(false) }]);
  return {
    ...heading(org, 'user', 'User'),
    definitions: {
      base: { id: '#base', type: 'object', properties: Object.fromEntries(base), required },
      custom: { id: '#custom', type: 'object', properties: Object.fromEntries(custom), required: [] },
    },
    properties: { profile: { allOf: [{ $ref: '#/definitions/custom' }, { $ref: '#/definitions/base' }] } },
  };
}

function heading(org: Org, kind: 'user' | 'group', title: string): object {
  const path = `/api/v1/meta/schemas/${kind}/default`;
  return {
    id: org.url(path),
    $schema: 'http://json-schema.org/draft-04/schema#',
    name: kind,
    title,
    type: 'object',
    created: org.date(org.epoch),
    lastUpdated: org.date(org.epoch),
    _links: { self: { rel: 'self', href: org.url(path), method: 'GET' } },
  };
}

function attribute(name: string, required: boolean): object {
  return { title: name, type: 'string', ...governed(required), ...(required && { required }) };
}

function governed(required: boolean): object {
  return {
    mutability: 'READ_WRITE',
    scope: 'NONE',
    permissions: [{ principal: 'SELF', action: required ? 'READ_WRITE' : 'READ_ONLY' }],
    master: { type: 'PROFILE_MASTER' },
  };
}

function title(name: string): string {
  const words = name.replace(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
