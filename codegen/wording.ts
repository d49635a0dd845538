import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { Phrase } from './coverage-config.js';
import { details } from './details.js';
import type { ApiOperation, Document } from './document.js';
import { singular, spaced, withArticle, wordsOf } from './words.js';

/** What a model reads to choose a tool. */
export interface Wording {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** Tokens of a composed description, and characters of a name. */
const DESCRIPTION = 45;
const NAME = 48;

/** Shorter words for names, applied in this order until a name fits. */
const SHORTER: readonly (readonly [from: RegExp, to: string])[] = [
  [/application_administrator|app_administrator/, 'app_admin'],
  [/security_access_review/, 'access_review'],
  [/provisioning_connection/, 'provisioning'],
  [/identity_provider/, 'idp'],
  [/authorization_server/, 'auth_server'],
  [/custom_telephony/, 'telephony'],
  [/json_web_key/, 'jwk'],
  [/notification_type_/, ''],
  [/_preregistration/, '_prereg'],
  [/configuration/, 'config'],
  [/memberships/, 'members'],
  [/_instance/, ''],
  [/_credentials?/, ''],
  // A preposition goes together with one of its underscores.
  [/_(for|of|from|to|in|by|as)(?=_)/, ''],
];

/** Words of ids that mean the same as a more common one. */
const SAID: Readonly<Record<string, string>> = { application: 'app', applications: 'apps', retrieve: 'get' };

/** Acronyms and expansions, for people. */
const SPOKEN: Readonly<Record<string, string>> = {
  aaguid: 'AAGUID',
  aaguids: 'AAGUIDs',
  api: 'API',
  captcha: 'CAPTCHA',
  cors: 'CORS',
  csr: 'certificate signing request',
  csrs: 'certificate signing requests',
  dr: 'disaster recovery',
  id: 'ID',
  idp: 'identity provider',
  jwk: 'JSON Web Key',
  jwks: 'JSON Web Keys',
  oauth: 'OAuth',
  oauth2: 'OAuth',
  okta: 'Okta',
  otp: 'OTP',
  pin: 'PIN',
  rp: 'RP',
  sms: 'SMS',
  ssf: 'SSF',
  ui: 'UI',
  uri: 'URI',
  uris: 'URIs',
  webauthn: 'WebAuthn',
  yubikey: 'YubiKey',
};

const PREPOSITIONS = new Set(['for', 'of', 'to', 'from', 'and']);
const DETERMINED = new Set(['all', 'default', 'my', 'the', 'one', 'primary']);

/**
 * Name, title and description of an operation, composed from its id, path and shape, or as a person phrased it.
 * @param nouns what things are, for people who do not know their name
 * @param secrets JSON pointers into the reply of what no result shows
 */
export function wordingOf(
  { api, document }: { readonly api: ApiOperation; readonly document: Document },
  phrase: Phrase | undefined,
  nouns: Readonly<Record<string, string>>,
  secrets: readonly string[] = [],
): Wording {
  const stated = typeof phrase === 'string' ? { says: phrase } : (phrase ?? {});
  const words = wordsOf(api.id).map((word) => SAID[word] ?? word);
  const sentences = [
    stated.says ?? explained(sentence(api, document, words), nouns),
    ...lifecycle(api),
    ...(stated.says === undefined ? details(api, document, secrets) : []),
  ];
  while (sentences.length > 1 && countTokens(sentences.join(' ')) > DESCRIPTION) sentences.pop();
  const name = stated.name ?? nameOf(words);
  return { name, title: titleOf(stated.name?.split('_') ?? words), description: sentences.join(' ') };
}

function nameOf(words: readonly string[]): string {
  let name = words.filter((word) => word !== 'v2').join('_');
  for (const [from, to] of SHORTER) while (name.length > NAME && from.test(name)) name = name.replace(from, to);
  return name;
}

function titleOf(words: readonly string[]): string {
  const spoken = speakAll(words.filter((word) => word !== 'v2'));
  return spoken[0]!.toUpperCase() + spoken.slice(1);
}

function speakAll(words: readonly string[]): string {
  const text = words.map((word) => SPOKEN[word] ?? word).join(' ');
  return text.replace(/\bjson web key/g, 'JSON Web Key').replace(/\bwell known/g, 'well-known');
}

/** `Read one federated claim of an app.` */
function sentence(api: ApiOperation, document: Document, words: readonly string[]): string {
  const [verb = '', ...rest] = words;
  const mine = rest[0] === 'my';
  const object = withSingularParents(
    (mine ? rest.slice(1) : rest).filter((word) => word !== 'instance' && word !== 'v2'),
    api.path,
  );
  const plain = object.filter((word) => word !== 'all');
  const { text, action } = predicate(api, document, verb, verb === 'list' || verb === 'get' ? plain : object);
  const owner = mine ? ' of the signed-in user' : '';
  const said = `${text}${owner}${parentsOf(api, [...object, ...(action ? [verb] : [])])}.`;
  return isPartial(api, document, verb) ? said.replace(/\.$/, '; the rest is kept.') : said;
}

/** `agent pools update` to `agent pool update`: the path leads through one pool. */
function withSingularParents(object: readonly string[], path: string): string[] {
  const parents = [...path.matchAll(/([^/{}]+)\/\{[^}]*\}(?=\/)/g)].map((match) => match[1]!);
  const text = parents.reduce((said, noun) => said.replace(`${spaced(noun)} `, `${singular(noun)} `), object.join(' '));
  return text === '' ? [] : text.split(' ');
}

