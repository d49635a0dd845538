import { Hono } from 'hono';
import type { Metrics } from './metrics.js';
import type { Readiness } from './readiness.js';
import { refuse } from './refusals.js';

/**
 * What orchestrators and monitoring ask, on a port of its own.
 * @param hosts names it answers to, without ports, so that no web page reads it by rebinding its own name; absent: all
 */
export function createAdminHandler(
  readiness: Readiness,
  metrics: Metrics,
  hosts?: readonly string[],
): (request: Request) => Promise<Response> {
  const app = new Hono();
  app.use(async ({ req }, next) => {
    return hosts?.includes(new URL(req.url).hostname) === false ? refuse('wrong_host') : await next();
  });
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', async (context) => {
    const { ready, checks } = await readiness.report();
    return context.json({ status: ready ? 'ready' : 'not ready', checks }, ready ? 200 : 503);
  });
  app.get('/metrics', () => metrics.response());
  return async (request) => app.fetch(request);
}
