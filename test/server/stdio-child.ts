import { mcpServerFactory } from '../../src/server/mcp.js';
import { serveStdio } from '../../src/server/stdio.js';
import { claimStdout } from '../../src/server/stdout.js';
import { createToolbox } from '../../src/tools/call.js';
import { Catalog } from '../../src/tools/catalog.js';
import { localTool, operationsFor, recordingClient, reply, tool, toolFile, unguarded } from '../tools/fixture.js';

// A server over stdio with two gated tools, one active, and local ones that misbehave. Run as a process.
const stdout = claimStdout();
let scopes = ['okta.users.read'];
const tools = [tool('list_users', { page: { resumable: false } }), tool('list_apps', { scopes: [['okta.apps.read']] })];
const toolbox = createToolbox({
  all: Catalog.parse(toolFile(...tools)),
  grant: () => ({ scopes, credential: 'oauth' }),
  operations: operationsFor(tools),
  client: recordingClient(() => reply([{ id: '00u1', name: 'Zoë — 山田' }])),
  ...unguarded,
  log: { error: () => {} },
  local: () => [
    localTool('make_noise', () => {
      console.log('noise from console.log');
      console.info('noise %s', 'from console.info');
      console.table([{ noise: 'from console.table' }]);
      process.stdout.write('noise from process.stdout.write\n');
      process.stdout.write(Buffer.from('{"noise": "that is JSON"}\n'));
      return { ok: true };
    }),
    localTool('lose_scopes', () => {
      scopes = [];
      toolbox.refresh();
      return { ok: true };
    }),
  ],
});
await serveStdio(
  mcpServerFactory(toolbox, { version: '0.0.0', demo: true }),
  stdout,
  () => {},
  new AbortController().signal,
);
