import { headerScanner } from './header-scanner.js';

/** One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** Lower case: schemes are case-insensitive. */
  readonly scheme: string;
  /** By lower-case name; of a repeated name the first wins. */
  readonly params: Readonly<Record<string, string>>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAM = new RegExp(String.raw`[\s,]*(${TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(${TOKEN}))(?=[\s,]|$)`, 'y');
const SCHEME = new RegExp(String.raw`[\s,]*(${TOKEN})(?=[\s,]|$)`, 'y');
const TOKEN68 = /[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y;

/**
 * Reads the challenges of a `WWW-Authenticate` header, several headers joined by commas included. Reading stops at the
 * first thing that is not a challenge; what was read until there is returned.
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  const match = headerScanner(header);
  for (let scheme = match(SCHEME); scheme; scheme = match(SCHEME)) {
    const params: Record<string, string> = Object.create(null);
    if (!match(TOKEN68)) {
      for (let param = match(PARAM); param; param = match(PARAM)) {
        params[param[1]!.toLowerCase()] ??= param[2]?.replace(/\\(.)/g, '$1') ?? param[3]!;
      }
    }
    challenges.push({ scheme: scheme[1]!.toLowerCase(), params });
  }
  return challenges;
}
