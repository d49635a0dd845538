import type { Operation } from '../src/okta/operation.js';
import type { Escalation, PreviewRead, ToolDefinition } from '../src/tools/definition.js';
import type { EscalationEntry, ReadEntry } from './config.js';
import type { Problem } from './errors.js';
import { type Entry, nearest } from './slice.js';
import { singular, spaced } from './words.js';

/** A GET that a tool of risk `read` offers, so that reading it for a question reaches nothing new. */
interface Readable {
  readonly operation: string;
  /** Names of its path parameters, in order. */
  readonly parameters: readonly string[];
  readonly inputs: ReadonlySet<string>;
  readonly list: boolean;
}

const PARAMETER = /\{([^}]+)\}/g;

/** `/users/{userId}` and `/users/{id}` are the same place. */
function placeOf(path: string): string {
  return path.replace(PARAMETER, '{}');
}

function parametersOf(path: string): string[] {
  return [...path.matchAll(PARAMETER)].map((match) => match[1]!);
}

/** Adds what is read before a confirmed call: what the path of the operation implies, and what the entry states. */
export function withPreviews(
  tools: readonly ToolDefinition[],
  entries: readonly Entry[],
  operations: ReadonlyMap<string, Operation>,
): { tools: ToolDefinition[]; problems: Problem[] } {
  const byOperation = new Map<string, Readable>();
  const byPlace = new Map<string, Readable>();
  for (const tool of tools) {
    const { method, path, query = [] } = operations.get(tool.operation)!;
    if (method !== 'GET' || tool.risk !== 'read' || tool.arguments !== undefined) continue;
    const parameters = parametersOf(path);
    const inputs = new Set([...parameters, ...query]);
    const readable = { operation: tool.operation, parameters, inputs, list: tool.page !== undefined };
    byOperation.set(tool.operation, readable);
    if (!readable.list) byPlace.set(placeOf(path), readable);
  }
  const problems: Problem[] = [];
  const previewed = tools.map((tool, index) => {
    const entry = entries[index]!;
    const escalates = entry.config.escalates as Escalation[];
    const confirmed = needsConfirmation(tool) || escalates.length > 0;
    if (!confirmed && entry.config.preview.length > 0) {
      problems.push(entry.problem(['preview'], 'is never confirmed, so nothing is read before it'));
    }
    const inputs = Object.keys((tool.inputSchema.properties ?? {}) as object);
    if (confirmed && inputs.includes('confirmation')) {
      problems.push(
        entry.problem([], 'has an argument "confirmation", the name that carries the answer to a question'),
      );
    }
    for (const [key, reads] of [
      ['preview', entry.config.preview],
      ['escalates', entry.config.escalates],
    ] as const) {
      for (const [at, read] of reads.entries()) {
        for (const [message, fix] of readProblems(read, inputs, byOperation)) {
          problems.push(entry.problem([key, at], message, fix));
        }
      }
    }
    if (!confirmed) return tool;
    const { path } = operations.get(tool.operation)!;
    const preview = merge(impliedReads(path, byPlace), entry.config.preview as PreviewRead[]);
    return {
      ...tool,
      ...(preview.length > 0 && { preview }),
      ...(escalates.length > 0 && { escalates }),
    };
  });
  return { tools: previewed, problems: [...problems, ...waysRound(previewed, entries, operations)] };
}

/** What one tool asks a person for must not go unasked through another that writes the same resource. */
function waysRound(
  tools: readonly ToolDefinition[],
  entries: readonly Entry[],
  operations: ReadonlyMap<string, Operation>,
): Problem[] {
  const writers = tools.flatMap((tool, index) => {
    const { method, path } = operations.get(tool.operation)!;
    const writes = ['POST', 'PUT', 'PATCH'].includes(method) && tool.risk !== 'privileged';
    return writes ? [{ tool, entry: entries[index]!, place: placeOf(path) }] : [];
  });
  return writers.flatMap(({ tool, entry, place }) =>
    writers
      .filter((other) => other.place === place && other.tool !== tool)
      .flatMap(({ tool: { name, escalates = [] } }) => escalates.map((reason) => ({ name, reason })))
      .filter(({ reason }) => !tool.escalates?.some((own) => JSON.stringify(own) === JSON.stringify(reason)))
      .map(({ name, reason: { label } }) =>
        entry.problem(['escalates'], `writes the same as ${name}, and does not escalate for "${label}"`),
      ),
  );
}

