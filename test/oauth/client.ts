import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { GRANTS, type NativeApp, type ServiceApp, type WebApp } from './apps.js';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface Key {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  /** Public, with `kid`. */
  readonly jwk: JWK;
}

export async function makeKey(alg = 'ES256', kid = 'key-1'): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } };
}

export const seconds = (now = Date.now()) => Math.floor(now / 1000);

/** Claims over the usual ones; undefined leaves one out. */
export type Claims = Record<string, unknown>;

async function sign(key: Key, header: object, claims: Claims): Promise<string> {
  const present = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  const protectedHeader = { alg: key.alg, ...header } as JWTHeaderParameters;
  return new SignJWT(present).setProtectedHeader(protectedHeader).sign(key.privateKey);
}

export function assertion(key: Key, clientId: string, endpoint: string, claims: Claims = {}, header: object = {}) {
  const usual = {
    iss: clientId,
    sub: clientId,
    aud: endpoint,
    iat: seconds(),
    exp: seconds() + 300,
    jti: randomUUID(),
  };
  return sign(key, { kid: key.jwk.kid, ...header }, { ...usual, ...claims });
}

export function proof(key: Key, htm: string, htu: string, claims: Claims = {}, header: object = {}): Promise<string> {
  const { kid: _, ...jwk } = key.jwk;
  const usual = { htm, htu, iat: seconds(), jti: randomUUID() };
  return sign(key, { typ: 'dpop+jwt', jwk, ...header }, { ...usual, ...claims });
}

export const ath = (token: string) => createHash('sha256').update(token).digest('base64url');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: replies are judged field by field
  readonly json: any;
}

export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

export function post(url: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
  return send(url, { method: 'POST', body: new URLSearchParams(form), headers });
}

/** Status, error and description of a refusal, as the tables write them. */
export function refusal({ status, json }: Answer): string {
  return `${status} ${json?.error} ${json?.error_description}`;
}

/** A token request with a proof; answers the nonce challenge as a client must, with everything that is used once anew. */
export async function postWithProof(
  url: string,
  key: Key,
  form: () => Promise<Record<string, string>> | Record<string, string>,
  nonce?: string,
): Promise<Answer> {
  const dpop = await proof(key, 'POST', url, { nonce });
  const answer = await post(url, await form(), { dpop });
  const challenge = answer.headers.get('dpop-nonce');
  if (answer.json?.error !== 'use_dpop_nonce' || challenge === null || nonce !== undefined) return answer;
  return postWithProof(url, key, form, challenge);
}

/** Calls the management API with a bound token. */
export async function callWithProof(
  url: string,
  key: Key,
  token: string,
  { method = 'GET', claims = {}, header = {} }: { method?: string; claims?: Claims; header?: object } = {},
): Promise<Answer> {
  const { origin, pathname } = new URL(url);
  const dpop = await proof(key, method, origin + decodeURIComponent(pathname), { ath: ath(token), ...claims }, header);
  return send(url, { method, headers: { authorization: `DPoP ${token}`, dpop } });
}

export const serviceApp = (key: Key, more: Partial<ServiceApp> = {}): ServiceApp => ({
  kind: 'service',
  id: '0oaservice',
  keys: [key.jwk],
  scopes: ['okta.users.read', 'okta.groups.read'],
  dpop: false,
  ...more,
});

export const nativeApp = (more: Partial<NativeApp> = {}): NativeApp => ({
  kind: 'native',
  id: '0oanative',
  scopes: ['okta.users.read', 'okta.groups.read'],
  redirectUris: ['http://localhost:8765/callback'],
  ...more,
});

export const webApp = (more: Partial<WebApp> = {}): WebApp => ({
  kind: 'web',
  id: '0oaweb',
  secret: 'an-invented-secret',
  scopes: ['okta.users.read'],
  redirectUris: ['http://localhost:3000/callback'],
  ...more,
});

/** The request of a service app. */
export async function clientCredentials(
  key: Key,
  endpoint: string,
  more: { clientId?: string; scope?: string; claims?: Claims; header?: object } = {},
): Promise<Record<string, string>> {
  const { clientId = '0oaservice', scope = 'okta.users.read', claims, header } = more;
  return {
    grant_type: GRANTS.clientCredentials,
    scope,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertion(key, clientId, endpoint, claims, header),
  };
}
