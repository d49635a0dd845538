import { operations } from '../generated/operations.js';
import { createAudit } from './audit.js';
import { type AuthTarget, selectStrategy } from './auth/select.js';
import type { AuthStrategy, Interaction } from './auth/strategy.js';
import type { Config } from './config.js';
import type { Log } from './log.js';
import { authenticated, type OktaFetch } from './okta/authenticated.js';
import { createOktaClient } from './okta/client.js';
import { RateLimit } from './okta/rate-limit.js';
import { Retry } from './okta/retry.js';
import { realTiming, type Timing } from './okta/timing.js';
import { readSpecification } from './package-files.js';
import { Secret } from './secret.js';
import type { ServerInfo } from './server/mcp.js';
import { createToolbox, type Toolbox } from './tools/call.js';
import { Catalog, type Grant } from './tools/catalog.js';
import { confirmation, takesToken } from './tools/confirm.js';
import type { ToolFile } from './tools/definition.js';
import { Previewer } from './tools/preview.js';
import { ActingPrincipal, type PrincipalParts } from './tools/principal.js';
import { scopeStatusTool } from './tools/scope-status.js';
import { Seal, UsedSealsInMemory } from './tools/seal.js';

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
  /** Takes the audit's lines for standard error. */
  readonly stderr?: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** How to wait between attempts; a test moves its clock instead. */
  readonly waiting?: Pick<Timing, 'sleep' | 'random'>;
}

export interface App {
  readonly toolbox: Toolbox;
  /** Hears of every sign-in that begins to wait for a person. Returns a function that stops it. */
  onInteraction(listener: (interaction: Interaction) => void): () => void;
  readonly info: ServerInfo;
  close(): Promise<void>;
}

/** Constructs and wires everything; nothing else in this program does. */
export async function createApp(parts: AppParts): Promise<App> {
  const { config, tools, version, log, now = Date.now } = parts;
  const timing = { ...realTiming, now, ...parts.waiting };
  const demo = config.auth.strategy === 'demo';
  const { origin, fetch, auth } = demo ? await demoOrg(config, now) : realOrg(config, parts.fetch);
  const strategy =
    parts.strategy ?? selectStrategy({ orgUrl: origin, scopes: config.scopes, auth }, { fetch, now, log });

  const all = Catalog.parse(tools);
  const grant = () => grantOf(config, strategy);
  // The signal goes beside the request: Node 20 lets the one inside be collected.
  const toOkta: OktaFetch = (request, { signal } = {}) => {
    principal.observe(request.headers.get('authorization'));
    return fetch(request, signal && { signal });
  };
  const client = createOktaClient({
    origin,
    operations,
    fetch: authenticated(toOkta, strategy, origin),
    userAgent: `okta-mcp/${version} node/${process.versions.node}`,
    retry: new Retry(timing),
    // The demo org refuses nobody, so nobody has to wait for it.
    ...(!demo && { limit: new RateLimit({ timing }) }),
    now,
  });
  const previewer = new Previewer({ catalog: () => toolbox.catalog, operations, client });
  const principal = new ActingPrincipal({ ...actorOf(config), self: tools.self, previewer });
  const { confirm: mode } = config;
  const seals = { seal: new Seal(), used: new UsedSealsInMemory(now) };
  const { stderr = (line) => void process.stderr.write(line) } = parts;
  const audit = createAudit({ ...(config.auditLog && { folder: config.auditLog }), stderr, now, log });
  const toolbox = createToolbox({
    all,
    grant,
    operations,
    client,
    guard: confirmation({ mode, ...seals, previewer, principal, org: origin, now }),
    audit,
    ...(config.reveal && config.exportDir && { reveal: { folder: config.exportDir, now } }),
    principal: () => principal.name(),
    log,
    now,
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
    info: {
      version,
      demo,
      interaction: () => strategy.interaction?.(),
      takesToken: (tool) => takesToken(mode, tool),
    },
    onInteraction: (listener) => strategy.onInteraction?.(listener) ?? (() => {}),
    async close() {
      stop();
      audit.close();
      await strategy.close();
    },
  };
}

/** Whose credentials these are: an API token acts as the person who made it. */
function actorOf({ auth }: Config): Pick<PrincipalParts, 'kind' | 'strategy' | 'clientId'> {
  const kind = auth.strategy === 'demo' ? 'none' : auth.strategy === 'private-key-jwt' ? 'app' : 'person';
  return { kind, strategy: auth.strategy, ...('clientId' in auth && { clientId: auth.clientId }) };
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
  const org = createDemoOrg({ now, specification: readSpecification });
  return {
    origin: org.origin,
    fetch: (input, init) => org.fetch(new Request(input, init)),
    auth: { strategy: 'demo', token: new Secret(org.issueToken({ scopes })) },
  };
}