function needsConfirmation({ risk, update }: ToolDefinition): boolean {
  return risk === 'destructive' || risk === 'privileged' || update === 'replace';
}

/**
 * The resources a path names, the innermost first: each prefix that can be read, and where it cannot, the resource of
 * the same name at the top (`/groups/{groupId}/users/{userId}` is about a user and a group).
 */
function impliedReads(path: string, byPlace: ReadonlyMap<string, Readable>): PreviewRead[] {
  const parts = path.split('/');
  const parameters = parametersOf(path);
  const reads: PreviewRead[] = [];
  let seen = 0;
  for (let end = 2; end <= parts.length; end += 1) {
    const last = parts[end - 1]!;
    const isParameter = last.startsWith('{');
    if (isParameter) seen += 1;
    if (!isParameter && end < parts.length) continue;
    const noun = (isParameter ? parts[end - 2] : last)!;
    const here = byPlace.get(placeOf(parts.slice(0, end).join('/')));
    const top = isParameter ? byPlace.get(`/api/v1/${noun}/{}`) : undefined;
    const given = here ? parameters.slice(0, seen) : parameters.slice(seen - 1, seen);
    const found = here ?? top;
    if (!found) continue;
    const read = { operation: found.operation, ...filled(found, given) };
    // A setting without an id of its own, such as a customised page, need not be there.
    const named = isParameter ? { label: singular(noun) } : { label: settingName(parts), optional: true as const };
    reads.unshift({ ...named, ...read });
  }
  return reads.filter(({ operation }, at) => reads.findIndex((other) => other.operation === operation) === at);
}

function filled({ parameters }: Readable, given: readonly string[]): Pick<PreviewRead, 'arguments'> {
  if (parameters.length === 0) return {};
  return { arguments: Object.fromEntries(parameters.map((name, at) => [name, `\${${given[at]}}`])) };
}

/** `.../pages/error/customized` to `error customized`. */
function settingName(parts: readonly string[]): string {
  const words = parts.slice(-2).filter((part) => !/^\{|^v1$/.test(part));
  return spaced(words.join(' '));
}

/** What the entry states completes what is implied, or takes its place where it reads something else. */
function merge(implied: readonly PreviewRead[], stated: readonly PreviewRead[]): PreviewRead[] {
  const kept = implied.map((read) => {
    const own = stated.find(({ label }) => label === read.label);
    if (!own) return read;
    return own.operation === read.operation ? { ...read, ...own } : own;
  });
  return [...kept, ...stated.filter(({ label }) => !implied.some((read) => read.label === label))];
}

function readProblems(
  read: ReadEntry | EscalationEntry,
  inputs: readonly string[],
  byOperation: ReadonlyMap<string, Readable>,
): [message: string, fix?: string][] {
  const known = (path: string) => inputs.includes(path.split('.')[0]!);
  const given = 'given' in read ? [read.given ?? []].flat() : [];
  const problems: [string, string?][] = given
    .filter((path) => !known(path))
    .map((path) => [`there is no input "${path}"`]);
  if (!('operation' in read)) return problems;
  const readable = byOperation.get(read.operation);
  if (readable === undefined) {
    const near = nearest(read.operation, [...byOperation.keys()]).join(', ');
    return [...problems, [`no tool of risk read offers "${read.operation}"`, `nearest: ${near || 'none'}`]];
  }
  const { arguments: values = {}, mentions, count, names } = read;
  for (const name of Object.keys(values)) {
    if (!readable.inputs.has(name)) problems.push([`${read.operation} takes no "${name}"`]);
  }
  for (const name of readable.parameters) {
    if (!(name in values)) problems.push([`${read.operation} needs "${name}"`]);
  }
  for (const value of [...Object.values(values), mentions ?? '']) {
    for (const [, path] of String(value).matchAll(/\$\{([^}]+)\}/g)) {
      if (!known(path!)) problems.push([`there is no input "${path}"`]);
    }
  }
  if (readable.list !== (count === true)) {
    problems.push([
      readable.list ? 'answers a list, so say "count: true"' : 'answers no list, so it cannot be counted',
    ]);
  }
  if (count !== true && (names ?? mentions) !== undefined)
    problems.push(['names and mentions belong to counted lists']);
  return problems;
}
