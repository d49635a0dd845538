import { nativeApp } from '../auth/native-app.js';
import { openLastingStore } from '../auth/open-store.js';
import { parseConfig } from '../config.js';
import { createLog } from '../log.js';
import { knownNames, readToolFile } from '../package-files.js';
import type { Shell } from '../shell.js';
import { signsIn } from './login.js';

/**
 * `okta-mcp logout`: revokes the stored session of this org, app and scopes at Okta, then forgets it.
 * @throws OktaMcpError when Okta could not be told; the session is forgotten all the same
 */
export async function runLogout({ env, out }: Shell): Promise<void> {
  const { config } = parseConfig(env, knownNames(readToolFile()), { demo: false });
  const { orgUrl, scopes } = config;
  const log = createLog({ ...config.log, level: 'warn' });
  const auth = signsIn(config.auth, 'logout');
  const { session } = nativeApp(
    { orgUrl, scopes, auth },
    { fetch: (...args) => globalThis.fetch(...args), now: Date.now, log, store: openLastingStore(auth.store) },
  );
  const ended = await session.end();
  out.write(ended ? `Signed out of ${orgUrl}: revoked and forgotten.\n` : `Nobody was signed in to ${orgUrl}.\n`);
}
