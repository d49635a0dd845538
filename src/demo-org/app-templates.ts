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

/** Settings of the integration itself that Okta fills in when they are not given. */
const APP_SETTINGS: Partial<Record<SignOnMode, JsonObject>> = {
  BASIC_AUTH: { url: null, authURL: null },
  BOOKMARK: { requestIntegration: false },
  BROWSER_PLUGIN: { url: null, usernameField: null, passwordField: null, buttonField: null, loginUrlRegex: null },
  SECURE_PASSWORD_STORE: { url: null, usernameField: null, passwordField: null },
  WS_FEDERATION: {
    siteURL: null,
    realm: null,
    wReplyURL: null,
    wReplyOverride: false,
    usernameAttribute: null,
    audienceRestriction: null,
    nameIDFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    groupName: null,
    groupFilter: null,
    groupValueFormat: 'windowsDomainQualifiedName',
    attributeStatements: null,
  },
};

/** The same for how people sign on. */
const SIGN_ON: Partial<Record<SignOnMode, JsonObject>> = {
  AUTO_LOGIN: { loginUrl: null, redirectUrl: null },
  SAML_1_1: { defaultRelayState: null, ssoAcsUrlOverride: null, audienceOverride: null, recipientOverride: null },
  SAML_2_0: {
    defaultRelayState: null,
    ssoAcsUrl: null,
    audience: null,
    recipient: null,
    destination: null,
    subjectNameIdTemplate: '${user.userName}',
    subjectNameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    responseSigned: true,
    assertionSigned: true,
    signatureAlgorithm: 'RSA_SHA256',
    digestAlgorithm: 'SHA256',
    honorForceAuthn: true,
    authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    spIssuer: null,
    requestCompressed: false,
    attributeStatements: [],
    inlineHooks: [],
    allowMultipleAcsEndpoints: false,
    acsEndpoints: [],
    slo: { enabled: false },
  },
};

const WITH_PASSWORDS: readonly SignOnMode[] = ['AUTO_LOGIN', 'BASIC_AUTH', 'BROWSER_PLUGIN', 'SECURE_PASSWORD_STORE'];

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
  const app = { ...APP_SETTINGS[mode], ...(isObject(settings.app) ? settings.app : {}) };
  if (mode === 'BOOKMARK' && typeof app.url !== 'string')
    throw invalid(['settings.app.url', 'The field cannot be left blank']);
  const custom = `${body.label.toLowerCase().replace(/[^a-z0-9]+/g, '')}_1`;
  const name = typeof body.name === 'string' ? body.name : (TEMPLATES[mode] ?? custom);
  const signOn = SIGN_ON[mode] && { ...SIGN_ON[mode], ...(isObject(settings.signOn) ? settings.signOn : {}) };
  return {
    ...given,
    id,
    orn: `orn:okta:idp:${org.id}:apps:${name}:${id}`,
    name,
    label: body.label,
    signOnMode: mode,
    accessibility: body.accessibility ?? { selfService: false, errorRedirectUrl: null, loginRedirectUrl: null },
    visibility: body.visibility ?? {
      autoLaunch: false,
      autoSubmitToolbar: false,
      hide: { iOS: false, web: false },
      appLinks: mode === 'OPENID_CONNECT' ? { [`${name}_link`]: true } : { login: true },
    },
    features: body.features ?? [],
    settings: {
      implicitAssignment: false,
      notes: { admin: null, enduser: null },
      notifications: { vpn: { network: { connection: 'DISABLED' }, message: null, helpUrl: null } },
      ...settings,
      app,
      ...(signOn && { signOn }),
      ...(mode === 'OPENID_CONNECT' && { oauthClient: oauthSettings(settings.oauthClient) }),
    },
    credentials: credentials(org, id, mode, body, before),
  };
}

/** An OAuth client's settings; API service clients are DPoP-bound unless they say otherwise. */
function oauthSettings(given: unknown): JsonObject {
  if (!isObject(given)) throw invalid(['settings.oauthClient', 'The field cannot be left blank']);
  const grants = given.grant_types;
  if (!Array.isArray(grants) || grants.length === 0)
    throw invalid(['grant_types', 'at least one grant type must be given']);
  const application_type =
    given.application_type ?? (grants.every((grant) => grant === 'client_credentials') ? 'service' : 'web');
  return {
    client_uri: null,
    logo_uri: null,
    redirect_uris: [],
    response_types: grants.includes('authorization_code') ? ['code'] : ['token'],
    initiate_login_uri: null,
    consent_method: application_type === 'service' ? 'TRUSTED' : 'REQUIRED',
    issuer_mode: 'DYNAMIC',
    idp_initiated_login: { mode: 'DISABLED', default_scope: [] },
    wildcard_redirect: 'DISABLED',
    dpop_bound_access_tokens: application_type === 'service',
    ...given,
    application_type,
  };
}

function credentials(
  org: Org,
  id: string,
  mode: SignOnMode,
  body: JsonObject,
  before: Application | undefined,
): JsonObject {
  const given = isObject(body.credentials) ? body.credentials : {};
  const naming = { userNameTemplate: { template: '${source.login}', type: 'BUILT_IN' } };
  const signing = { kid: keptKid(before) ?? `demo-${org.random.hex(16)}` };
  if (WITH_PASSWORDS.includes(mode))
    return { scheme: 'EDIT_USERNAME_AND_PASSWORD', revealPassword: false, ...naming, signing, ...given };
  if (mode !== 'OPENID_CONNECT') return { ...naming, signing, ...given };
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
