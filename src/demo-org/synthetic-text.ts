import type { Org } from './org.js';
import type { Random } from './random.js';
import type { Shape } from './schema-shape.js';

/** Where invented text comes from. */
export interface Source {
  readonly org: Org;
  readonly random: Random;
  /** Path of the record, for its links. */
  readonly path: string;
}

/** Okta's id prefixes by the word a property or a path parameter starts with; others are made up of their initials. */
const PREFIXES: Readonly<Record<string, string>> = {
  user: '00u',
  owner: '00u',
  member: '00u',
  group: '00g',
  app: '0oa',
  client: '0oa',
  idp: '0oa',
  policy: '00p',
  rule: 'rul',
  authServer: 'aus',
  role: 'cr0',
  resourceSet: 'iam',
  brand: 'bnd',
  theme: 'thd',
  zone: 'nzo',
  domain: 'OcD',
  session: '102',
  token: 'oar',
  apiToken: '00T',
  grant: 'oag',
  scope: 'scp',
  claim: 'ocl',
  authenticator: 'aut',
  behavior: 'bhv',
  inlineHook: 'cal',
  eventHook: 'who',
  logStream: '0oa',
  realm: 'guo',
  device: 'guo',
  mapping: 'prm',
  trustedOrigin: 'tos',
  factor: 'opf',
  type: 'oty',
};

/** The id prefix for a parameter or property such as `captchaId`. */
export function prefixOf(name: string): string {
  const noun = name.replace(/(Id|OrLabel|OrLogin)+s?$/, '');
  const known = Object.keys(PREFIXES).find((word) => noun.toLowerCase().endsWith(word.toLowerCase()));
  return (known && PREFIXES[known]) ?? noun.toLowerCase().slice(0, 3).padEnd(3, '0');
}

const WORDS = ['Amber', 'Birch', 'Cobalt', 'Delta', 'Ember', 'Fjord', 'Garnet', 'Harbor', 'Indigo', 'Juniper'];

/** Tried in turn where a pattern decides what fits. */
const PATTERNED = ['Demo', 'demo', 'PT1H', '+31201234567', '1.0.0', '1.0', 'd', '1', 'https://demo.atlasworks.example'];

/** Text that fits name, format, pattern and length. */
export function textFor(source: Source, name: string, shape: Shape): string {
  const text = shape.pattern === undefined ? plain(source, name, shape.format) : patterned(source, shape.pattern);
  return text.padEnd(shape.minLength, '0').slice(0, shape.maxLength);
}

function patterned({ random }: Source, pattern: string): string {
  const expression = new RegExp(pattern);
  const id = idOf(random, pattern);
  return [...(id === undefined ? [] : [id]), random.uuid(), ...PATTERNED].find((text) => expression.test(text)) ?? '';
}

/** An id of the form a pattern asks for: a UUID, hexadecimal digits, or Okta's with a prefix. Undefined for other patterns. */
export function idOf(random: Random, pattern: string): string | undefined {
  if (pattern.includes('{8}-')) return random.uuid();
  const digits = /^\^\[(?:a-fA-F\\d|0-9a-f)\]\{(\d+)\}\$$/.exec(pattern)?.[1];
  if (digits !== undefined) return random.hex(Number(digits));
  const prefix = /^\^?\(?(\w{3})(?:\|\w+\))?\[0-9a-zA-Z\]\+\$?$/.exec(pattern)?.[1];
  return prefix === undefined ? undefined : random.id(prefix);
}

function plain({ org, random, path }: Source, name: string, format: string | undefined): string {
  switch (format) {
    case 'date-time':
      return org.date(org.epoch - (1 + random.below(400)) * 86_400_000);
    case 'date':
      return org.date(org.epoch).slice(0, 10);
    case 'email':
      return 'demo@atlasworks.example';
    case 'uri':
      return name === 'href' || name === 'self' ? org.url(path) : `https://www.atlasworks.example/${kebab(name)}`;
    case 'byte':
    case 'binary':
      return Buffer.from(`invented ${name}`).toString('base64');
  }
  if (name === 'href') return org.url(path);
  if (name === 'id' || /Id$/.test(name)) return random.id(prefixOf(name === 'id' ? lastNoun(path) : name));
  if (/^(created|lastUpdated|.*(At|Date|Timestamp))$/.test(name)) return org.date(org.epoch);
  if (/e?mail/i.test(name)) return 'demo@atlasworks.example';
  if (/(url|uri|href|website)$/i.test(name)) return `https://www.atlasworks.example/${kebab(name)}`;
  if (/phone/i.test(name)) return '+31201234567';
  if (/domain/i.test(name)) return 'demo.atlasworks.example';
  if (/^(name|label|displayName|title)$/.test(name)) return `${random.pick(WORDS)} ${name} (demo)`;
  return `invented ${kebab(name) || 'text'}`;
}

/** The noun of a collection path, in the singular: `captcha` of `/api/v1/captchas`. */
export function lastNoun(path: string): string {
  const segments = path.split('/').filter((segment) => /^[a-zA-Z-]+$/.test(segment));
  const noun = (segments.at(-1) ?? 'record').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return noun
    .replace(/ies$/, 'y')
    .replace(/(ss)?es$|s$/, (ending) => (ending === 'es' ? 'e' : ending === 's' ? '' : 'ss'));
}

function kebab(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
