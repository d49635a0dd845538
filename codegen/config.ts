import { LineCounter, parseDocument, type Document as YamlDocument } from 'yaml';
import { z } from 'zod';
import { excluded, pattern, phrase, specs } from './coverage-config.js';
import type { Problem } from './errors.js';
import { FORMATS } from './files.js';
import { lexicon } from './lexicon.js';

const roles = z.strictObject({
  anyOf: z.array(z.string()).min(1),
  permissions: z.array(z.string()).optional(),
  source: z.string().min(1),
  verified: z.boolean(),
});

const template = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()),
  z.strictObject({ and: z.array(z.string()).min(1) }),
]);

const read = z.strictObject({
  label: z.string().min(1),
  operation: z.string(),
  arguments: z.record(z.string(), z.union([z.string(), z.int()])).optional(),
  show: z.array(z.string()).optional(),
  count: z.literal(true).optional(),
  names: z.string().optional(),
  mentions: z.string().optional(),
  requires: z.strictObject({ fields: z.record(z.string(), z.string()), otherwise: z.string().min(1) }).optional(),
  owner: z.array(z.string()).optional(),
});

const given = {
  given: z.union([z.string(), z.array(z.string()).min(1)]),
  except: z.array(z.string()).min(1).optional(),
  risk: z.literal('destructive').optional(),
};
const escalation = z.union([
  z.strictObject({ label: z.string().min(1), ...given }),
  read.extend({ ...given, given: given.given.optional(), count: z.literal(true) }),
]);

const toolName = z.string().regex(/^[a-z][a-z0-9_]*$/);

const tool = z.strictObject({
  operation: z.string(),
  aliases: z.array(toolName).default([]),
  title: z.string().optional(),
  description: z.string().optional(),
  core: z.boolean().default(false),
  risk: z.enum(['read', 'write', 'destructive', 'privileged']).optional(),
  scopes: z.union([z.literal('none'), z.array(z.string()).min(1)]).optional(),
  scopesReason: z.string().optional(),
  roles: roles.optional(),
  rolesReason: z.string().min(1).optional(),
  acknowledge: z.array(z.enum(['deprecated', 'early-access'])).default([]),
  hide: z.array(z.string()).default([]),
  notes: z.record(z.string(), z.string()).default({}),
  limit: z.int().positive().optional(),
  max_limit: z.int().positive().optional(),
  never_empty: z.string().min(1).optional(),
  retry: z.literal('safe').optional(),
  retryReason: z.string().min(1).optional(),
  arguments: z.record(z.string(), template).default({}),
  inputs: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string().regex(/^\//)).default([]),
  preview: z.array(read).default([]),
  escalates: z.array(escalation).default([]),
  update: z.literal('merge').optional(),
  keep_blank: z.array(z.string().regex(/^\//)).default([]),
});

const file = z.strictObject({
  specs,
  secret_names: z.string().refine(isPattern, 'is no regular expression').default(''),
  glossary: z.record(z.string(), z.string()).default({}),
  projections: z.record(z.string(), z.array(z.string().regex(/^\w+(\.\w+)*$/)).min(1)).default({}),
  roles: z.record(z.string(), roles).default({}),
  self: z
    .strictObject({
      operation: z.string(),
      arguments: z.record(z.string(), z.string()),
      fields: z.array(z.string()).min(1),
    })
    .optional(),
  toolsets: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/),
    z.strictObject({ title: z.string(), tools: z.record(toolName, tool) }),
  ),
  presets: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/),
      z.strictObject({
        title: z.string(),
        toolsets: z.array(z.string()).default([]),
        tools: z.array(z.string()).default([]),
      }),
    )
    .default({}),
  files: z
    .record(
      z.string(),
      z.strictObject({
        formats: z.array(z.enum(FORMATS)).min(1),
        below: z.int().positive().optional(),
        square: z.int().positive().optional(),
      }),
    )
    .default({}),
  outcomes: z
    .record(
      z.string(),
      z.strictObject({ operation: z.string(), arguments: z.record(z.string(), z.string()).default({}) }),
    )
    .default({}),
  excluded: excluded.default({}),
  nouns: z.record(z.string(), z.string()).default({}),
  phrases: z.record(z.string(), phrase).default({}),
  patterns: z.array(pattern(roles)).default([]),
  synonyms: lexicon.prefault({}),
});

/** One read of `preview` or `escalates`. */
export type ReadEntry = z.output<typeof read>;
/** One reason of `escalates`. */
export type EscalationEntry = z.output<typeof escalation>;
/** One entry under `toolsets.<id>.tools` of `tools.config.yaml`. */
export type ToolEntry = z.output<typeof tool>;
/** `tools.config.yaml`, parsed. */
export type ToolsConfig = z.output<typeof file>;

/** A parsed configuration and the means to point at its lines. */
export interface ConfigSource {
  readonly config: ToolsConfig;
  /** What is wrong with the file itself; empty when it can be used. */
  readonly problems: readonly Problem[];
  /** A problem at the line of the deepest existing node of `path`. */
  problem(path: readonly (string | number)[], message: string, fix?: string): Problem;
}

const empty: ToolsConfig = {
  specs: {},
  secret_names: '',
  glossary: {},
  projections: {},
  roles: {},
  toolsets: {},
  presets: {},
  files: {},
  outcomes: {},
  excluded: {},
  nouns: {},
  phrases: {},
  patterns: [],
  synonyms: { same: [], near: {}, verbs: {}, names: {}, ignore: '' },
};

/** An entry as if it stood in the file. */
export function toolEntry(fields: z.input<typeof tool>): ToolEntry {
  return tool.parse(fields);
}

/** Reads `tools.config.yaml`. Never throws: syntax errors, duplicate and unknown keys come back as problems with lines. */
export function parseToolsConfig(text: string, name: string): ConfigSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const problem = (path: readonly (string | number)[], message: string, fix?: string): Problem => ({
    file: name,
    line: lines.linePos(offsetOf(document, path)).line,
    message,
    ...(fix === undefined ? {} : { fix }),
  });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file: name,
      line: lines.linePos(error.pos[0]).line,
      message: error.message.split('\n', 1)[0] ?? error.code,
    }));
    return { config: empty, problems, problem };
  }
  const parsed = file.safeParse(document.toJS());
  if (parsed.success) return { config: parsed.data, problems: [], problem };
  const problems = parsed.error.issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    if (issue.code !== 'unrecognized_keys') return [problem(path, `${path.join('.')}: ${issue.message}`)];
    return issue.keys.map((key) => problem([...path, key], `unknown key "${key}" in ${path.join('.') || 'the file'}`));
  });
  return { config: empty, problems, problem };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

function offsetOf(document: YamlDocument.Parsed, path: readonly (string | number)[]): number {
  let offset = document.contents?.range?.[0] ?? 0;
  let node: unknown = document.contents;
  for (const part of path) {
    const items = (node as { items?: unknown[] } | null)?.items;
    if (!Array.isArray(items)) break;
    if (typeof part === 'number') {
      node = items[part];
    } else {
      const pair = items.find((item) => (item as { key?: { value?: unknown } }).key?.value === part) as
        | { key: { range?: [number, number, number] }; value: unknown }
        | undefined;
      if (pair === undefined) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
      continue;
    }
    offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? offset;
  }
  return offset;
}
