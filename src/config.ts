import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { isOidcScope, isSelfScope } from './auth/scopes.js';
import { type AuthSettings, readAuthSettings } from './auth/settings.js';
import { readSurroundings, type Surroundings } from './auth/surroundings.js';
import {
  DEFAULT_RESULT_BYTES,
  DEFAULT_SCOPES,
  type Environment,
  type LogLevel,
  type Report,
  ROLES,
  readEnvironment,
} from './environment.js';
import { OktaMcpError } from './errors.js';
import { parseOrgUrl } from './org-url.js';
import type { ConfirmMode } from './tools/guard.js';
import { nearest, nearestTools } from './tools/nearest.js';
import type { Surface } from './tools/surface.js';

export { configReference } from './environment.js';

/** Everything this program can be told, checked and frozen. Secrets print as `[secret]`. */
export interface Config {
  /** `https://acme.okta.com`: scheme, host and port, without a trailing slash. */
  readonly orgUrl: string;
  readonly auth: AuthSettings;
  /** In the order given, each once; may hold OIDC scopes and scopes the specification does not know. */
  readonly scopes: readonly string[];
  readonly readOnly: boolean;
  /** Absent: not restricted. */
  readonly toolsets?: readonly string[];
  /** Absent: not restricted. */
  readonly tools?: readonly string[];
  /** Administrator roles the credentials are said to hold (Okta `RoleType`); absent: not known. */
  readonly roles?: readonly string[];
  /** Which of the allowed tools are listed. */
  readonly surface: Surface;
  /** How destructive and privileged calls are confirmed. */
  readonly confirm: ConfirmMode;
  /** UTF-8 bytes that the result of a list with more than one item may have. */
  readonly resultBytes: number;
  /** Existing folder for files written for the operator. */
  readonly exportDir?: string;
  /** Existing folder that files to be sent to Okta are read from; absent: none are. */
  readonly importDir?: string;
  /** Secrets of replies are kept in files in `exportDir`, which is then present; absent: they are not kept. */
  readonly reveal?: 'file';
  /** Folder for the audit file; absent: standard error only. */
  readonly auditLog?: string;
  readonly log: { readonly level: LogLevel; readonly file?: string };
}

/** The names the configuration may mention: scopes of the specification, toolsets and tools of `generated/tools.json`. */
export interface KnownNames {
  readonly scopes: readonly string[];
  readonly toolsets: readonly string[];
  readonly tools: readonly string[];
}

export interface Problem {
  /** The environment variable at fault. */
  readonly name: string;
  readonly message: string;
  readonly fix: string;
}

