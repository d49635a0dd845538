import type { Comparison, DocumentComparison } from './compare.js';
import type { Change, OperationChange } from './compare-operation.js';
import type { Level } from './compare-request.js';
import type { Difference } from './compare-shape.js';

const MARKS: Record<Level, string> = { major: '!', minor: '+', patch: ' ' };
const WIDTH = 118;

/** A comparison as a person reads it in a terminal. Ends with a newline. */
export function reportOf({ verdict, reasons, tools, documents }: Comparison): string {
  if (verdict === 'none') return `${documents.map(headline).join('\n')}\nNothing changed.\n`;
  const names = [
    ...(tools.removed.length === 0
      ? []
      : [
          ...wrapped(`! gone: ${tools.removed.join(', ')}`),
          ...tools.replaced.map(({ was, is }) => `  ${is} took over from ${was}: give it "aliases: [${was}]"`),
        ]),
    ...tools.renamed.map(({ was, is }) => `+ ${was} is now ${is}; the old name still answers`),
    ...(tools.added.length === 0 ? [] : wrapped(`+ new: ${tools.added.join(', ')}`)),
  ];
  const lines = [
    `Verdict: ${verdict}`,
    ...(reasons.length === 0
      ? ['  only facts that no tool shows']
      : reasons.flatMap((reason) => wrapped(`  ${reason}`))),
    ...section('Tool names', names),
    ...section(
      'Risks that fall: the tool asks for less before it acts',
      tools.lowered.map(({ name, was, is }) => `+ ${name}: ${was} -> ${is}`),
    ),
    ...documents.flatMap((document) => ['', headline(document), ...details(document)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** A change in words, without the operation it belongs to. */
export function sentenceOf(change: Change): string {
  if (change.about === 'operation') {
    const what = { other: change.keyword, lifecycle: change.keyword }[change.kind as string] ?? change.kind;
    return `${what}: ${value(change.was)} -> ${value(change.is)}`;
  }
  if (change.about === 'reply') return `reply ${differenceSentence(change)}`;
  const { kind, ...rest } = change;
  return kind === 'renamed' ? `argument ${change.was} is now ${change.is}` : differenceSentence({ kind, ...rest });
}

function headline({ name, from, to, operations }: DocumentComparison): string {
  const count = (status: OperationChange['status']) => operations.filter((one) => one.status === status).length;
  const counts = (['added', 'removed', 'changed'] as const).map((status) => `${count(status)} ${status}`).join(', ');
  return `${name} ${from ?? '(new)'} -> ${to ?? '(gone)'}: operations ${counts}`;
}

function details({ scopes, operations, replies }: DocumentComparison): string[] {
  const ofTools = operations.filter(({ tools }) => tools.length > 0);
  const others = operations.filter(({ tools }) => tools.length === 0);
  return [
    ...section('Scopes', [
      ...scopes.removed.map((scope) => `  ${scope} is gone`),
      ...scopes.added.map((scope) => `+ ${scope} is new`),
    ]),
    ...section('Operations behind tools (! breaks callers, + adds)', operationLines(ofTools)),
    ...section('Operations that no tool calls', operationLines(others)),
    ...section('Replies, by schema', replies.flatMap(replyLines)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

/** Operations that changed in the same way are told together. */
function operationLines(operations: readonly OperationChange[]): string[] {
  const groups = new Map<string, { lines: string[]; members: OperationChange[] }>();
  for (const change of operations) {
    const lines = linesOf(change);
    const key = lines.join('\n');
    const group = groups.get(key) ?? { lines, members: [] };
    group.members.push(change);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ lines, members }) => [
    ...members.map(faceOf),
    ...lines.map((line) => `  ${line}`),
  ]);
}

function faceOf({ operation, method, path, tools }: OperationChange): string {
  const through = tools.length === 0 || tools.join() === operation ? '' : ` (${tools.join(', ')})`;
  return `${operation}${through}  ${method} ${path}`;
}

function linesOf({ status, level, changes }: OperationChange): string[] {
  if (status !== 'changed') return [`${MARKS[level]} ${status === 'added' ? 'new' : 'gone'}`];
  return changes.flatMap((change) => wrapped(`${MARKS[change.level]} ${sentenceOf(change)}`));
}

function replyLines({ schema, differences, operations, tools }: DocumentComparison['replies'][number]): string[] {
  const readers = tools.length > 0 ? `tools ${tools.join(', ')}` : operations.join(', ');
  return [
    `${schema}, in ${operations.length} operation${operations.length === 1 ? '' : 's'}`,
    ...differences.flatMap((difference) => wrapped(`  ${differenceSentence(difference)}`)),
    ...wrapped(`  ${readers}`),
  ];
}

function differenceSentence({ kind, at, keyword, was, is, where = [] }: Difference): string {
  const place = `${at || 'it'}${where.map((variant) => ` (${variant})`).join('')}`;
  switch (kind) {
    case 'added':
      return `${place} is new${is === 'required' ? ' and required' : ''}`;
    case 'removed':
      return `${place} is gone`;
    case 'required':
      return `${place} is required now`;
    case 'optional':
      return `${place} is optional now`;
    case 'type':
      return `${place}: type ${was} -> ${is}`;
    case 'nullable':
      return `${place} ${is === true ? 'may be null now' : 'may not be null any more'}`;
    case 'values-added':
      return is === 'any' ? `${place} takes any value now` : `${place} also takes ${list(is)}`;
    case 'values-removed':
      return was === 'any' ? `${place} takes only ${list(is)} now` : `${place} no longer takes ${list(was)}`;
    case 'variants-added':
      return `${place} has new variants ${list(is)}`;
    case 'variants-removed':
      return `${place} lost variants ${list(was)}`;
    case 'constraint':
      return `${place}: ${keyword} ${value(was)} -> ${value(is)}`;
  }
}

function list(values: unknown): string {
  return (values as unknown[]).map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(', ');
}

function value(one: unknown): string {
  if (one === undefined) return 'none';
  if (Array.isArray(one)) return one.length === 0 ? 'none' : list(one);
  return typeof one === 'string' ? one : JSON.stringify(one);
}

/** Long lists go on, indented, on further lines. */
function wrapped(line: string): string[] {
  const indent = `${/^\s*/.exec(line)![0]}    `;
  const lines: string[] = [];
  for (const word of line.trimStart().split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? `${indent.slice(4)}${word}` : `${indent}${word}`);
  }
  return lines;
}
