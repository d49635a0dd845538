import { createApp } from '../app.js';
import { parseConfig } from '../config.js';
import { createAdminHandler } from '../http/admin.js';
import { listen } from '../http/listener.js';
import { Metrics } from '../http/metrics.js';
import { Readiness } from '../http/readiness.js';
import { refuse } from '../http/refusals.js';
import { traceparent } from '../http/trace-context.js';
import { parseHttpConfig } from '../http-config.js';
import { createLog } from '../log.js';
import { knownNames, readToolFile } from '../package-files.js';
import { openReplicas } from '../redis/replicas.js';
import { openDoor } from '../server/front-door.js';
import { createHttpHandler } from '../server/http.js';
import type { Shell } from '../shell.js';

/** How long requests under way may take once the process is asked to stop, in milliseconds. */
export const GRACE_MS = 20_000;
const SESSION_IDLE_MS = 600_000;

/**
 * `okta-mcp http`: serves MCP over Streamable HTTP until the process is asked to stop.
 * @throws ConfigError when the environment cannot be used
 */
export async function runHttp({ env, err, version }: Shell, { demo }: { readonly demo: boolean }): Promise<void> {
  const tools = readToolFile();
  const known = knownNames(tools);
  const { config, warnings } = parseConfig(env, known, { demo });
  const http = parseHttpConfig(env, config, { demo });
  const log = createLog(config.log);
  for (const warning of warnings) log.warn(warning);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception, stopping');
    process.exit(1);
  });

  let sessions = () => 0;
  const metrics = new Metrics(() => sessions());
  const trace = () => {
    const header = traceparent();
    return header === undefined ? {} : { traceparent: header };
  };
  const replicas = await openReplicas(http.replicas, {
    rateLimit: http.rateLimit,
    idleMs: SESSION_IDLE_MS,
    now: Date.now,
    log,
  });
  const { redis, shared } = replicas;
  if (redis) metrics.redis(() => redis.up);
  const app = await createApp({ config, tools, version, log, hosted: { headers: trace, observer: metrics, shared } });
  const door = await openDoor(http, {
    ceiling: () => app.toolbox.catalog,
    orgUrl: config.orgUrl,
    scopes: config.scopes,
    known,
    fetch: (...args) => globalThis.fetch(...args),
    now: Date.now,
    log,
  });
  const handler = createHttpHandler(app, door.authorize, {
    url: http.url,
    hosts: http.hosts,
    origins: http.origins,
    bodyBytes: http.bodyBytes,
    limit: replicas.limit,
    // A single caller leaves half of the places to others, where there are others.
    sessions: {
      most: http.sessions,
      mostEach: http.guard.kind === 'oauth' ? Math.ceil(http.sessions / 2) : http.sessions,
      idleMs: SESSION_IDLE_MS,
      now: Date.now,
      ...replicas.sessions,
    },
    protection: door.protection,
    ...(door.resource && { resource: door.resource }),
    ...(door.toCover && { toCover: door.toCover }),
    onerror: (error) => log.debug({ reason: error.message }, 'MCP request'),
    onRequest: (facts) => {
      metrics.request(facts);
      // Probes come every few seconds.
      log[facts.path === '/healthz' ? 'debug' : 'info'](facts, 'request');
    },
    onDefect: (error, id) => log.error({ err: error, id }, 'request failed unexpectedly'),
  });
  sessions = handler.sessions;

  const readiness = new Readiness({ okta: () => app.ready(), ...door.checks }, Date.now, {
    ...(redis && { redis: () => redis.check() }),
  });
  const defect = () => refuse('internal');
  const admin = await listen(
    createAdminHandler(readiness, metrics, http.admin.hosts),
    { ...http.admin, variable: 'OKTA_MCP_ADMIN_PORT' },
    defect,
  );
  const main = await listen(handler.fetch, { host: http.host, port: http.port, variable: 'OKTA_MCP_PORT' }, defect);
  if (door.token) {
    err.write(
      `No authorization server is configured (OKTA_AUTH_SERVER_ID). Clients of this machine, and no others, can connect to ${http.url.href} with this header:\n\n`,
    );
    err.write(`  Authorization: Bearer ${door.token.reveal()}\n\n`);
  }
  const { catalog } = app.toolbox;
  const facts = { tools: catalog.list().length, of: tools.tools.length, demo, host: http.host, port: main.port };
  log.info({ ...facts, admin: admin.port, url: http.url.href, guard: http.guard.kind }, 'serving MCP over HTTP');

  await new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve());
  });
  log.info({ sessions: handler.sessions() }, 'stopping');
  readiness.stop();
  main.stop();
  await Promise.race([handler.idle(), new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())]);
  await handler.close();
  await Promise.all([main.close(), admin.close()]);
  await app.close();
  replicas.close();
  process.exit(0);
}
