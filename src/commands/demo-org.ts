import { once } from 'node:events';
import { createDemoOrg, type DemoOrg } from '../demo-org/demo-org.js';
import { type Listener, serveDemoOrg } from '../demo-org/listener.js';
import { OktaMcpError } from '../errors.js';
import { readSpecification } from '../package-files.js';
import type { Shell } from '../shell.js';

export interface DemoOrgCommand {
  /** As typed; a free port without it. */
  readonly port?: string;
  /** Also prints an access token: with these scopes, separated by blanks, or with the usual ones. */
  readonly token?: string | true;
}

const USUAL_SCOPES = 'okta.users.manage okta.groups.manage okta.apps.manage okta.policies.read okta.logs.read';

/**
 * `okta-mcp demo-org`: serves the demo org over loopback, for other tools, until the process is asked to stop.
 * @throws OktaMcpError `config_invalid` for a port that is none or is taken
 */
export async function runDemoOrg({ out }: Pick<Shell, 'out'>, command: DemoOrgCommand, stop = signalled()) {
  const listener = await listen(command);
  const scopes = command.token === true ? USUAL_SCOPES : command.token;
  out.write(
    [
      'This is a demo org. Everybody and everything in it is invented, and every change is gone when it stops.',
      '',
      `OKTA_ORG_URL=${listener.origin}`,
      `OKTA_API_TOKEN=${listener.org.token}`,
      ...(scopes === undefined
        ? []
        : [`Authorization: Bearer ${listener.org.issueToken({ scopes: scopes.split(/[\s,]+/) })}`, `  for ${scopes}`]),
      '',
      'They work on this computer only and open nothing else. Ctrl-C stops it.',
      '',
    ].join('\n'),
  );
  if (!stop.aborted) await once(stop, 'abort');
  await listener.close();
}

async function listen({ port = '0' }: DemoOrgCommand): Promise<Listener<DemoOrg>> {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (!(number <= 65_535)) throw unusable('--port needs a number from 0 to 65535.');
  try {
    return await serveDemoOrg((origin) => createDemoOrg({ origin, specification: readSpecification }), {
      port: number,
    });
  } catch (error) {
    throw unusable(`Port ${port} of 127.0.0.1 cannot be used: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

function unusable(problem: string): OktaMcpError {
  return new OktaMcpError('config_invalid', problem, 'Give --port a free number from 1024 to 65535, or leave it out.');
}

function signalled(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}
