import type { Application, ApplicationContent, SignOnMode } from './apps.js';
import { invalid } from './errors.js';
import { isObject, type JsonObject } from './exchange.js';
import type { Org } from './org.js';

export const SIGN_ON_MODES = [
  'AUTO_LOGIN',
  'BASIC_AUTH',
  'BOOKMARK',
  'BROWSER_PLUGIN',
  'OPENID_CONNECT',
  'SAML_1_1',
  'SAML_2_0',
  'SECURE_PASSWORD_STORE',
  'WS_FEDERATION',
] as const;

/** Catalogue names of applications made without one. */
const TEMPLATES: Partial<Record<SignOnMode, string>> = {
  BASIC_AUTH: 'template_basic_auth',
  BOOKMARK: 'bookmark',
  BROWSER_PLUGIN: 'template_swa',
  OPENID_CONNECT: 'oidc_client',
  SECURE_PASSWORD_STORE: 'template_sps',
  WS_FEDERATION: 'template_wsfed',
};

/** A whole application from what a request says: name, defaults, and the credentials Okta makes itself. */
export function completeApp(
  org: Org,
  id: string,
  body: JsonObject & { label: string; signOnMode: SignOnMode },
  before?: Application,
): ApplicationContent {
  const { _links, _embedded, orn, ...given } = body;
  const mode = body.signOnMode;
  const settings = isObject(body.settings) ? body.settings : {};
  const app = isObject(settings.app) ? settings.app : {};
  if (mode === 'BOOKMARK' && typeof app.url !== 'string')
    throw invalid(['settings.app.url', 'The field cannot be left blank']);
  const custom = `${body.label.toLowerCase().replace(/[^a-z0-9]+/g, '')}_1`;
  const name = typeof body.name === 'string' ? body.name : (TEMPLATES[mode] ?? custom);
  return {
    ...given,
    id,
    orn: `orn:okta:idp:${org.id}:apps:${name}:${id}`,
    name,
    label: body.label,
    signOnMode: mode,
    accessibility: body.accessibility ?? { selfService: false, errorRedirectUrl: null, loginRedirectUrl: null },
    visibility: body.visibility ?? { autoSubmitToolbar: false, hide: { iOS: false, web: false } },
    features: body.features ?? [],
    settings: { app, ...settings, ...(mode === 'SAML_2_0' && { signOn: samlSignOn(settings) }) },
    credentials: credentials(org, id, mode, body, settings, before),
  };
}

function samlSignOn(settings: JsonObject): JsonObject {
  const given = isObject(settings.signOn) ? settings.signOn : {};
  return { ssoAcsUrl: null, audience: null, subjectNameIdFormat: null, attributeStatements: [], ...given };
}

function credentials(
  org: Org,
  id: string,
  mode: SignOnMode,
  body: JsonObject,
  settings: JsonObject,
  before: Application | undefined,
): JsonObject {
  const given = isObject(body.credentials) ? body.credentials : {};
  const naming = { userNameTemplate: { template: '${source.login}', type: 'BUILT_IN' } };
  const signing = { kid: keptKid(before) ?? `demo-${org.random.hex(16)}` };
  if (mode !== 'OPENID_CONNECT') return { ...naming, signing, ...given };

  const client = isObject(settings.oauthClient) ? settings.oauthClient : undefined;
  if (!client) throw invalid(['settings.oauthClient', 'The field cannot be left blank']);
  if (!Array.isArray(client.grant_types) || client.grant_types.length === 0)
    throw invalid(['grant_types', 'at least one grant type must be given']);
  const asked = isObject(given.oauthClient) ? given.oauthClient : {};
  const old = before && isObject(before.credentials.oauthClient) ? before.credentials.oauthClient : {};
  const method = asked.token_endpoint_auth_method ?? old.token_endpoint_auth_method ?? 'client_secret_basic';
  const secret = String(method).startsWith('client_secret');
  return {
    ...naming,
    signing,
    ...given,
    oauthClient: {
      autoKeyRotation: true,
      ...asked,
      client_id: asked.client_id ?? old.client_id ?? id,
      token_endpoint_auth_method: method,
      ...(secret && {
        client_secret: asked.client_secret ?? old.client_secret ?? `invented-secret-${org.random.hex(8)}`,
      }),
    },
  };
}

function keptKid(before: Application | undefined): unknown {
  const signing = before?.credentials.signing;
  return isObject(signing) ? signing.kid : undefined;
}
