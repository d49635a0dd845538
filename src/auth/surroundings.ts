import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the machine offers for signing in people. */
export interface Surroundings {
  /** For files of this program that outlive it. */
  readonly stateDirectory: string;
  /** A browser can be opened for the person at this machine. */
  readonly browser: boolean;
  /** Not a container or CI job, where a keychain would be nobody's. */
  readonly keychain: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Files that container runtimes put into every container. */
const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv'];

export function readSurroundings(
  env: Variables,
  platform: NodeJS.Platform = process.platform,
  exists: (path: string) => boolean = existsSync,
): Surroundings {
  const contained = Boolean(env.KUBERNETES_SERVICE_HOST || env.container) || CONTAINER_MARKS.some(exists);
  const unattended = contained || (Boolean(env.CI) && env.CI !== 'false');
  const screen = platform === 'linux' ? Boolean(env.DISPLAY || env.WAYLAND_DISPLAY) : !env.SSH_CONNECTION;
  return {
    stateDirectory: stateDirectory(env, platform),
    browser: !unattended && screen,
    keychain: !unattended,
  };
}

function stateDirectory(env: Variables, platform: NodeJS.Platform): string {
  const home = env.HOME || env.USERPROFILE || homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'okta-mcp');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'okta-mcp');
  return join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'okta-mcp');
}
