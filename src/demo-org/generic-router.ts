import type { Router } from './router.js';
import { buildRouter } from './routes.js';

const modelled = buildRouter();
const specified = new WeakMap<object, Router>();

/** Routes of an org; with a specification, all of its operations. The validator is loaded on the first request only. */
export async function routerOf(specification: (() => object) | undefined): Promise<Router> {
  if (!specification) return modelled;
  const document = specification();
  const known = specified.get(document);
  if (known) return known;
  const [{ routeSpecification }, { Specification }] = await Promise.all([
    import('./generic.js'),
    import('./specification.js'),
  ]);
  const router = buildRouter();
  routeSpecification(router, Specification.of(document));
  specified.set(document, router);
  return router;
}