/** A POST beside a PUT that replaces: it changes what is given only. */
function isPartial({ method, path }: ApiOperation, { paths }: Document, verb: string): boolean {
  return method === 'POST' && verb === 'update' && paths[path]?.put !== undefined;
}

/** Adds what the thing is that the sentence is about, or ends with: the longest of `nouns`, singular or plural. */
function explained(text: string, nouns: Readonly<Record<string, string>>): string {
  const [head = '', ...parents] = text.replace(/^.* fields of |(; .*)?\.$/g, '').split(/ (?=(?:of|for|to|from|and) )/);
  const about = [head, parents.at(-1) ?? head];
  const [found] = Object.keys(nouns)
    .filter((noun) => {
      const end = new RegExp(`(^| )${noun.replace(/y$/, '(y|ie)')}s?( instances?)?$`);
      return about.some((part) => end.test(part));
    })
    .sort((a, b) => b.length - a.length);
  return found === undefined ? text : text.replace(/(; .*)?\.$/, ` (${nouns[found]})$&`);
}

function predicate(
  api: ApiOperation,
  document: Document,
  verb: string,
  object: readonly string[],
): { text: string; action: boolean } {
  const phrase = spoken(object, false);
  const item = api.path.endsWith('}');
  const one = spoken(item ? withSingularHead(object) : object, true);
  switch (verb) {
    case 'list':
      return { text: `List ${phrase}`, action: false };
    case 'get':
      return {
        text: isPlural(object) ? `List ${phrase}` : item ? `Read one ${phrase}` : `Read the ${phrase}`,
        action: false,
      };
    case 'create':
      return { text: `Create ${one}`, action: false };
    case 'add':
      return { text: `Add ${one}`, action: false };
    case 'replace':
      return { text: `Replace all fields of ${one}`, action: false };
    case 'update': {
      const some = api.method === 'PATCH' || isPartial(api, document, verb);
      return { text: some ? `Change fields of ${one}` : `Update ${one}`, action: false };
    }
    default:
      return { text: `${titleOf([verb])}${object.length === 0 ? '' : ` ${one}`}`, action: true };
  }
}

/** Of a path that ends in an id: what is meant is one thing, however the id of the operation has it. */
function withSingularHead(words: readonly string[]): string[] {
  const end = words.findIndex((word) => PREPOSITIONS.has(word));
  const head = (end === -1 ? words.length : end) - 1;
  return words.map((word, index) => (index === head && isPlural([word]) ? singular(word) : word));
}

function isPlural(words: readonly string[]): boolean {
  const at = words.findIndex((word) => PREPOSITIONS.has(word));
  return (
    /[^su]s$/.test(words[at === -1 ? words.length - 1 : at - 1] ?? '') &&
    !/settings$|details$|stats$/.test(words.join(' '))
  );
}

/** Words as a phrase, with articles after prepositions, and before it when one thing is meant. */
function spoken(words: readonly string[], article: boolean): string {
  const groups: string[][] = [[]];
  for (const word of words) {
    if (PREPOSITIONS.has(word)) groups.push([word]);
    else groups.at(-1)!.push(word);
  }
  return groups
    .filter((group) => group.length > 0)
    .map((group, index) => {
      const preposition = PREPOSITIONS.has(group[0]!) && group.length > 1 ? group[0]! : undefined;
      const nouns = preposition === undefined ? group : group.slice(1);
      const text = speakAll(nouns);
      const bare = isPlural(nouns) || DETERMINED.has(nouns[0] ?? '') || /settings?$/.test(text);
      const said = (index > 0 || article) && nouns.length > 0 && !bare ? withArticle(text) : text;
      return preposition === undefined ? said : `${preposition} ${said}`;
    })
    .join(' ');
}

const API =
  /^\/(api|governance\/api|oauth2|integrations\/api|okta-personal-settings\/api|privileged-access\/api|webauthn-registration\/api|security\/api)\/v\d+/;

/** ` of a role assignment of a group`: what the path names and the phrase does not. */
function parentsOf({ path }: ApiOperation, said: readonly string[]): string {
  const parts = path.replace(API, '').split('/').filter(Boolean);
  const heads = new Set(said.map((word) => singular(word)));
  const parents: string[] = [];
  for (const [index, part] of parts.entries()) {
    const noun = parts[index - 1];
    if (!part.startsWith('{') || noun === undefined || noun.startsWith('{') || index === parts.length - 1) continue;
    const parent = PARENTS[`${noun}/${part}`] ?? PARENTS[noun] ?? singular(noun);
    const words = parent.toLowerCase().split(' ');
    if (!words.some((word) => heads.has(word))) parents.unshift(parent);
    for (const word of words) heads.add(word);
  }
  return parents.map((parent) => ` of ${withArticle(parent)}`).join('');
}

const PARENTS: Readonly<Record<string, string>> = {
  idps: 'identity provider',
  'roles/{roleAssignmentId}': 'role assignment',
  'roles/{roleIdOrLabel}': 'custom role',
  'roles/{roleRef}': 'role',
  authorizationServers: 'authorization server',
  clients: 'OAuth client',
  agentPools: 'agent pool',
  jwks: 'JSON Web Key',
};

function lifecycle({ operation }: ApiOperation): string[] {
  const stage = operation['x-okta-lifecycle']?.lifecycle;
  if (operation.deprecated === true) return ['Deprecated.'];
  return stage === 'EA' ? ['Early access.'] : stage === 'BETA' ? ['Beta.'] : [];
}
