import { type Config, ConfigError, parseConfig } from '../config.js';
import { knownNames, readToolFile } from '../package-files.js';
import type { Shell } from '../shell.js';
import { Catalog, type Grant } from '../tools/catalog.js';
import type { ToolDefinition } from '../tools/definition.js';
import { describeMissing } from '../tools/missing.js';
import { listedTools } from '../tools/surface.js';

/** `okta-mcp tools`: every tool, active or not and why. Needs no org: scopes alone decide most of it. */
export function runTools({ env, out, err }: Shell, { json }: { readonly json: boolean }): void {
  const file = readToolFile();
  const all = Catalog.parse(file);
  const { config, configured } = readConfig(env, knownNames(file));
  if (!configured) err.write('No org is configured; this is what the scopes alone allow.\n');
  const grant: Grant = { ...config, credential: configured ? credentialOf(config) : 'any' };
  const allowed = all.narrow(grant).list();
  const listed = new Set(
    listedTools(allowed, config.surface, { named: grant.tools !== undefined, groups: config.toolsets ?? [] }),
  );
  out.write(
    json
      ? `${JSON.stringify(
          all.list().map((tool) => entry(all, tool, grant, listed)),
          null,
          2,
        )}\n`
      : table(all, grant, listed),
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

function entry(all: Catalog, tool: ToolDefinition, grant: Grant, shown: ReadonlySet<ToolDefinition>) {
  const { name, title, toolset, risk, operation, scopes, roles, auth } = tool;
  const missing = all.missing(name, grant);
  const listed = shown.has(tool);
  return {
    name,
    active: !missing,
    listed,
    ...(missing && { missing }),
    toolset,
    risk,
    operation,
    scopes,
    roles,
    auth,
    title,
  };
}

function table(all: Catalog, grant: Grant, listed: ReadonlySet<ToolDefinition>): string {
  const width = Math.max(...all.list().map(({ name }) => name.length), 0);
  const active = all.narrow(grant);
  const count = active.list().length;
  const lines = [`${count} of ${all.list().length} tools are active.`];
  if (listed.size < count) {
    lines.push(
      `${listed.size} of them are listed (+); the others (*) are found and called through find_tools and call_tool.`,
    );
  }
  for (const [id, { title }] of Object.entries(all.toolsets)) {
    const tools = all.list().filter(({ toolset }) => toolset === id);
    const some = tools.filter(({ name }) => active.get(name)).length;
    lines.push('', `${title} (${id}): ${some} of ${tools.length}`);
    for (const tool of tools) {
      const missing = all.missing(tool.name, grant);
      const why = missing ? describeMissing(tool.name, missing).map((reason) => reason.why) : [`${tool.title}`];
      lines.push(
        `  ${missing ? '-' : listed.has(tool) ? '+' : '*'} ${tool.name.padEnd(width)}  ${tool.risk.padEnd(11)}  ${why.join('; ')}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
