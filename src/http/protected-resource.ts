export interface ProtectedResource {
  /** Public address of the MCP endpoint, which is also its identifier (RFC 8707). */
  readonly url: URL;
  readonly issuer: string;
  readonly scopes: readonly string[];
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** Address of the metadata: the well-known part comes between host and path (RFC 9728 section 3.1). */
export function metadataUrl({ origin, pathname }: URL): string {
  return `${origin}${WELL_KNOWN}${pathname}`;
}

/** The document (RFC 9728 section 2). */
export function metadata({ url, issuer, scopes }: ProtectedResource): Record<string, unknown> {
  return {
    resource: url.href,
    authorization_servers: [issuer],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    resource_name: 'Okta MCP',
  };
}

/**
 * Whether a path asks for the metadata: at the root, suffixed with the path of the resource, and both also after a base
 * path, for proxies that hand on all they get and for those that strip it.
 */
export function isMetadataPath(path: string, { pathname }: URL): boolean {
  const base = pathname.replace(/\/[^/]*$/, '');
  const inside = base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length) : path;
  const last = pathname.slice(base.length);
  return [WELL_KNOWN, `${WELL_KNOWN}${last}`, `${WELL_KNOWN}${pathname}`].includes(inside);
}
