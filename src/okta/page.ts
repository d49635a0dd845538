import { OktaMcpError } from '../errors.js';
import { parseLinks } from './link.js';
import type { OktaReply, Operation } from './operation.js';

/** Query parameters of the next page, as `OperationInput.query` takes them; names that repeat have a list. */
export type NextPage = Readonly<Record<string, string | readonly string[]>>;

/**
 * What to ask for to get the page after this one, from the `Link` header or, for wrapped lists, `_links.next.href`;
 * undefined on the last page. Cursors are opaque, so every query parameter of the link is returned. The link's host and
 * ids are not used: behind a custom domain the host differs, and Okta may write an id where the caller wrote a login.
 * The System Log always offers a next page unless `until` is given.
 * @throws OktaMcpError `okta_reply_invalid` when the link leads to another operation or cannot be read.
 */
export function nextPage(reply: OktaReply, operation: Pick<Operation, 'path' | 'comma'>): NextPage | undefined {
  const target = linkOf(reply);
  if (target === undefined) return undefined;
  const url = URL.canParse(target, 'https://okta.invalid') ? new URL(target, 'https://okta.invalid') : undefined;
  if (url === undefined || url.search === '' || !leadsTo(operation.path, url.pathname)) {
    throw new OktaMcpError(
      'okta_reply_invalid',
      'Okta answered this page, but its link to the next page does not belong to the same list, so it was not followed. The list is incomplete.',
      'Narrow the request with a filter or a search so that it fits one page. If it happens again, report it to Okta with the request id.',
      { status: reply.status, requestId: reply.requestId },
    );
  }
  return queryOf(url.search, operation.comma ?? []);
}

function linkOf(reply: OktaReply): string | undefined {
  const link = parseLinks(reply.headers.get('link') ?? '').find(({ rel }) => rel.includes('next'));
  if (link) return link.target;
  const href = (reply.data as { _links?: { next?: { href?: unknown } | null } | null } | null | undefined)?._links?.next
    ?.href;
  return typeof href === 'string' ? href : undefined;
}

function leadsTo(template: string, pathname: string): boolean {
  const want = template.split('/');
  const got = pathname.split('/');
  return (
    want.length === got.length &&
    want.every((segment, index) => (segment.startsWith('{') ? got[index] !== '' : segment === got[index]))
  );
}

function queryOf(search: string, comma: readonly string[]): NextPage {
  const query = new Map<string, string[]>();
  for (const pair of search.slice(1).split('&')) {
    const name = decode(pair.split('=', 1)[0]!);
    const raw = pair.slice(pair.indexOf('=') + 1 || pair.length);
    // Splitting before decoding keeps a comma that belongs to an item apart from one that separates items.
    const items = comma.includes(name) ? raw.split(',') : [raw];
    if (name !== '') query.set(name, [...(query.get(name) ?? []), ...items.map(decode)]);
  }
  return Object.fromEntries([...query].map(([name, items]) => [name, items.length === 1 ? items[0]! : items]));
}

/** As HTML forms and Okta's servers read it: `+` is a space, broken escapes stay as they are. */
function decode(text: string): string {
  return new URLSearchParams(`v=${text}`).get('v') ?? '';
}
