import { type OperationId, operations } from '../generated/operations.js';
import { type AuditEntry, createAudit } from './audit.js';
import { type AuthTarget, selectStrategy } from './auth/select.js';
import type { AuthStrategy, Interaction } from './auth/strategy.js';
import { type Config, ConfigError } from './config.js';
import type { Log } from './log.js';
import { authenticated, type OktaFetch } from './okta/authenticated.js';
import { createOktaClient } from './okta/client.js';
import { type BudgetStore, BudgetsInMemory, type Rate } from './okta/rate-budget.js';
import { RateLimit } from './okta/rate-limit.js';
import { Retry } from './okta/retry.js';
import { realTiming, type Timing } from './okta/timing.js';
import { readBodies, readSearchFiles, readSpecification } from './package-files.js';
import { Secret } from './secret.js';
import type { ServerInfo } from './server/mcp.js';
import { runBatchTool } from './tools/batch.js';
import { createToolbox } from './tools/call.js';
import { callToolTool } from './tools/call-tool.js';
import { Catalog, type Grant } from './tools/catalog.js';
import { collectTool } from './tools/collect.js';
import { confirmation, takesToken } from './tools/confirm.js';
import type { ToolDefinition, ToolFile } from './tools/definition.js';
import { describeToolTool } from './tools/describe-tool.js';
import { findToolsTool } from './tools/find-tools.js';
import { Previewer } from './tools/preview.js';
import { ActingPrincipal, type PrincipalParts } from './tools/principal.js';
import { type ScopeFacts, scopeStatusTool } from './tools/scope-status.js';
import { Seal, type UsedSeals, UsedSealsInMemory } from './tools/seal.js';
import { ToolSearch } from './tools/search.js';
import type { ToolAccess, Toolbox } from './tools/toolbox.js';

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
  /** Present: it serves others than its operator, who get no files and always confirm. */
  readonly hosted?: Hosted;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** How to wait between attempts; a test moves its clock instead. */
  readonly waiting?: Pick<Timing, 'sleep' | 'random'>;
}

/** What a server for several callers brings along. */
export interface Hosted {
  /** Headers for every request to Okta, as far as it has none of that name. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly observer?: Observer;
  /** What several processes share; each has its own without it. */
  readonly shared?: { readonly seal?: Seal; readonly used?: UsedSeals; readonly budgets?: BudgetStore };
}

/** Hears what happens, for metrics. */
export interface Observer {
  audited(entry: AuditEntry): void;
  /** Okta answered one attempt. */
  answered(facts: { readonly status: number; readonly retry: boolean }): void;
  /** What an answer said about a rate limit. */
  limited(bucket: string, rate: Rate): void;
}