/** The environment cannot be used. Lists every problem, not only the first. */
export class ConfigError extends OktaMcpError {
  constructor(readonly problems: readonly Problem[]) {
    const lines = problems.map(({ name, message, fix }) => `- ${name}: ${message} ${fix}`);
    super(
      'config_invalid',
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${lines.join('\n')}`,
      'Correct what is listed, then start again.',
      { variables: problems.map(({ name }) => name) },
    );
  }
}

/** In place of an org URL with `--demo`. Reserved by RFC 2606 section 3, so a stray request reaches nobody. */
export const DEMO_ORG_URL = 'https://okta-demo.example';

/** `${input:client_id}` of an editor, `{clientId}` and `<token>` of a guide; a JWK has quotes between its braces. */
const PLACEHOLDER = /^\$?\{[^"]*\}$|^<.*>$/s;
const CREDENTIALS = [
  'OKTA_CLIENT_ID',
  'OKTA_PRIVATE_KEY',
  'OKTA_KEY_ID',
  'OKTA_API_TOKEN',
  'OKTA_TOKEN_STORE_KEY',
] as const;
const SECRETS_DO_NOT_SIGN_IN =
  'A client secret (OKTA_CLIENT_SECRET, OKTA_M2M_CLIENT_SECRET) never gets okta.* scopes: Okta gives them to apps with a private key (OKTA_PRIVATE_KEY). The hosted server uses it for token introspection, and nothing else does.';
/** What `--demo` has no use for. */
const OF_THE_ORG = [
  'OKTA_ORG_URL',
  'OKTA_DOMAIN',
  'OKTA_AUTH',
  'OKTA_DPOP',
  'OKTA_TOKEN_STORE',
  'OKTA_REDIRECT_PORT',
  ...CREDENTIALS,
];

/**
 * The configuration the environment describes, and what about it deserves a warning. Empty variables count as unset.
 * With `demo` the org and its credentials are ignored.
 * @throws ConfigError with every problem at once, never repeating the value of a secret.
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  known: KnownNames,
  { demo }: { readonly demo: boolean },
): { config: Config; warnings: string[] } {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const report: Report = (name, message, fix) => void problems.push({ name, message, fix });
  const values = readEnvironment(env, demo ? OF_THE_ORG : [], report);

  if (!demo && (env.OKTA_CLIENT_SECRET ?? env.OKTA_M2M_CLIENT_SECRET)?.trim()) warnings.push(SECRETS_DO_NOT_SIGN_IN);
  const orgUrl = demo ? DEMO_ORG_URL : readOrgUrl(values, report, warnings);
  const auth = demo
    ? ({ strategy: 'demo' } as const)
    : readCredentials(values, readSurroundings(env), problems, report);
  const scopes = readScopes(values, known.scopes, auth, report, warnings);
  const toolsets = restriction(values.OKTA_TOOLSETS);
  const tools = restriction(values.OKTA_TOOLS);
  checkNames('OKTA_TOOLSETS', 'toolset or preset', values.OKTA_TOOLSETS?.filter(isName), known.toolsets, report);
  checkNames('OKTA_TOOLS', 'tool', values.OKTA_TOOLS?.filter(isName), known.tools, report, nearestTools);
  checkNames('OKTA_ADMIN_ROLES', 'administrator role', values.OKTA_ADMIN_ROLES, ROLES, report);
  const exportDir = readExportDir(values, report);
  const importDir = readFolder('OKTA_IMPORT_DIR', values, report);
  if (!orgUrl || !auth || problems.length > 0) throw new ConfigError(problems);

  const file = values.OKTA_LOG_FILE?.replace(/^~(?=[/\\])/, homedir());
  const config: Config = {
    orgUrl,
    auth: Object.freeze(auth),
    scopes: Object.freeze(scopes),
    readOnly: ['true', '1', 'yes'].includes(values.OKTA_READ_ONLY ?? 'false'),
    ...(toolsets && { toolsets: Object.freeze(toolsets) }),
    ...(tools && { tools: Object.freeze(tools) }),
    ...(values.OKTA_ADMIN_ROLES && { roles: Object.freeze(values.OKTA_ADMIN_ROLES) }),
    surface: values.OKTA_SURFACE ?? 'auto',
    confirm: values.OKTA_CONFIRM ?? 'auto',
    resultBytes: values.OKTA_RESULT_BYTES ?? DEFAULT_RESULT_BYTES,
    ...(exportDir && { exportDir }),
    ...(importDir && { importDir }),
    ...(values.OKTA_REVEAL === 'file' && { reveal: 'file' as const }),
    ...(values.OKTA_AUDIT_LOG && { auditLog: values.OKTA_AUDIT_LOG.replace(/^~(?=\/|$)/, homedir()) }),
    log: Object.freeze({ level: values.OKTA_LOG_LEVEL ?? 'info', ...(file && { file }) }),
  };
  return { config: Object.freeze(config), warnings };
}

function readOrgUrl(
  { OKTA_ORG_URL, OKTA_DOMAIN }: Environment,
  report: Report,
  warnings: string[],
): string | undefined {
  const name = OKTA_ORG_URL === undefined && OKTA_DOMAIN !== undefined ? 'OKTA_DOMAIN' : 'OKTA_ORG_URL';
  const value = OKTA_ORG_URL ?? OKTA_DOMAIN;
  if (!value) {
    const fix = 'Set it to the address people sign in at, for example OKTA_ORG_URL=https://acme.okta.com';
    report('OKTA_ORG_URL', 'is not set.', fix);
    return undefined;
  }
  const url = parseOrgUrl(value);
  if ('fix' in url) {
    report(name, url.message, url.fix);
    return undefined;
  }
  const other = parseOrgUrl(OKTA_DOMAIN ?? value);
  if ('fix' in other || other.origin !== url.origin) {
    report('OKTA_DOMAIN', 'names another org than OKTA_ORG_URL.', 'Unset one of the two.');
  }
  if (url.custom) {
    warnings.push(
      `${name} is outside the domains of Okta. Right if it is a custom domain of your org, otherwise a typo.`,
    );
  }
  return url.origin;
}

function readCredentials(
  values: Environment,
  surroundings: Surroundings,
  problems: readonly Problem[],
  report: Report,
): AuthSettings | undefined {
  for (const name of CREDENTIALS) {
    if (PLACEHOLDER.test(values[name] ?? '')) {
      report(name, 'still holds a placeholder instead of a value.', 'Replace it, or leave the variable empty.');
    }
  }
  return readAuthSettings(values, surroundings, (name, message, fix) => {
    // What is wrong with a variable already explains why it cannot be used.
    if (!problems.some((problem) => problem.name === name)) report(name, message, fix);
  });
}

function readScopes(
  values: Environment,
  known: readonly string[],
  auth: AuthSettings | undefined,
  report: Report,
  warnings: string[],
): string[] {
  const scopes = values.OKTA_SCOPES ?? DEFAULT_SCOPES.split(' ');
  const forApp = auth?.strategy === 'private-key-jwt';
  for (const scope of scopes) {
    if (isOidcScope(scope)) {
      warnings.push(`OKTA_SCOPES: ${scope} is about signing people in and opens no tool.`);
    } else if (!known.includes(scope)) {
      warnings.push(`OKTA_SCOPES: ${shown(scope)} is no scope of Okta's known to this version.${meant(scope, known)}`);
    } else if (forApp && isSelfScope(scope)) {
      warnings.push(
        `OKTA_SCOPES: ${scope} is for signed-in people and is left out, because an app authenticates here.`,
      );
    }
  }
  const usable = scopes.filter((scope) => known.includes(scope) && !(forApp && isSelfScope(scope)));
  if (usable.length === 0) {
    const suggestions = scopes.flatMap((scope) => nearest(scope, known, 1));
    const example = suggestions.length > 0 ? suggestions.join(' ') : DEFAULT_SCOPES;
    report(
      'OKTA_SCOPES',
      'names no scope that opens any tool.',
      `Set for example OKTA_SCOPES="${example}", or unset it.`,
    );
  }
  return scopes;
}

