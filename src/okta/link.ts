import { headerScanner } from './header-scanner.js';

/** One link of a `Link` header (RFC 8288). */
export interface Link {
  readonly target: string;
  /** Relation types, lower case. */
  readonly rel: readonly string[];
}

const TARGET = /[\s,]*<([^>]*)>/y;
const PARAM = /\s*;\s*([^\s;,="]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/y;

/** Reads a `Link` header, several headers joined by commas included; commas inside targets and quotes are no separators. */
export function parseLinks(header: string): Link[] {
  const links: Link[] = [];
  const match = headerScanner(header);
  for (let target = match(TARGET); target; target = match(TARGET)) {
    let rel: readonly string[] | undefined;
    for (let param = match(PARAM); param; param = match(PARAM)) {
      if (param[1]!.toLowerCase() !== 'rel') continue;
      // RFC 8288 section 3.3: only the first `rel` of a link counts.
      rel ??= (param[2]?.replace(/\\(.)/g, '$1') ?? param[3] ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    }
    links.push({ target: target[1]!.trim(), rel: rel ?? [] });
  }
  return links;
}
