import { type Config, ConfigError, parseConfig } from '../config.js';
import { knownNames, readToolFile } from '../package-files.js';
import type { Shell } from '../shell.js';
import { Catalog, type Grant } from '../tools/catalog.js';
import type { ToolDefinition } from '../tools/definition.js';
import { describeMissing } from '../tools/missing.js';

/** `okta-mcp tools`: every tool, active or not and why. Needs no org: scopes alone decide most of it. */
export function runTools({ env, out, err }: Shell, { json }: { readonly json: boolean }): void {
  const file = readToolFile();
  const all = Catalog.parse(file);
  const { config, configured } = readConfig(env, knownNames(file));
  if (!configured) err.write('No org is configured; this is what the scopes alone allow.\n');
  const grant: Grant = { ...config, credential: configured ? credentialOf(config) : 'any' };
  out.write(
    json
      ? `${JSON.stringify(
          all.list().map((tool) => entry(all, tool, grant)),
          null,
          2,
        )}\n`
      : table(all, grant),
  );
}

function readConfig(env: Shell['env'], known: ReturnType<typeof knownNames>): { config: Config; configured: boolean } {
  try {
    return { ...parseConfig(env, known, { demo: false }), configured: true };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ...parseConfig(env, known, { demo: true }), configured: false };
  }
}

function credentialOf({ auth }: Config): Grant['credential'] {
  return auth.strategy === 'api-token' ? 'api-token' : 'oauth';
}

function entry(all: Catalog, tool: ToolDefinition, grant: Grant) {
  const { name, title, toolset, risk, operation, scopes, roles, auth } = tool;
  const missing = all.missing(name, grant);
  return { name, active: !missing, ...(missing && { missing }), toolset, risk, operation, scopes, roles, auth, title };
}

function table(all: Catalog, grant: Grant): string {
  const width = Math.max(...all.list().map(({ name }) => name.length), 0);
  const active = all.narrow(grant);
  const lines = [`${active.list().length} of ${all.list().length} tools are active.`];
  for (const [id, { title }] of Object.entries(all.toolsets)) {
    const tools = all.list().filter(({ toolset }) => toolset === id);
    const count = tools.filter(({ name }) => active.get(name)).length;
    lines.push('', `${title} (${id}): ${count} of ${tools.length}`);
    for (const tool of tools) {
      const missing = all.missing(tool.name, grant);
      const why = missing ? describeMissing(missing).map((reason) => reason.why) : [`${tool.title}`];
      lines.push(`  ${missing ? '-' : '+'} ${tool.name.padEnd(width)}  ${tool.risk.padEnd(11)}  ${why.join('; ')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