function readExportDir(values: Environment, report: Report): string | undefined {
  if (values.OKTA_EXPORT_DIR === undefined && values.OKTA_REVEAL === 'file') {
    const fix = 'Set OKTA_EXPORT_DIR to an existing folder that only you can read, or unset OKTA_REVEAL.';
    report('OKTA_REVEAL', 'is file, but OKTA_EXPORT_DIR does not say in which folder.', fix);
  }
  return readFolder('OKTA_EXPORT_DIR', values, report);
}

function readFolder(
  name: 'OKTA_EXPORT_DIR' | 'OKTA_IMPORT_DIR',
  values: Environment,
  report: Report,
): string | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const folder = resolve(value.replace(/^~(?=[/\\]|$)/, homedir()));
  try {
    if (statSync(folder).isDirectory()) return folder;
  } catch {}
  report(name, 'is no existing folder.', 'Create the folder, readable by you only, or name another one.');
  return undefined;
}

function checkNames(
  variable: keyof Environment,
  noun: string,
  names: readonly string[] | undefined,
  known: readonly string[],
  report: Report,
  near: typeof nearest = nearest,
): void {
  const all = variable === 'OKTA_ADMIN_ROLES' ? '' : ' docs/tools.md lists them all.';
  for (const name of names ?? []) {
    if (known.includes(name)) continue;
    const found = near(name, known);
    const others = known.length <= 40 ? `Known are: ${known.join(', ')}.` : 'Remove it.';
    const fix = `${found.length > 0 ? `Did you mean ${found.join(', ')}?` : others}${all}`;
    report(variable, `${shown(name)} is no ${noun}.`, fix);
  }
}

/** As documented for what is unset: no restriction. */
function isName(name: string): boolean {
  return name.toLowerCase() !== 'all';
}

function restriction(names: readonly string[] | undefined): readonly string[] | undefined {
  return names?.every(isName) ? names : undefined;
}

function meant(name: string, known: readonly string[]): string {
  const [closest] = nearest(name, known, 1);
  return closest ? ` Did you mean ${closest}?` : '';
}

/** Only what may be a name is repeated: a key or token pasted into the wrong variable must not reach the log. */
function shown(name: string): string {
  return /^[\w.:*-]{1,40}$/.test(name) ? `"${name}"` : 'An entry';
}