export interface App {
  readonly toolbox: Toolbox;
  /** Hears of every sign-in that begins to wait for a person. Returns a function that stops it. */
  onInteraction(listener: (interaction: Interaction) => void): () => void;
  readonly info: ServerInfo;
  /** Resolves when a credential can be had and the org answers. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** A document every org shows to everybody (Okta, "Retrieve the Well-Known Org Metadata"). */
const ORG_METADATA = '/.well-known/okta-organization';

/**
 * Constructs and wires everything; nothing else in this program does.
 * @throws ConfigError for a configuration that may not be hosted
 */
export async function createApp(parts: AppParts): Promise<App> {
  const { config, tools, version, log, hosted, now = Date.now } = parts;
  if (hosted && config.confirm === 'off') {
    const fix = 'Unset it, or set it to elicit.';
    throw new ConfigError([
      { name: 'OKTA_CONFIRM', message: 'is off, which a server for several people must not be.', fix },
    ]);
  }
  const timing = { ...realTiming, now, ...parts.waiting };
  const demo = config.auth.strategy === 'demo';
  const { origin, fetch, auth } = demo ? await demoOrg(config, now) : realOrg(config, parts.fetch);
  const strategy =
    parts.strategy ?? selectStrategy({ orgUrl: origin, scopes: config.scopes, auth }, { fetch, now, log });

  const all = Catalog.parse(tools);
  const grant = () => grantOf(config, strategy);
  // The signal goes beside the request: Node 20 lets the one inside be collected.
  const toOkta: OktaFetch = async (request, { signal } = {}) => {
    principal.observe(request.headers.get('authorization'));
    for (const [name, value] of Object.entries(hosted?.headers?.() ?? {})) request.headers.set(name, value);
    const response = await fetch(request, signal && { signal });
    hosted?.observer?.answered({ status: response.status, retry: request.headers.has('x-okta-retry-count') });
    return response;
  };
  const {
    seal = new Seal(),
    used = new UsedSealsInMemory(now),
    budgets = new BudgetsInMemory(),
  } = hosted?.shared ?? {};
  const client = createOktaClient({
    origin,
    operations,
    fetch: authenticated(toOkta, strategy, origin),
    userAgent: `okta-mcp/${version} node/${process.versions.node}`,
    retry: new Retry(timing),
    // The demo org refuses nobody, so nobody has to wait for it.
    ...(!demo && { limit: new RateLimit({ timing, budgets: observed(budgets, hosted?.observer) }) }),
    now,
  });
  const previewer = new Previewer({ catalog: () => toolbox.catalog, operations, client });
  const principal = new ActingPrincipal({ ...actorOf(config), self: tools.self, previewer });
  const { confirm: mode } = config;
  const seals = { seal, used };
  const { stderr = (line) => void process.stderr.write(line) } = parts;
  const file = createAudit({ ...(config.auditLog && { folder: config.auditLog }), stderr, now, log });
  const audit: typeof file = {
    ...file,
    record(entry, loud) {
      hosted?.observer?.audited(entry);
      return file.record(entry, loud);
    },
  };
  let index: ToolSearch | undefined;
  const search = () => {
    const operationOf = ({ operation }: ToolDefinition) => operations[operation as OperationId];
    index ??= new ToolSearch(all.tools, { operationOf, ...readSearchFiles() });
    return index;
  };
  const toolbox = createToolbox({
    all,
    grant,
    operations,
    client,
    guard: confirmation({ mode, ...seals, previewer, principal, org: origin, now }),
    surface: config.surface,
    audit,
    ...(!hosted && config.reveal && config.exportDir && { reveal: { folder: config.exportDir, now } }),
    ...(!hosted && config.importDir && { importDir: config.importDir }),
    principal: () => principal.name(),
    resultBytes: config.resultBytes,
    log,
    now,
    local: (access) => [
      scopeStatusTool(
        hosted
          ? ofCaller(access, () => toolbox.catalog)
          : {
              all,
              active: () => access.catalog,
              grant,
              requested: config.scopes,
              granted: () => strategy.granted(),
              warnings: parts.warnings ?? [],
            },
      ),
      collectTool({
        access,
        ...seals,
        org: origin,
        principal,
        budget: config.resultBytes,
        ...(!hosted && { files: { folder: config.exportDir } }),
        now,
      }),
      runBatchTool({ access, budget: config.resultBytes, now }),
      findToolsTool({ access, search }),
      describeToolTool({ access, all, bodies: readBodies, budget: config.resultBytes }),
      callToolTool(access),
    ],
  });
  const stop = strategy.onChange(() => toolbox.refresh());
  return {
    toolbox,
    info: {
      version,
      demo,
      confirmsLess: mode === 'off',
      interaction: () => strategy.interaction?.(),
      takesToken: (tool) => takesToken(mode, tool),
    },
    async ready() {
      await strategy.authenticate(new Request(origin), {});
      const { status } = await fetch(new Request(new URL(ORG_METADATA, origin)));
      if (status >= 500) throw new Error(`status ${status}`);
    },
    onInteraction: (listener) => strategy.onInteraction?.(listener) ?? (() => {}),
    async close() {
      stop();
      audit.close();
      await strategy.close();
    },
  };
}

/** What a caller is told about scopes: nothing of the server's own settings beyond what it could be given. */
function ofCaller(access: ToolAccess, ceiling: () => Catalog): ScopeFacts {
  return {
    get all() {
      return ceiling();
    },
    active: () => access.catalog,
    grant: () => access.grant(),
    get requested() {
      return access.grant().scopes;
    },
    granted: () => undefined,
    warnings: [],
    how: 'Sign in again with an access token for a missing scope, or ask whoever runs this server.',
  };
}

function observed(budgets: BudgetStore, observer: Observer | undefined): BudgetStore {
  if (!observer) return budgets;
  return {
    take: (bucket, now) => budgets.take(bucket, now),
    settle(bucket, rate) {
      if (rate) observer.limited(bucket, rate);
      return budgets.settle(bucket, rate);
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
