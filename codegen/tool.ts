import type { Credential } from '../src/auth/strategy.js';
import type { Operation } from '../src/okta/operation.js';
import type { JsonObject, Template, ToolDefinition } from '../src/tools/definition.js';
import type { ToolsConfig } from './config.js';
import type { Document } from './document.js';
import type { Problem } from './errors.js';
import { filesOf } from './files.js';
import { hintsOf } from './hints.js';
import { inputOf } from './input.js';
import { mergeOf } from './merge.js';
import { pageOf, pageProblems } from './page.js';
import { projectionOf } from './projection.js';
import { rolesOf, scopesOf } from './requirement.js';
import { secretsOf } from './secrets.js';
import type { Entry } from './slice.js';

/** The MCP face of an entry. */
export function toolOf(
  document: Document,
  config: ToolsConfig,
  entry: Entry,
  operation: Operation,
  known: ReadonlySet<string>,
): { tool: ToolDefinition; problems: Problem[] } {
  const { name, toolset, config: stated, api, problem } = entry;
  const { scopes, problems } = scopesOf(entry, known);
  const { roles, problems: roleProblems } = rolesOf(entry, config);
  problems.push(...roleProblems, ...lifecycleProblems(entry), ...retryProblems(entry));
  if (stated.title === undefined) problems.push(problem([], 'has no title'));
  if (stated.description === undefined) problems.push(problem([], 'has no description'));
  const hints = hintsOf({
    id: api.id,
    method: operation.method,
    path: operation.path,
    hasBody: operation.body !== undefined,
    scopes: scopes.flat(),
  });
  const { merge, problems: mergeProblems } = mergeOf(document, config, entry, hints.replaces);
  problems.push(...mergeProblems);
  const risk = stated.risk ?? (merge === undefined ? hints.risk : 'write');
  // A GET that answers live secrets is privileged and still changes nothing.
  const reads = risk === 'read' || (risk === 'privileged' && hints.risk === 'read');
  const page = pageOf(document, api, stated);
  problems.push(...pageProblems(entry));
  const projection = page && projectionOf(document, config, api);
  const { files, ...told } = filesOf(document, config, api, (message, fix) => problem([], message, fix));
  problems.push(...told.problems);
  const input = inputOf(document, config, entry, operation, {
    limit: page?.limit,
    fields: projection !== undefined,
    files: told.notes,
  });
  const nullable = input.nullable.length === 0 ? {} : { nullable: input.nullable };
  const open = input.open.length === 0 ? {} : { open: input.open };
  const fixed =
    Object.keys(stated.arguments).length === 0 ? {} : { arguments: stated.arguments as Record<string, Template> };
  const secrets = [...new Set([...secretsOf(document, config, api), ...stated.secrets])].sort();
  const neverEmpty = stated.never_empty;
  const unfiltered = page !== undefined && input.schema.required === undefined && !('arguments' in fixed);
  if (neverEmpty !== undefined && !(reads && unfiltered)) {
    problems.push(problem(['never_empty'], 'is not a list that can be read without arguments'));
  }
  const tool: ToolDefinition = {
    name,
    ...(stated.aliases.length === 0 ? {} : { aliases: stated.aliases }),
    title: stated.title ?? name,
    description: stated.description ?? '',
    operation: api.id,
    ...fixed,
    toolset,
    core: stated.core,
    ...(entry.composed === undefined ? {} : { composed: entry.composed }),
    risk,
    scopes,
    roles,
    auth: credentialsOf(entry),
    inputSchema: input.schema,
    ...(input.nullable.length + input.open.length === 0 ? {} : { accept: { ...nullable, ...open } }),
    ...(Object.keys(input.renamed).length === 0 ? {} : { renamed: input.renamed }),
    ...(page === undefined ? {} : { page }),
    ...(projection === undefined ? {} : { projection: withEmbedded(projection, input.schema) }),
    ...(neverEmpty === undefined ? {} : { neverEmpty }),
    ...(hints.replaces && merge === undefined ? { update: 'replace' as const } : {}),
    ...(merge === undefined ? {} : { update: 'merge' as const, merge }),
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(files.length === 0 ? {} : { files }),
    annotations: {
      readOnlyHint: reads,
      destructiveHint: !reads && risk !== 'write',
      idempotentHint: hints.idempotent || reads || stated.retry === 'safe',
      openWorldHint: true,
    },
  };
  return { tool, problems: [...problems, ...input.problems] };
}

/** What `expand` asks for is shown. */
function withEmbedded(projection: readonly string[], { properties }: JsonObject): readonly string[] {
  return Object.hasOwn(properties as object, 'expand') ? [...projection, '_embedded'] : projection;
}

function lifecycleProblems({ config, api, problem }: Entry): Problem[] {
  const lifecycle = api.operation['x-okta-lifecycle']?.lifecycle;
  const facts = [
    ...(api.operation.deprecated === true ? (['deprecated'] as const) : []),
    ...(lifecycle === 'EA' || lifecycle === 'BETA' ? (['early-access'] as const) : []),
  ];
  return facts
    .filter((fact) => !config.acknowledge.includes(fact))
    .map((fact) => problem([], `${api.id} is ${fact}`, `say "acknowledge: [${fact}]" to offer it all the same`));
}

function retryProblems({ config: { retry, retryReason }, api, problem }: Entry): Problem[] {
  if (retry !== undefined && api.method === 'GET') {
    return [problem(['retry'], 'is a GET, which is always repeated when no answer came', 'remove it')];
  }
  if ((retry === undefined) === (retryReason === undefined)) return [];
  return [problem([], 'retry and retryReason belong together', 'say why repeating it does no harm')];
}

function credentialsOf({ api }: Entry): Credential[] {
  const security = api.operation.security ?? [];
  if (security.length === 0) return ['oauth', 'api-token'];
  return [
    ...(security.some((requirement) => 'oauth2' in requirement) ? (['oauth'] as const) : []),
    ...(security.some((requirement) => 'apiToken' in requirement) ? (['api-token'] as const) : []),
  ];
}
