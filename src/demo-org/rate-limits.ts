/**
 * Requests per minute and bucket of a Workforce org, from Okta's rate limit pages. A bucket is `[METHOD ]path`: an exact
 * path, `{}` for a segment, or a prefix when it ends in `*`.
 */
export const OKTA_RATE_LIMITS: Readonly<Record<string, number>> = {
  '/api/v1/users': 600,
  'GET /api/v1/users/{}': 2000,
  '/api/v1/users/{}': 600,
  '/api/v1/groups': 500,
  '/api/v1/groups/{}': 1000,
  '/api/v1/apps': 100,
  '/api/v1/apps/{}': 500,
  '/api/v1/logs': 120,
  '/api/v1/devices*': 100,
  '/oauth2/v1/clients*': 100,
  '/api/v1/*': 1200,
};

export interface Bucket {
  readonly name: string;
  readonly limit: number;
}

/** Finds the bucket of a request: an exact path before the longest prefix, a named method before any. */
export function bucketFinder(limits: Readonly<Record<string, number>>) {
  const buckets = Object.entries(limits).map(([name, limit]) => {
    const [path = '', method] = name.split(' ').reverse();
    const literal = path.replace(/\*$/, '');
    const pattern = literal.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll('{}', '[^/]+');
    return { name, limit, method, exact: literal === path, literal, path: new RegExp(`^${pattern}`) };
  });
  buckets.sort(
    (a, b) =>
      Number(b.exact) - Number(a.exact) ||
      Number(a.literal.includes('{}')) - Number(b.literal.includes('{}')) ||
      b.literal.length - a.literal.length ||
      Number(b.method !== undefined) - Number(a.method !== undefined),
  );
  return (method: string, pathname: string): Bucket | undefined =>
    buckets.find((bucket) => {
      const [hit] = bucket.path.exec(pathname) ?? [];
      return hit !== undefined && (!bucket.exact || hit === pathname) && (!bucket.method || bucket.method === method);
    });
}
