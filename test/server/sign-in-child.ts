import { InteractionRequired } from '../../src/auth/interaction.js';
import type { Interaction } from '../../src/auth/strategy.js';
import { mcpServerFactory } from '../../src/server/mcp.js';
import { serveStdio } from '../../src/server/stdio.js';
import { claimStdout } from '../../src/server/stdout.js';
import { createToolbox } from '../../src/tools/call.js';
import { Catalog } from '../../src/tools/catalog.js';
import { localTool, operationsFor, recordingClient, reply, tool, toolFile, unguarded } from '../tools/fixture.js';

// A server over stdio whose Okta wants somebody to sign in; a moment after the link is there, somebody has.
const stdout = claimStdout();
let signedIn = false;
let cancelled = 0;
let pending: Interaction | undefined;

function offer(): Interaction {
  const done = new Promise<boolean>((resolve) => {
    setTimeout(() => {
      signedIn = true;
      resolve(true);
    }, 50);
  });
  const uri = 'https://acme.okta.com/activate?user_code=ABCD';
  const cancel = () => {
    cancelled += 1;
    pending = undefined;
  };
  return { uri, code: 'ABCD', expiresAt: Date.now() + 600_000, done, cancel };
}

const tools = [tool('list_users'), tool('list_apps', { scopes: [['okta.apps.read']] })];
const toolbox = createToolbox({
  all: Catalog.parse(toolFile(...tools)),
  grant: () => ({ scopes: ['okta.users.read'], credential: 'oauth' }),
  operations: operationsFor(tools),
  client: recordingClient(() => {
    if (signedIn) return reply({ id: '00u1' });
    pending ??= offer();
    throw new InteractionRequired(pending);
  }),
  ...unguarded,
  log: { error: () => {} },
  local: () => [
    localTool('count_offers', () => ({ cancelled })),
    localTool('begin_offer', () => {
      pending ??= offer();
      return {};
    }),
  ],
});
await serveStdio(
  mcpServerFactory(toolbox, { version: '0.0.0', demo: false, interaction: () => pending }),
  stdout,
  () => {},
  new AbortController().signal,
);
