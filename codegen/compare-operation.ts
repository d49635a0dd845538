import type { ToolDefinition } from '../src/tools/definition.js';
import { accessChanges } from './compare-access.js';
import { replyDifferences } from './compare-reply.js';
import { type ArgumentChange, argumentChanges, LEVELS, type Level, type Versioned } from './compare-request.js';
import { type Difference, sameFacts } from './compare-shape.js';
import { type ApiOperation, type Document, operationsOf } from './document.js';
import { requestOf } from './path.js';

/** A change of an operation itself. */
export interface FactChange {
  readonly about: 'operation';
  readonly kind:
    | 'renamed'
    | 'moved'
    | 'scopes'
    | 'credentials'
    | 'roles'
    | 'permissions'
    | 'lifecycle'
    | 'deprecated'
    | 'other';
  readonly level: Level;
  /** The keyword, of lifecycle and other facts. */
  readonly keyword?: string;
  readonly was?: unknown;
  readonly is?: unknown;
}

/** A change of what an operation answers, apart from what named schemas hold. */
export interface ReplyChange extends Difference {
  readonly about: 'reply';
  readonly level: 'patch';
}

export type Change = FactChange | ArgumentChange | ReplyChange;

export interface OperationChange {
  /** Operation id, the present one where there is one. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly status: 'added' | 'removed' | 'changed';
  /** Names of the tools that call it. */
  readonly tools: readonly string[];
  /** What it means to users of the tools: `patch` where no tool calls it. */
  readonly level: Level;
  /** Empty for what is new or gone. */
  readonly changes: readonly Change[];
}

/** What a comparison wants to know of a tool. */
export type ComparedTool = Pick<ToolDefinition, 'name' | 'operation' | 'inputSchema' | 'aliases'> &
  Partial<Pick<ToolDefinition, 'scopes' | 'roles' | 'risk'>>;

/** Tools as they were and as they are; the same where nothing was generated in between. */
export interface ComparedTools {
  readonly before: readonly ComparedTool[];
  readonly after: readonly ComparedTool[];
}

/** Every operation that differs: those of tools first, then the gravest, then by path. */
export function operationChanges(before: Document, after: Document, tools: ComparedTools): OperationChange[] {
  const pairs = paired(operationsOf(before), operationsOf(after));
  const found = pairs.flatMap(({ old, now }): OperationChange[] => {
    const callers = tools.before.filter(({ operation }) => operation === old?.id);
    const offered = tools.after.filter(({ operation }) => operation === now?.id);
    const names = [...callers, ...offered].map(({ name }) => name);
    const { id, method, path } = (now ?? old)!;
    const face = { operation: id, method, path, tools: [...new Set(names)] };
    // It is a tool only once it is accepted and generated.
    if (old === undefined)
      return [{ ...face, status: 'added', level: names.length > 0 ? 'minor' : 'patch', changes: [] }];
    if (now === undefined)
      return [{ ...face, status: 'removed', level: callers.length > 0 ? 'major' : 'patch', changes: [] }];
    const changes = changesOf([before, old], [after, now], callers, offered);
    const sorted = changes.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
    return changes.length === 0 ? [] : [{ ...face, status: 'changed', level: gravest(changes), changes: sorted }];
  });
  const rank = ({ tools: names, level }: OperationChange) => (names.length > 0 ? 0 : 10) + LEVELS.indexOf(level);
  return found.sort((a, b) => rank(a) - rank(b) || (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
}

/** The most that any of several changes means; `patch` for none. */
export function gravest(changes: readonly { readonly level: Level }[]): Level {
  return LEVELS.find((level) => changes.some((change) => change.level === level)) ?? 'patch';
}

interface Pair {
  readonly old?: ApiOperation;
  readonly now?: ApiOperation;
}

/** The same request is the same operation, whatever its id; what is left over goes by id. */
function paired(before: readonly ApiOperation[], after: readonly ApiOperation[]): Pair[] {
  const rest = new Set(after);
  const counterparts = new Map<ApiOperation, ApiOperation>();
  const keys: ((api: ApiOperation) => string)[] = [
    ({ method, path }) => `${method} ${path}`,
    ({ method, path }) => requestOf(method, path),
    ({ id }) => id,
  ];
  for (const key of keys) {
    const open = new Map([...rest].map((now) => [key(now), now]));
    for (const old of before) {
      const now = counterparts.has(old) ? undefined : open.get(key(old));
      if (now === undefined || !rest.delete(now)) continue;
      counterparts.set(old, now);
    }
  }
  const known = before.map((old) => {
    const now = counterparts.get(old);
    return now === undefined ? { old } : { old, now };
  });
  return [...known, ...[...rest].map((now) => ({ now }))];
}

function changesOf(
  before: Versioned,
  after: Versioned,
  callers: readonly ComparedTool[],
  now: readonly ComparedTool[],
): Change[] {
  const offered = (name: string) =>
    callers.some(({ inputSchema }) => Object.hasOwn((inputSchema.properties as object | undefined) ?? {}, name));
  const found = [
    ...factChanges(before, after),
    ...accessChanges(before, after, callers, now),
    ...argumentChanges(before, after, offered),
  ];
  return [
    ...found.map((change) => (callers.length > 0 ? change : { ...change, level: 'patch' as const })),
    ...replyDifferences(before, after).map((difference) => ({
      about: 'reply' as const,
      ...difference,
      level: 'patch' as const,
    })),
  ];
}

function factChanges([, old]: Versioned, [, now]: Versioned): FactChange[] {
  const changes: FactChange[] = [];
  const add = (kind: FactChange['kind'], level: Level, was: unknown, is: unknown, keyword?: string) => {
    if (sameFacts(was, is)) return;
    const values = { ...(was === undefined ? {} : { was }), ...(is === undefined ? {} : { is }) };
    changes.push({ about: 'operation', kind, level, ...(keyword === undefined ? {} : { keyword }), ...values });
  };
  add('renamed', 'patch', old.id, now.id);
  if (requestOf(old.method, old.path) !== requestOf(now.method, now.path)) {
    add('moved', 'patch', `${old.method} ${old.path}`, `${now.method} ${now.path}`);
  }
  const { operation: was } = old;
  const { operation: is } = now;
  add('deprecated', is.deprecated === true ? 'minor' : 'patch', was.deprecated === true, is.deprecated === true);
  const [life, lifeNow] = [was['x-okta-lifecycle'] ?? {}, is['x-okta-lifecycle'] ?? {}];
  for (const keyword of keysOf(life, lifeNow)) add('lifecycle', 'patch', life[keyword], lifeNow[keyword], keyword);
  for (const keyword of keysOf(was, is)) {
    if (!COMPARED_ELSEWHERE.has(keyword)) add('other', 'patch', was[keyword], is[keyword], keyword);
  }
  return changes;
}

const COMPARED_ELSEWHERE: ReadonlySet<string> = new Set([
  'operationId',
  'parameters',
  'requestBody',
  'responses',
  'security',
  'deprecated',
  'x-okta-lifecycle',
  'x-okta-iam-admin-roles',
  'x-okta-iam-permissions',
]);

function keysOf<T extends object>(was: T, is: T): (keyof T & string)[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])] as (keyof T & string)[];
}
