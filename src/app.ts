import { operations } from '../generated/operations.js';
import { type AuthTarget, selectStrategy } from './auth/select.js';
import type { AuthStrategy } from './auth/strategy.js';
import type { Config } from './config.js';
import type { Log } from './log.js';
import { authenticated, type OktaFetch } from './okta/authenticated.js';
import { createOktaClient } from './okta/client.js';
import { Secret } from './secret.js';
import type { ServerInfo } from './server/mcp.js';
import { createToolbox, type Toolbox } from './tools/call.js';
import { Catalog, type Grant } from './tools/catalog.js';
import { withoutConfirmation } from './tools/confirm.js';
import type { ToolFile } from './tools/definition.js';
import { scopeStatusTool } from './tools/scope-status.js';

export interface AppParts {
  readonly config: Config;
  /** What the configuration was warned about; `get_scope_status` repeats it. */
  readonly warnings?: readonly string[];
  readonly tools: ToolFile;
  readonly version: string;
  readonly log: Log;
  /** Reaches Okta; an embedder or a test brings its own. Ignored by the demo org, which answers itself. */
  readonly fetch?: typeof globalThis.fetch;
  /** How to authenticate, instead of what the configuration says. */
  readonly strategy?: AuthStrategy;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface App {
  readonly toolbox: Toolbox;
  readonly info: ServerInfo;
  close(): Promise<void>;
}

/** Constructs and wires everything; nothing else in this program does. */
export async function createApp(parts: AppParts): Promise<App> {
  const { config, tools, version, log, now = Date.now } = parts;
  const demo = config.auth.strategy === 'demo';
  const { origin, fetch, auth } = demo ? await demoOrg(config, now) : realOrg(config, parts.fetch);
  const strategy =
    parts.strategy ?? selectStrategy({ orgUrl: origin, scopes: config.scopes, auth }, { fetch, now, log });

  const all = Catalog.parse(tools);
  const grant = () => grantOf(config, strategy);
  // The signal goes beside the request: Node 20 lets the one inside be collected.
  const toOkta: OktaFetch = (request, { signal } = {}) => fetch(request, signal && { signal });
  const toolbox = createToolbox({
    all,
    grant,
    operations,
    client: createOktaClient({
      origin,
      operations,
      fetch: authenticated(toOkta, strategy, origin),
      userAgent: `okta-mcp/${version} node/${process.versions.node}`,
    }),
    guard: withoutConfirmation(demo),
    log,
    local: (toolbox) => [
      scopeStatusTool({
        all,
        active: () => toolbox.catalog,
        grant,
        requested: config.scopes,
        granted: () => strategy.granted(),
        warnings: parts.warnings ?? [],
      }),
    ],
  });
  const stop = strategy.onChange(() => toolbox.refresh());
  return {
    toolbox,
    info: { version, demo },
    async close() {
      stop();
      await strategy.close();
    },
  };
}

/** What the operator asked for, less what Okta did not grant once that is known. */
function grantOf(config: Config, { credential, granted }: AuthStrategy): Grant {
  const known = granted();
  const scopes = known ? config.scopes.filter((scope) => known.includes(scope)) : config.scopes;
  const { readOnly, toolsets, tools, roles } = config;
  return {
    scopes,
    credential,
    readOnly,
    ...(toolsets && { toolsets }),
    ...(tools && { tools }),
    ...(roles && { roles }),
  };
}

interface Org {
  readonly origin: string;
  readonly fetch: typeof globalThis.fetch;
  readonly auth: AuthTarget['auth'];
}

function realOrg({ orgUrl, auth }: Config, fetch: typeof globalThis.fetch | undefined): Org {
  // The global is taken per request: tests and tracing replace it after this runs.
  return { origin: orgUrl, fetch: fetch ?? ((...args) => globalThis.fetch(...args)), auth: auth as AuthTarget['auth'] };
}

async function demoOrg({ scopes }: Config, now: () => number): Promise<Org> {
  const { createDemoOrg } = await import('./demo-org/demo-org.js');
  const org = createDemoOrg({ now });
  return {
    origin: org.origin,
    fetch: (input, init) => org.fetch(new Request(input, init)),
    auth: { strategy: 'demo', token: new Secret(org.issueToken({ scopes })) },
  };
}
