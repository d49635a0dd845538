import { expect, test } from 'vitest';
import { configReference } from '../src/config.js';
import { httpEnvironment } from '../src/http-config.js';

// docs/configuration.md is this, rendered. After a change to the settings: npx vitest run test/configuration-docs -u

const INTRO = `# Configuration

Everything is set by environment variables. A variable that is empty or holds only spaces counts as unset, and quotes
around a value are dropped. What is wrong is reported all at once, with the fix for each problem, and the program exits
with code 2; secrets are never repeated.`;

const NOTES = `## Credentials

Set one of these, not both; \`OKTA_AUTH\` decides when both are there.

| sign in with | variables |
|---|---|
| an API token | \`OKTA_ORG_URL\`, \`OKTA_API_TOKEN\` |
| a service app | \`OKTA_ORG_URL\`, \`OKTA_CLIENT_ID\`, \`OKTA_PRIVATE_KEY\`, \`OKTA_KEY_ID\` |

\`--demo\` needs neither and ignores them, and the org URL with them.

## The address of the org

The scheme and a trailing slash may be left out. Refused are the \`-admin\` address, a path, a query, and plain \`http://\`
except on the loopback interface. A host outside Okta's own domains is taken for a custom domain, with a warning.

## Scopes

A tool is listed and can be called when the scopes it needs are in \`OKTA_SCOPES\`; \`okta.users.manage\` includes
\`okta.users.read\`, and so on wherever a family has both. Scopes this version does not know, and those that are about signing people
in (\`openid\`, \`profile\`), bring a warning; only a list without any usable scope is refused. The scopes must also be granted
to the app in Okta. An API token has no scopes of its own, yet \`OKTA_SCOPES\` limits what is offered all the same.

\`OKTA_READ_ONLY\`, \`OKTA_TOOLSETS\`, \`OKTA_TOOLS\` and \`OKTA_ADMIN_ROLES\` narrow further; none of them adds a tool that a
scope guards. A few tools need no scope at all. Those that change nothing are always offered; one that changes something is
offered only when \`OKTA_TOOLS\` names it, or \`OKTA_TOOLSETS\` its toolset or a preset that holds it.
\`okta-mcp tools\` shows the outcome, with the reason for each tool that is not active.`;

/** In a table cell a pipe would end it. */
const cell = (text: string) => text.replaceAll('|', '\\|');

const HOSTED = `## Hosted mode

Only \`okta-mcp http\` reads these.`;

const CALLERS = `### The callers file

\`OKTA_MCP_CALLERS\` names a YAML file that says what callers may use. What it does not name opens nothing, and nobody gets
more than the server itself may do (\`OKTA_SCOPES\` and the settings that narrow it).

\`\`\`yaml
scopes:                                  # what the authorization server's own scope names stand for
  mcp:read: [okta.users.read, okta.groups.read]
  mcp:write: { scopes: [okta.groups.manage], toolsets: [groups] }
  mcp:use: []                            # opens nothing by itself
groups:                                  # members of groups: exact names, or a pattern for the whole name
  - name: Helpdesk
    scopes: [okta.users.manage]
  - pattern: 'IT-.*'
    scopes: [okta.groups.manage]
    readOnly: true
clients:                                 # clients that act for themselves (client credentials), by client id
  - id: 0oa1example
    scopes: [okta.logs.read]
groupsClaim: groups                      # the claim with the names of the groups
ask: [mcp:use]                           # what clients ask for at first; by default every name in scopes
\`\`\`

Everything an entry opens is added up; \`readOnly\`, \`toolsets\` and \`tools\` limit their own entry only. A tool that
changes something and needs no scope is open to callers only where \`tools\` or \`toolsets\` of their entry name it, within what
the server offers. Scopes of Okta in a
token count as they are. Patterns may use alternatives, up to four groups and optional parts, and repeat at most twice
without bound and never a group, so that no name can make them slow.`;

function table(settings: ReturnType<typeof configReference>): string {
  const rows = settings.map(
    ({ name, default: fallback = '', description }) => `| \`${name}\` | ${cell(fallback)} | ${cell(description)} |`,
  );
  return ['| name | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

test('docs/configuration.md describes every setting', async () => {
  const hosted = `${HOSTED}\n\n${table(configReference(httpEnvironment))}\n\n${CALLERS}`;
  const text = `${INTRO}\n\n${table(configReference())}\n\n${NOTES}\n\n${hosted}\n`;
  await expect(text).toMatchFileSnapshot('../docs/configuration.md');
});
