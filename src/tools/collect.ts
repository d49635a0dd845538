import { OktaMcpError } from '../errors.js';
import type { CallContext } from '../okta/operation.js';
import { anotherIncumbent, type Carried, cursorOf, openCursor } from './collect-cursor.js';
import { type CollectRequest, readRequest } from './collect-request.js';
import { collectResult, roomIn } from './collect-result.js';
import { Collection } from './collection.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import { formatOf } from './export-file.js';
import { ListWalk } from './list-walk.js';
import type { LocalTool, TimedContext } from './local-tool.js';
import { nearest } from './nearest.js';
import type { ToolResult } from './result.js';
import type { Seal } from './seal.js';
import type { ToolAccess } from './toolbox.js';

export interface CollectParts {
  readonly access: Pick<ToolAccess, 'catalog' | 'allowed' | 'check' | 'trace' | 'dispatch' | 'note' | 'known'>;
  readonly seal: Seal;
  /** Origin of the org. */
  readonly org: string;
  /** See `ActingPrincipal`. */
  readonly principal: { readonly incumbent: number };
  /** UTF-8 bytes of a result. */
  readonly budget: number;
  /** Whether rows can go into files, and where, once the operator has named a folder. Absent for a server of others. */
  readonly files?: { readonly folder: string | undefined };
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Of a budget, what a cursor may take. */
const CURSOR_SHARE = 1 / 3;

const WHERE = 'SCIM filter on rows: status eq "ACTIVE" and (lastLogin lt "2026-01-01" or not (lastLogin pr))';

const string = (description: string) => ({ type: 'string', minLength: 1, description });

const properties = {
  tool: { type: 'string', description: 'List tool' },
  arguments: { type: 'object', description: 'Its arguments; narrow here first' },
  fields: { type: 'array', items: { type: 'string' }, description: 'More dotted paths per row; "*" all' },
  where: string(WHERE),
  count_by: {
    anyOf: [
      { type: 'string', minLength: 1 },
      { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3 },
    ],
    description: 'Path(s): counts per value instead of rows',
  },
  sort: string('Path, "-path" descending; keeps the first `top` (20)'),
  top: { type: 'integer', minimum: 1, maximum: 1000, description: 'Most rows or counts' },
  cursor: string('Goes on; give it alone'),
};

const SAVE_AS = string('New file, name.csv or name.jsonl, for all rows');

/** The tool that reads a list to its end. */
export function collectTool(parts: CollectParts): LocalTool {
  return {
    name: 'collect',
    title: 'Collect a whole list',
    description:
      'Reads all pages of a list tool and answers rows, counts, or a file. complete false: call again with {cursor}; totals go on.',
    inputSchema: {
      type: 'object',
      properties: { ...properties, ...(parts.files && { save_as: SAVE_AS }) },
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    useful: () => listTools(parts).length > 0,
    run: (args, context) => new Collecting(parts, context).run(args),
  };
}

/** One call. */
class Collecting {
  #incumbent: number | undefined;

  constructor(
    private readonly parts: CollectParts,
    private readonly context: TimedContext,
  ) {}

  async run(args: JsonObject): Promise<ToolResult> {
    const { access, seal, now } = this.parts;
    const carried: Partial<Carried> & Pick<Carried, 'request'> =
      args.cursor === undefined ? { request: readRequest(args) } : openCursor(seal, args, this.#owner(), now());
    const { request } = carried;
    this.#incumbent = carried.incumbent;
    const tool = listTool(this.parts, request, this.context);
    const trace = access.trace(tool, request.arguments, this.context);
    try {
      await access.check(tool, request.arguments);
      const room = roomIn(this.parts.budget, this.#cursor({ place: FIRST, collected: EMPTY, ...carried }).length + 200);
      const collection = new Collection(withFields(request, tool), tool, carried.collected, room);
      const walk = new ListWalk(
        { dispatch: access.dispatch, now },
        tool,
        atMostPages(tool, request.arguments),
        this.context,
        carried.place ?? FIRST,
      );
      await collection.open(this.#folder(request));
      try {
        trace.sent = true;
        await this.#read(walk, collection);
        const result = await this.#answer(walk, collection, request, tool);
        if (walk.ended instanceof OktaMcpError) trace.failed(walk.ended);
        else if (walk.page) trace.called(walk.page.reply);
        return result;
      } catch (error) {
        await collection.drop();
        throw error;
      }
    } catch (error) {
      const failure = access.known(tool.name, error);
      trace.failed(failure);
      throw failure;
    }
  }

  async #read(walk: ListWalk, collection: Collection): Promise<void> {
    for (let items = await walk.read(); items; items = await walk.read()) {
      this.#incumbent ??= this.parts.principal.incumbent;
      if (this.#incumbent !== this.parts.principal.incumbent) throw anotherIncumbent();
      const behind = collection.take(items, walk.place.skip);
      await collection.flush();
      walk.pass(behind);
      this.context.progress?.(collection.read);
      if (collection.full) return;
    }
    if (walk.ended instanceof OktaMcpError && collection.read === 0) throw walk.ended;
  }

  async #answer(
    walk: ListWalk,
    collection: Collection,
    request: CollectRequest,
    tool: ToolDefinition,
  ): Promise<ToolResult> {
    const { access, budget } = this.parts;
    const { ended, page, place } = walk;
    const { read, matched } = collection;
    const notes: (string | undefined)[] = [];
    const unseen = collection.unseen.list();
    if (read === 0 && ended === 'end' && page) {
      notes.push(await access.note(tool, request.arguments, page, this.context));
    }
    if (read > 0 && matched === 0) notes.push(`None of the ${read} rows read matches \`where\`.`);
    if (read > 0 && unseen.length > 0) {
      const named = unseen.slice(0, 5).map((path) => JSON.stringify(path.slice(0, 60)));
      notes.push(`No row read has ${named.join(', ')}: paths are dotted and case-sensitive, like profile.login.`);
    }
    if (ended === 'stuck') notes.push('Okta has more rows, but this list does not go on from here: narrow it.');

    let cursor: string | undefined;
    let file: object | undefined;
    if (ended === 'end' || ended === 'stuck') {
      const finished = await collection.finish();
      file = finished?.file;
      notes.push(finished?.note);
    } else {
      cursor = this.#cursor({ request, place, collected: await collection.suspend(), incumbent: this.#incumbent });
      if (ended === 'late') notes.push('Time was up. Totals go on with the cursor.');
      if (cursor.length > budget * CURSOR_SHARE) {
        cursor = undefined;
        await collection.drop();
        notes.push('What was collected is too much to go on with: narrow the rows, count coarser, or keep fewer.');
      } else if (request.save_as !== undefined) notes.push('The file appears once all is read: go on with the cursor.');
    }
    const error = ended instanceof OktaMcpError ? ended : undefined;
    const facts = { complete: ended === 'end', notes, file, cursor, error };
    return collectResult(collection, facts, request.top, budget);
  }

  #owner() {
    return { org: this.parts.org, caller: this.context.caller };
  }

  #cursor(carried: Carried): string {
    return cursorOf(this.parts.seal, carried, this.#owner(), this.parts.now());
  }

  /** @throws OktaMcpError `export_unavailable` when a file is asked for and there is no folder */
  #folder({ save_as }: CollectRequest): string | undefined {
    if (save_as === undefined) return undefined;
    formatOf(save_as);
    const { files } = this.parts;
    if (files?.folder !== undefined) return files.folder;
    throw new OktaMcpError(
      'export_unavailable',
      'No folder for files is configured. Nothing was sent.',
      files
        ? 'Ask the operator of this server to set OKTA_EXPORT_DIR to an existing folder, or leave out `save_as`.'
        : 'Leave out `save_as`.',
    );
  }
}

const FIRST = { skip: 0 };
const EMPTY = { read: 0, matched: 0, unseen: [] };

/** As large as Okta documents, unless the caller wants them smaller. */
function atMostPages({ page }: ToolDefinition, args: JsonObject): JsonObject {
  const { max } = page ?? {};
  if (max === undefined) return args;
  return { ...args, limit: typeof args.limit === 'number' && args.limit < max ? args.limit : max };
}

/** `fields` may be given where the list itself takes them as well. */
function withFields(request: CollectRequest, { projection }: ToolDefinition): CollectRequest {
  const asked = projection && request.arguments.fields;
  return Array.isArray(asked) ? { ...request, fields: [...asked, ...request.fields] } : request;
}

/** @throws OktaMcpError */
function listTool(parts: CollectParts, request: CollectRequest, context: CallContext): ToolDefinition {
  const { tool: name, arguments: args } = request;
  const tool = parts.access.allowed(name, { args, context });
  if (collectable(tool)) return tool;
  const lists = listTools(parts);
  const names = lists.map((list) => list.name);
  const beside = lists.filter(({ toolset }) => toolset === tool.toolset).map((list) => list.name);
  const meant = [...new Set([...nearest(name, names), ...beside])].slice(0, 5);
  const instead = meant.length > 0 ? ` Lists to collect from: ${meant.join(', ')}.` : '';
  const refusal = new OktaMcpError(
    'arguments_invalid',
    tool.page
      ? `${tool.name} must be confirmed, so it cannot be collected from. Nothing was sent.`
      : `${tool.name} answers no list, so there is nothing to collect. Nothing was sent.`,
    `Call ${tool.name} itself.${instead}`,
  );
  parts.access.trace(tool, args, context).failed(refusal);
  throw refusal;
}

function listTools({ access }: CollectParts): ToolDefinition[] {
  return access.catalog.tools.filter(collectable);
}

function collectable({ page, risk }: ToolDefinition): boolean {
  return page !== undefined && risk === 'read';
}
