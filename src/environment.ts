import { z } from 'zod';
import { DPOP_MODES } from './auth/dpop.js';
import { CONFIGURABLE_STRATEGIES, DEFAULT_REDIRECT_PORT } from './auth/settings.js';
import { STORE_KINDS } from './auth/token-store.js';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Okta's `RoleType`, management API 2026.06.3. */
export const ROLES = [
  'ACCESS_CERTIFICATIONS_ADMIN',
  'ACCESS_REQUESTS_ADMIN',
  'API_ACCESS_MANAGEMENT_ADMIN',
  'APP_ADMIN',
  'CUSTOM',
  'GROUP_MEMBERSHIP_ADMIN',
  'HELP_DESK_ADMIN',
  'ORG_ADMIN',
  'READ_ONLY_ADMIN',
  'REPORT_ADMIN',
  'SUPER_ADMIN',
  'USER_ADMIN',
  'WORKFLOWS_ADMIN',
];

/** About 6,000 tokens: a client can take several such results in one conversation. */
export const DEFAULT_RESULT_BYTES = 24_000;

export const DEFAULT_SCOPES = 'okta.users.read okta.groups.read';

/** Environment files of containers keep the quotes around a value. */
export const text = z
  .string()
  .optional()
  .transform(
    (value) =>
      value
        ?.trim()
        .replace(/^(["'])(.*)\1$/s, '$2')
        .trim() || undefined,
  );

export const list = text.transform((value) => {
  const items = [...new Set(value?.split(/[\s,]+/).filter(Boolean))];
  return items.length > 0 ? items : undefined;
});

export function choice<const T extends string>(values: readonly T[]) {
  return text.transform((value, context) => {
    const chosen = values.find((candidate) => candidate === value?.toLowerCase());
    if (value && !chosen) {
      const fix = `Set it to one of: ${values.join(', ')}.`;
      context.addIssue({ code: 'custom', message: 'has a value it cannot have.', params: { fix } });
    }
    return chosen;
  });
}

export function wholeNumber(min: number) {
  return text.transform((value, context) => {
    const number = Number(value);
    if (!value || (/^\d+$/.test(value) && number >= min && Number.isSafeInteger(number)))
      return value ? number : undefined;
    const fix = `Set it to a whole number, ${min} or more.`;
    context.addIssue({ code: 'custom', message: 'has a value it cannot have.', params: { fix } });
    return undefined;
  });
}

const environment = z.object({
  OKTA_ORG_URL: text.meta({
    description: 'Address of the org, with or without https://. Not the -admin address, no path.',
  }),
  OKTA_DOMAIN: text.meta({
    description: 'The same as `OKTA_ORG_URL`, under the name other Okta tools use. Set only one of them.',
  }),
  OKTA_CLIENT_ID: text.meta({
    description:
      'Client ID of the app. With `OKTA_PRIVATE_KEY`, an API Services app; alone, a native app that people sign in to.',
  }),
  OKTA_PRIVATE_KEY: text.meta({
    description:
      'Private key of the app: PEM (PKCS#8, PKCS#1, SEC 1) or JWK, also on one line or in base64, or the path of its file. RSA of 2048 bits or more, or EC P-256, P-384, P-521. A JWK Set may hold several: where Okta refuses one, the next is used. The file is read again for every token.',
  }),
  OKTA_KEY_ID: text.meta({
    description: 'Key id (kid) of the key as registered with the app. Not needed for a JWK that carries it.',
  }),
  OKTA_API_TOKEN: text.meta({
    description: 'API token (SSWS), instead of an app. It acts with the admin role of the person who created it.',
  }),
  OKTA_AUTH: choice(CONFIGURABLE_STRATEGIES).meta({
    description:
      'How to authenticate: `api-token`, `private-key-jwt`, `device` (people sign in on any device) or `auth-code` (people sign in in the browser of this machine). Needed for `auth-code`, and when an API token and a private key are both set.',
    default: 'derived from the credentials that are set',
  }),
  OKTA_DPOP: choice(DPOP_MODES).meta({
    description:
      'Proof of possession (DPoP, RFC 9449) with OAuth tokens: `auto` once the app requires it, `always`, or `never`.',
    default: 'auto',
  }),
  OKTA_TOKEN_STORE: choice(STORE_KINDS).meta({
    description:
      'Where the session of a signed-in person outlives the process: `keychain` of the operating system, encrypted `file`, or `memory` (not at all). `auto` is the keychain, and memory in containers and CI.',
    default: 'auto',
  }),
  OKTA_TOKEN_STORE_KEY: text.meta({
    description:
      'Encrypts the file of `OKTA_TOKEN_STORE=file`: 32 bytes in base64 or hex (`openssl rand -base64 32`), or a passphrase of 16 characters or more.',
  }),
  OKTA_REDIRECT_PORT: text.meta({
    description:
      'Port of this machine that the browser comes back to with `OKTA_AUTH=auth-code`. Register http://localhost:<port>/callback with the app.',
    default: String(DEFAULT_REDIRECT_PORT),
  }),
  OKTA_SCOPES: list.meta({
    description:
      'Scopes to ask for, separated by spaces, commas or newlines. Tools outside them are neither listed nor called, with an API token too. Of the few tools that need no scope, those that change nothing are always there; one that changes something is off unless `OKTA_TOOLS` names it or `OKTA_TOOLSETS` its toolset or preset.',
    default: DEFAULT_SCOPES,
  }),
  OKTA_READ_ONLY: choice(['true', 'false', '1', '0', 'yes', 'no']).meta({
    description:
      '`true`: only tools that change nothing. Those that read secrets or keys out are off as well, although they change nothing either.',
    default: 'false',
  }),
  OKTA_TOOLSETS: list.meta({
    description:
      'Only tools of these toolsets or presets (`helpdesk`, `security-audit` ..., see docs/presets.md), separated like scopes. `auto` lists presets whole, as long as no more than 100 tools are listed.',
    default: 'all',
  }),
  OKTA_TOOLS: list.meta({ description: 'Only these tools, separated like scopes.', default: 'all' }),
  OKTA_ADMIN_ROLES: list.meta({
    description: `Administrator roles the credentials hold: ${ROLES.join(', ')}. Hides tools that certainly need another one.`,
    default: 'not known, hides nothing',
  }),
  OKTA_SURFACE: choice(['auto', 'direct', 'discover']).meta({
    description:
      'Which of the allowed tools are listed; all of them can be called. `auto`: the curated ones, or those of `OKTA_TOOLS`, and presets whole, up to 100; above that only the most used ones, beside the presets as long as these fit into 100; the others are found and called through `find_tools` and `call_tool`. `direct`: all. `discover`: only `find_tools` and its like, about 1,500 tokens.',
    default: 'auto',
  }),
  OKTA_CONFIRM: choice(['auto', 'elicit', 'two-step', 'off']).meta({
    description:
      'How destructive and privileged calls are confirmed. `auto`: by a person, where the MCP client can ask one; elsewhere destructive calls take two steps of the model, and privileged ones are refused. `elicit`: by a person or not at all. `two-step`: where nobody can be asked, privileged calls take two steps too. `off`: destructive calls are not confirmed, privileged ones still are.',
    default: 'auto',
  }),
  OKTA_RESULT_BYTES: wholeNumber(2_000).meta({
    description:
      'Largest result of a list, in bytes (UTF-8), at least 2000. A longer page shows the items that fit and how to go on; a single item is shown whole.',
    default: String(DEFAULT_RESULT_BYTES),
  }),
  OKTA_EXPORT_DIR: text.meta({
    description:
      'Existing folder for files this server writes for its operator. Files in it are new, readable by their owner only, and never overwritten.',
  }),
  OKTA_IMPORT_DIR: text.meta({
    description:
      'Existing folder with files to be sent to Okta: logos, other images, certificates. A tool reads them by a path in it; nothing outside is read. Only over stdio; without it, the content itself is given, in base64.',
  }),
  OKTA_REVEAL: choice(['off', 'file']).meta({
    description:
      'What happens to secrets that Okta answers: client secrets, temporary passwords, activation and reset links. They are never part of a result. `file`: they are kept in a new file in the folder of `OKTA_EXPORT_DIR`, which the result names. `off`: they are not kept.',
    default: 'off',
  }),
  OKTA_AUDIT_LOG: text.meta({
    description:
      'Existing folder in which each process keeps an audit file of JSON lines, readable by its owner only. Writes and refusals go to standard error in any case.',
  }),
  OKTA_LOG_LEVEL: choice(LOG_LEVELS).meta({ description: `One of ${LOG_LEVELS.join(', ')}.`, default: 'info' }),
  OKTA_LOG_FILE: text.meta({ description: 'File to append the log to.', default: 'standard error' }),
});

/** What was set, trimmed; undefined where nothing usable was. */
export type Environment = z.output<typeof environment>;

/** Every environment variable of a set, for the documentation. */
export function configReference(
  set: z.ZodObject = environment,
): { name: string; description: string; default?: string }[] {
  return Object.entries(set.shape).map(([name, field]) => {
    const { description = '', default: fallback } = (field as z.ZodType).meta() ?? {};
    return typeof fallback === 'string' ? { name, description, default: fallback } : { name, description };
  });
}

/** Takes down what is wrong with a variable and how to right it. */
export type Report = (name: keyof Environment, message: string, fix: string) => void;

/** Reads each variable on its own, so that one bad value hides no other. Those in `ignored` stay undefined. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  ignored: readonly string[],
  report: Report,
): Environment {
  return readVariables(environment, env, ignored, report as (name: string, message: string, fix: string) => void);
}

/** The same for any set of variables. */
export function readVariables<Set extends z.ZodObject>(
  set: Set,
  env: Readonly<Record<string, string | undefined>>,
  ignored: readonly string[],
  report: (name: string, message: string, fix: string) => void,
): z.output<Set> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(set.shape)) {
    if (ignored.includes(name)) continue;
    const result = (field as z.ZodType).safeParse(env[name]);
    if (result.success) values[name] = result.data;
    for (const issue of result.error?.issues ?? []) {
      const fix = issue.code === 'custom' ? String(issue.params?.fix) : 'Correct it.';
      report(name, issue.message, fix);
    }
  }
  return values as z.output<Set>;
}
