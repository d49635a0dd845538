import { Hono } from 'hono';
import type { Metrics } from './metrics.js';
import type { Readiness } from './readiness.js';

/** What orchestrators and monitoring ask, on a port of its own. */
export function createAdminHandler(readiness: Readiness, metrics: Metrics): (request: Request) => Promise<Response> {
  const app = new Hono();
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', async (context) => {
    const { ready, checks } = await readiness.report();
    return context.json({ status: ready ? 'ready' : 'not ready', checks }, ready ? 200 : 503);
  });
  app.get('/metrics', () => metrics.response());
  return async (request) => app.fetch(request);
}
