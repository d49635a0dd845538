import { describe, expect, test } from 'vitest';
import { readBodies, readToolFile } from '../../src/package-files.js';
import { createToolbox } from '../../src/tools/call.js';
import { Catalog } from '../../src/tools/catalog.js';
import type { ToolFile } from '../../src/tools/definition.js';
import { type Bodies, describeToolTool } from '../../src/tools/describe-tool.js';
import { jsonOf, operationsFor, recordingClient, textOf, tool, toolFile, unguarded } from './fixture.js';

const short = { type: 'object', properties: { body: { type: 'object' } }, required: ['body'] };
const tools = [
  tool('read_one', { inputSchema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } }),
  tool('write_one', { inputSchema: short, risk: 'write', scopes: [['okta.users.manage']] }),
  tool('write_kind', { inputSchema: short, risk: 'write' }),
];
const full = {
  type: 'object',
  properties: { name: { type: 'string' }, deep: { type: 'object', properties: { x: {} } } },
};
const bodies: Bodies = {
  write_one: { schema: full },
  write_kind: { by: 'kind', variants: { A: full, B: { type: 'object', properties: { b: { type: 'string' } } } } },
};

function setUp({
  file = toolFile(...tools),
  scopes = ['okta.users.read'],
  budget = 24_000,
  known = bodies,
}: {
  file?: ToolFile;
  scopes?: readonly string[];
  budget?: number;
  known?: Bodies;
} = {}) {
  const all = Catalog.parse(file);
  let reads = 0;
  const toolbox = createToolbox({
    all,
    grant: () => ({ scopes, credential: 'any' }),
    operations: operationsFor(file.tools),
    client: recordingClient(),
    ...unguarded,
    resultBytes: budget,
    log: { error: (facts) => console.error(facts) },
    local: (access) => [
      describeToolTool({
        access,
        all,
        budget,
        bodies: () => {
          reads += 1;
          return known;
        },
      }),
    ],
  });
  return {
    describe: (args: Record<string, unknown>) => toolbox.call('describe_tool', args, {}),
    toolbox,
    reads: () => reads,
  };
}

describe('describe_tool', () => {
  test('shows what the gate knows and the arguments, without reading bodies where there is none', async () => {
    const { describe: show, reads } = setUp();
    expect(jsonOf(await show({ name: 'read_one' }))).toEqual({
      name: 'read_one',
      title: 'read_one',
      description: 'Does read_one.',
      toolset: 'users',
      risk: 'read',
      scopes: [['okta.users.read', 'okta.users.manage']],
      roles: { anyOf: ['READ_ONLY_ADMIN'], note: 'As far as Okta documents it.' },
      arguments: tools[0]!.inputSchema,
    });
    expect(reads()).toBe(0);
  });

  test('shows the whole body, and of a tool that is not allowed also what would unlock it', async () => {
    const { describe: show } = setUp();
    expect(jsonOf(await show({ name: 'write_one' }))).toMatchObject({
      arguments: { properties: { body: full }, required: ['body'] },
      notAvailable: expect.stringContaining('okta.users.manage'),
      unlock: expect.stringContaining('OKTA_SCOPES'),
    });
  });

  test('names the variants, then shows the one that is asked for', async () => {
    const { describe: show } = setUp();
    expect(jsonOf(await show({ name: 'write_kind' }))).toMatchObject({
      arguments: short,
      variants: { by: 'kind', values: ['A', 'B'] },
    });
    const one = jsonOf(await show({ name: 'write_kind', variant: 'B' }));
    expect(one).toMatchObject({ variant: 'B', arguments: { properties: { body: { properties: { b: {} } } } } });
    expect(one).not.toHaveProperty('variants');
  });

  test.each([
    { args: { name: 'no_such' }, want: 'tool_unknown' },
    { args: { name: 'describe_tool' }, want: 'tool_unknown' },
    { args: { name: 'write_kind', variant: 'C' }, want: 'Choose one of: A, B.' },
    { args: { name: 'write_kind', variant: 'constructor' }, want: 'Choose one of: A, B.' },
    { args: { name: 'write_one', variant: 'A' }, want: 'Leave variant out.' },
    { args: { name: 'read_one', page: 2 }, want: 'The description of read_one has one page.' },
    { args: {}, want: 'arguments_invalid' },
  ])('refuses $args', async ({ args, want }) => {
    const refused = await setUp().describe(args);
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toContain(want);
  });

  test('is listed only where a listed body is shortened or a tool is not listed', () => {
    const listed = (names: string[]) =>
      setUp({ file: toolFile(...tools.filter(({ name }) => names.includes(name))) }).toolbox.local.length;
    expect([listed(['read_one']), listed(['write_kind']), listed(['read_one', 'write_kind'])]).toEqual([0, 1, 1]);
  });
});

/** Names of every property, at every depth. */
function namesIn(schema: unknown): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  const { properties = {} } = schema as { properties?: object };
  return [...Object.keys(properties), ...Object.values(schema).flatMap(namesIn)];
}

test('every body of every tool is shown whole, in pages of the smallest size a result may have', async () => {
  const file = readToolFile();
  const known = readBodies();
  const budget = 2_000;
  const { describe: show } = setUp({ file, scopes: file.scopes, budget, known });
  let most = 0;
  for (const { name, operation, inputSchema } of file.tools) {
    if (!('body' in (inputSchema.properties as object)) || !(operation in known)) continue;
    const body = known[operation]!;
    for (const variant of 'variants' in body ? Object.keys(body.variants) : [undefined]) {
      const seen: string[] = [];
      let complete = false;
      for (let page = 1; !complete; page += 1) {
        const answer = await show({ name, page, ...(variant && { variant }) });
        expect(answer.isError, textOf(answer)).toBeUndefined();
        if (page > 1) expect(Buffer.byteLength(textOf(answer)), `${name} ${page}`).toBeLessThanOrEqual(budget);
        const { arguments: part, complete: last = true } = jsonOf(answer);
        seen.push(...namesIn((part as { properties: { body?: object } }).properties.body));
        complete = last as boolean;
        most = Math.max(most, page);
      }
      const whole = 'variants' in body ? body.variants[variant!] : body.schema;
      expect(new Set(seen), `${name} ${variant}`).toEqual(new Set(namesIn(whole)));
    }
  }
  expect(most).toBeGreaterThan(10);
});
