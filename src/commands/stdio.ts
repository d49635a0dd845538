import { claimStdout } from '../server/stdout.js';
import type { Shell } from '../shell.js';

/**
 * `okta-mcp stdio`: serves MCP until the client closes stdin or the process is asked to stop.
 * @throws ConfigError when the environment cannot be used
 */
export async function runStdio({ env, version }: Shell, { demo }: { readonly demo: boolean }): Promise<void> {
  // Before anything else is loaded, because loading may already print.
  const stdout = claimStdout();
  const [
    { parseConfig },
    { createLog },
    { knownNames, readToolFile },
    { createApp },
    { mcpServerFactory },
    { serveStdio },
  ] = await Promise.all([
    import('../config.js'),
    import('../log.js'),
    import('../package-files.js'),
    import('../app.js'),
    import('../server/mcp.js'),
    import('../server/stdio.js'),
  ]);
  const tools = readToolFile();
  const { config, warnings } = parseConfig(env, knownNames(tools), { demo });
  const log = createLog(config.log);
  for (const warning of warnings) log.warn(warning);

  // A rejection nobody awaited leaves the other calls alone; after an exception the state is unknown.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception, stopping');
    process.exit(1);
  });
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

  const app = await createApp({ config, warnings, tools, version, log });
  const { catalog } = app.toolbox;
  log.info(
    { tools: catalog.list().length, of: tools.tools.length, demo },
    `serving MCP on stdio${demo ? ' for the demo org: everything in it is invented' : ''}`,
  );
  await serveStdio(
    mcpServerFactory(app.toolbox, app.info),
    stdout,
    (error) => log.warn({ err: error }, 'MCP connection'),
    stop.signal,
  );
  await app.close();
  // Kept-alive connections to Okta would hold the process open.
  await new Promise<void>((resolve) => stdout.end(() => resolve()));
  process.exit(0);
}
