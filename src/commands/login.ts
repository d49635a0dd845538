import { nativeAppStrategy } from '../auth/native-app.js';
import { openLastingStore } from '../auth/open-store.js';
import type { AuthSettings } from '../auth/settings.js';
import type { Interaction } from '../auth/strategy.js';
import { parseConfig } from '../config.js';
import { OktaMcpError } from '../errors.js';
import { createLog } from '../log.js';
import { knownNames, readToolFile } from '../package-files.js';
import type { Shell } from '../shell.js';

/**
 * `okta-mcp login`: signs a person in ahead of time and keeps the session for the servers that start later.
 * @throws OktaMcpError when nobody signed in, or the configuration signs nobody in
 */
export async function runLogin({ env, out }: Shell): Promise<void> {
  const { config } = parseConfig(env, knownNames(readToolFile()), { demo: false });
  const { orgUrl, scopes } = config;
  const auth = signsIn(config.auth, 'login');
  const lasting = openLastingStore(auth.store);
  // A damaged file is replaced; a keychain that cannot be read could keep nothing either.
  const damaged = (error: unknown) => {
    if (lasting.kind !== 'file') throw error;
    return undefined;
  };
  const store = { ...lasting, read: (id: string) => lasting.read(id).catch(damaged) };
  // What the log would say is said here, except for warnings.
  const log = createLog({ ...config.log, level: 'error' });
  const strategy = nativeAppStrategy(
    { orgUrl, scopes, auth },
    { fetch: (...args) => globalThis.fetch(...args), now: Date.now, log, store },
  );
  // Waiting for a person keeps no process alive.
  const alive = setInterval(() => {}, 60_000);
  process.once('SIGINT', () => strategy.interaction?.()?.cancel());
  try {
    const interaction = await firstSignIn(strategy, orgUrl);
    if (interaction) {
      out.write(`Sign in to ${orgUrl} in a browser:\n\n  ${interaction.uri}\n`);
      if (interaction.code) out.write(`\nThe page shows this code: ${interaction.code}\n`);
      out.write(`\nWaiting until ${new Date(interaction.expiresAt).toLocaleTimeString()} ...\n`);
      if (!(await interaction.done)) throw await whyNot(strategy, orgUrl);
    }
    const granted = strategy.granted() ?? [];
    const missing = scopes.filter((scope) => !granted.includes(scope));
    out.write(`${interaction ? 'Signed in' : 'Already signed in'}. Granted: ${granted.join(' ')}\n`);
    if (missing.length > 0) out.write(`Not granted: ${missing.join(' ')}\n`);
  } finally {
    clearInterval(alive);
    await strategy.close();
  }
}

/** The settings of a person's sign-in. */
export function signsIn(auth: AuthSettings, command: string): Extract<AuthSettings, { store: unknown }> {
  if (auth.strategy === 'device' || auth.strategy === 'auth-code') return auth;
  throw new OktaMcpError(
    'config_invalid',
    `okta-mcp ${command} is for people who sign in; this configuration authenticates by ${auth.strategy}, which needs no sign-in.`,
    'Set OKTA_CLIENT_ID of a native app, without OKTA_PRIVATE_KEY, OKTA_KEY_ID and OKTA_API_TOKEN.',
  );
}

type Strategy = ReturnType<typeof nativeAppStrategy>;

/** The sign-in that is needed; none when the stored session is good. */
async function firstSignIn(strategy: Strategy, orgUrl: string): Promise<Interaction | undefined> {
  try {
    await strategy.authenticate(new Request(orgUrl), {});
    return undefined;
  } catch (error) {
    const interaction = strategy.interaction?.();
    if (interaction) return interaction;
    throw error;
  }
}

/** What became of the sign-in. Closed first, so that nothing is offered anew. */
async function whyNot(strategy: Strategy, orgUrl: string): Promise<unknown> {
  await strategy.close();
  const failure = await strategy.authenticate(new Request(orgUrl), {}).catch((error: unknown) => error);
  const broken = failure instanceof OktaMcpError && failure.code === 'cancelled';
  return broken ? new OktaMcpError('cancelled', 'Nobody signed in.', 'Run okta-mcp login again.') : failure;
}
