/** Domains under which Okta hosts orgs; a custom domain may be anything else. */
const OKTA_DOMAINS = ['okta.com', 'oktapreview.com', 'okta-emea.com', 'okta-gov.com', 'okta.mil', 'trexcloud.com'];

/** `{yourOktaDomain}`, `<org>`, `${input:url}`, `https://your-org.okta.com`: copied from a guide and never filled in. */
const PLACEHOLDER = /[{}<>$]|(^|[^a-z])your[-_ ]?(okta[-_ ]?)?(org|domain|tenant|company|subdomain)([^a-z]|$)/i;

export interface OrgUrl {
  /** Scheme, host and port, lower case, without a trailing slash: `https://acme.okta.com`. */
  readonly origin: string;
  /** The host is outside Okta's own domains. */
  readonly custom: boolean;
}

/** Why a text is no org URL. Never repeats the text: people paste the wrong thing. */
export interface OrgUrlFault {
  readonly message: string;
  readonly fix: string;
}

/** Reads the org URL as people write it: with or without scheme and trailing slash. Plain http is for loopback only. */
export function parseOrgUrl(text: string): OrgUrl | OrgUrlFault {
  if (PLACEHOLDER.test(text)) return { message: 'still holds a placeholder instead of your org.', fix: EXAMPLE };
  const url = parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return { message: 'is not a web address.', fix: EXAMPLE };
  const host = url.hostname;
  if (OKTA_DOMAINS.includes(host)) return { message: `names no org: ${host} is Okta itself.`, fix: EXAMPLE };

  const domain = OKTA_DOMAINS.find((candidate) => host.endsWith(`.${candidate}`));
  const faults: string[] = [];
  if (domain && host.endsWith(`-admin.${domain}`)) {
    faults.push('is the Admin Console (-admin), which does not serve the API');
    url.hostname = host.replace(`-admin.${domain}`, `.${domain}`);
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    faults.push('uses http://, which would send credentials unencrypted');
    url.protocol = 'https:';
  }
  if (url.username || url.password) faults.push('contains a user name or password');
  if (!/^\/*$/.test(url.pathname)) faults.push('contains a path');
  if (url.search || url.hash) faults.push('contains a query or fragment');
  if (faults.length > 0) return { message: `${faults.join('; it ')}.`, fix: `Set OKTA_ORG_URL=${url.origin}` };
  return { origin: url.origin, custom: !domain && !isLoopback(url) };
}

const EXAMPLE = 'Set it to the address people sign in at, for example OKTA_ORG_URL=https://acme.okta.com';

/** Whether requests to the URL stay on this machine (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export function isLoopback(url: URL): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}

function parse(text: string): URL | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return URL.canParse(text) ? new URL(text) : undefined;
  const url = URL.canParse(`https://${text}`) ? new URL(`https://${text}`) : undefined;
  // Nothing on loopback but a simulator answers here, and those speak plain http.
  return url && isLoopback(url) ? new URL(`http://${text}`) : url;
}
