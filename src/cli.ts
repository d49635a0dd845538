#!/usr/bin/env node
import { Command } from 'commander';
import { OktaMcpError } from './errors.js';
import { packageVersion } from './package-files.js';
import type { Shell } from './shell.js';

// The only reader of `process.env` and `process.argv`.
const shell: Shell = {
  env: process.env,
  out: process.stdout,
  err: process.stderr,
  version: packageVersion(),
};

const DEMO = 'use the demo org that lives in this process; its data is invented, no Okta org is needed';

const program = new Command('okta-mcp')
  .description('MCP server for administering an Okta org. Without a command it serves MCP over stdin and stdout.')
  .version(shell.version)
  .showHelpAfterError('(okta-mcp --help lists the commands)');

program
  .command('stdio', { isDefault: true })
  .description('serve MCP over stdin and stdout (the default)')
  .option('--demo', DEMO)
  .action(async ({ demo = false }: { demo?: boolean }) => {
    const { runStdio } = await import('./commands/stdio.js');
    await runStdio(shell, { demo });
  });

program
  .command('http')
  .description('serve MCP over HTTP, for several callers')
  .option('--demo', DEMO)
  .action(async ({ demo = false }: { demo?: boolean }) => {
    const { runHttp } = await import('./commands/http.js');
    await runHttp(shell, { demo });
  });

program
  .command('tools')
  .description('list every tool: active or not, and why')
  .option('--json', 'for programs')
  .action(async ({ json = false }: { json?: boolean }) => {
    const { runTools } = await import('./commands/tools.js');
    runTools(shell, { json });
  });

program
  .command('demo')
  .description('a guided session against the demo org')
  .action(async () => {
    const { runDemo } = await import('./commands/demo.js');
    const args = [...process.execArgv, process.argv[1]!, 'stdio', '--demo'];
    await runDemo({ ...shell, server: { command: process.execPath, args } });
  });

program
  .command('demo-org')
  .description('serve the demo org alone on 127.0.0.1, for other tools; everything in it is invented')
  .option('--port <number>', 'a free one without it')
  .option('--token [scopes]', 'print an access token too, with these scopes or the usual ones')
  .action(async (options: { port?: string; token?: string | true }) => {
    const { runDemoOrg } = await import('./commands/demo-org.js');
    await runDemoOrg(shell, options);
  });

program
  .command('login')
  .description('sign in ahead of time, for the servers that start later')
  .action(async () => {
    const { runLogin } = await import('./commands/login.js');
    await runLogin(shell);
  });

program
  .command('logout')
  .description('revoke the stored session at Okta and forget it')
  .action(async () => {
    const { runLogout } = await import('./commands/logout.js');
    await runLogout(shell);
  });

program.parseAsync().catch((error: unknown) => {
  shell.err.write(`okta-mcp: ${explain(error)}\n`);
  process.exit(error instanceof OktaMcpError && error.code === 'config_invalid' ? 2 : 1);
});

function explain(error: unknown): string {
  if (!(error instanceof OktaMcpError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { message, fix } = error;
  // A configuration with a single problem names its fix beside it.
  return message.includes(fix) ? message : `${message}\n${fix}`;
}
