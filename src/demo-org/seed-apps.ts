import { completeApp } from './app-templates.js';
import type { Application, SignOnMode } from './apps.js';
import type { JsonObject } from './exchange.js';
import type { Org } from './org.js';

const DAY = 86_400_000;

interface SeedApp {
  readonly label: string;
  readonly mode: SignOnMode;
  /** Catalogue name. */
  readonly name?: string;
  readonly settings?: JsonObject;
  readonly credentials?: JsonObject;
  /** Groups it is assigned to, by name. */
  readonly groups?: readonly string[];
  /** Places in the user list it is assigned to directly. */
  readonly users?: readonly number[];
  readonly inactive?: true;
}

const oidc = (type: string, grants: readonly string[], redirect?: string): JsonObject => ({
  oauthClient: {
    application_type: type,
    grant_types: grants,
    response_types: redirect ? ['code'] : ['token'],
    ...(redirect && { redirect_uris: [redirect] }),
  },
});
const saml = (host: string): JsonObject => ({
  signOn: { ssoAcsUrl: `https://${host}/saml/acs`, audience: `https://${host}` },
});
const withoutSecret = (method: string): JsonObject => ({ oauthClient: { token_endpoint_auth_method: method } });

const APPS: readonly SeedApp[] = [
  {
    label: 'Salesforce',
    name: 'salesforce',
    mode: 'SAML_2_0',
    settings: saml('crm.atlasworks.example'),
    groups: ['Sales', 'Support'],
    users: [2],
  },
  {
    label: 'Google Workspace',
    name: 'google',
    mode: 'SAML_2_0',
    settings: saml('mail.atlasworks.example'),
    groups: ['Everyone'],
  },
  { label: 'Slack', name: 'slack', mode: 'SAML_2_0', settings: saml('chat.atlasworks.example'), groups: ['Everyone'] },
  {
    label: 'GitHub Enterprise',
    name: 'githubcloud',
    mode: 'SAML_2_0',
    settings: saml('code.atlasworks.example'),
    groups: ['Engineering'],
    users: [1, 3],
  },
  {
    label: 'AWS IAM Identity Center',
    name: 'amazon_aws_sso',
    mode: 'SAML_2_0',
    settings: saml('cloud.atlasworks.example'),
    groups: ['On-call Engineers', 'IT'],
  },
  {
    label: 'Atlas Portal',
    mode: 'OPENID_CONNECT',
    settings: oidc('web', ['authorization_code', 'refresh_token'], 'https://portal.atlasworks.example/callback'),
    groups: ['Everyone'],
  },
  {
    label: 'Atlas Field App',
    mode: 'OPENID_CONNECT',
    settings: oidc('native', ['authorization_code', 'refresh_token'], 'example.atlasworks:/callback'),
    credentials: withoutSecret('none'),
    groups: ['Support'],
  },
  {
    label: 'Nightly Automation',
    mode: 'OPENID_CONNECT',
    settings: oidc('service', ['client_credentials']),
    credentials: withoutSecret('private_key_jwt'),
  },
  {
    label: 'Company Wiki',
    mode: 'BOOKMARK',
    settings: { app: { url: 'https://wiki.atlasworks.example', requestIntegration: false } },
    groups: ['Everyone'],
  },
  {
    label: 'Payroll Desk',
    name: 'template_swa3field',
    mode: 'AUTO_LOGIN',
    settings: { signOn: { loginUrl: 'https://payroll.example/login' } },
    groups: ['Finance', 'HR'],
    users: [0],
  },
  {
    label: 'Travel Booking',
    mode: 'SECURE_PASSWORD_STORE',
    settings: { app: { url: 'https://travel.example/login', usernameField: '#user', passwordField: '#password' } },
    groups: ['Sales', 'Marketing', 'Managers'],
  },
  {
    label: 'Expense Reports',
    mode: 'BROWSER_PLUGIN',
    settings: {
      app: {
        url: 'https://expenses.example',
        usernameField: '#user',
        passwordField: '#password',
        buttonField: '#sign-in',
      },
    },
    groups: ['Finance'],
    users: [9, 23, 24],
  },
  {
    label: 'Intranet Metrics',
    mode: 'BASIC_AUTH',
    settings: {
      app: { url: 'https://metrics.atlasworks.example', authURL: 'https://metrics.atlasworks.example/auth' },
    },
    groups: ['Managers'],
  },
  {
    label: 'Partner Extranet',
    mode: 'WS_FEDERATION',
    settings: {
      app: {
        siteURL: 'https://extranet.example',
        realm: 'urn:partners',
        wReplyURL: 'https://extranet.example/signin',
        usernameAttribute: 'username',
        audienceRestriction: 'urn:partners',
      },
    },
    users: [19],
  },
  {
    label: 'Old Help Desk',
    name: 'old_help_desk_1',
    mode: 'SAML_2_0',
    settings: saml('oldhelp.atlasworks.example'),
    groups: ['Support'],
    inactive: true,
  },
];

export function seedApps(org: Org): void {
  const { store } = org;
  const groups = new Map([...store.groups].map((group) => [group.profile.name, group.id]));
  APPS.forEach((seed, index) => {
    const created = org.date(org.epoch - (700 - index * 40) * DAY);
    const { label, mode: signOnMode, name, settings, credentials } = seed;
    const body = {
      label,
      signOnMode,
      ...(name && { name }),
      ...(settings && { settings }),
      ...(credentials && { credentials }),
    };
    const app: Application = store.apps.put({
      ...completeApp(org, org.mint('0oa'), body),
      status: seed.inactive ? 'INACTIVE' : 'ACTIVE',
      created,
      lastUpdated: created,
    });
    (seed.groups ?? []).forEach((group, priority) => {
      const id = groups.get(group);
      if (id) store.appGroups.put(app.id, id, { lastUpdated: created, priority, profile: {} });
    });
    for (const place of seed.users ?? []) {
      const user = store.users.at(place);
      if (user && user.status !== 'DEPROVISIONED')
        store.appUsers.put(app.id, user.id, {
          created,
          lastUpdated: created,
          scope: 'USER',
          profile: {},
          userName: user.profile.login,
        });
    }
  });
}
