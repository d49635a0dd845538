import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// Takes one check out of the confirmation at a time, in a copy of the project: the suite must notice each.

const root = resolve(import.meta.dirname, '..');
const FILE = 'src/tools/confirm.ts';
const SUITE = ['test/tools/confirm-attacks.test.ts', 'test/tools/confirm.test.ts', 'test/tools/batch.test.ts'];
let copy: string;
let original: string;

const MUTANTS: { readonly check: string; readonly without: string; readonly put?: string }[] = [
  {
    check: 'arguments',
    without: "if (sealed.arguments !== this.#arguments()) throw invalid(tool, 'it belongs to other arguments');",
  },
  { check: 'tool', without: "if (sealed.tool !== tool.name) throw invalid(tool, 'it belongs to another tool');" },
  {
    check: 'principal',
    without: "if (sealed.principal !== this.#whose(principal)) throw invalid(tool, 'it belongs to somebody else');",
  },
  { check: 'org', without: "if (sealed.org !== org) throw invalid(tool, 'it belongs to another org');" },
  {
    check: 'way of asking',
    without: "if (sealed.kind !== how) throw invalid(tool, 'it belongs to another way of asking');",
  },
  { check: 'version', without: 'if (sealed.version !== version) throw changed(tool, message);' },
  { check: 'expiry', without: "if (sealed.expires <= now()) throw invalid(tool, 'it has expired');" },
  {
    check: 'single use',
    without:
      "if (!(await used.use(sealed.id, sealed.expires))) throw invalid(tool, 'it has been used already, or is forgotten');",
  },
  {
    check: 'the answer',
    without: "if (how === 'human' && !this.#accepted(context.answer)) throw declined(tool, context.answer);",
  },
  { check: 'the ticked box', without: ' || answer.content?.confirm !== true' },
  {
    check: 'confirm is true, not merely something',
    without: 'answer.content?.confirm !== true',
    put: '!answer.content?.confirm',
  },
  {
    check: 'the acting principal',
    without: 'if (namesPrincipal(named, principal)) return selfTarget(this.guarded.tool);',
  },
  { check: 'privileged is never left to the model', without: " && concern !== 'privileged');", put: ');' },
  {
    check: 'a no stays a no',
    without:
      'if (mayNeedConfirmation(tool) && context.answer && !this.#accepted(context.answer)) throw declined(tool, context.answer);',
  },
  { check: 'what must hold of the target', without: ' ?? this.#unfit(facts)' },
  { check: 'the typed number', without: 'answer.content.count === calls.length', put: 'true' },
  { check: 'one target once', without: 'this.#refuseTwice(facts);' },
  {
    check: 'escalation',
    without: 'filter(({ unread, count }) => unread || count !== 0)',
    put: 'filter(({ count }) => count)',
  },
];

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'okta-mcp-mutants-'));
  for (const name of ['src', 'test', 'generated', 'package.json', 'tsconfig.json', 'specs', 'words']) {
    await cp(join(root, name), join(copy, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const config = {
    test: { include: SUITE, setupFiles: ['test/network.ts'], reporters: 'json', outputFile: 'report.json' },
  };
  await writeFile(join(copy, 'vitest.config.ts'), `export default ${JSON.stringify(config)};\n`);
  original = await readFile(join(copy, FILE), 'utf8');
});
afterAll(() => rm(copy, { recursive: true }));

interface Report {
  readonly numTotalTests: number;
  readonly numFailedTests: number;
}

async function suite(): Promise<Report> {
  const report = join(copy, 'report.json');
  await rm(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  await new Promise<void>((done) => {
    execFile(process.execPath, [vitest, 'run'], { cwd: copy, maxBuffer: 1e8 }, () => done());
  });
  return JSON.parse(await readFile(report, 'utf8')) as Report;
}

let total: number;

test('the copy as it is passes', async () => {
  const { numTotalTests, numFailedTests } = await suite();
  expect(numFailedTests).toBe(0);
  expect(numTotalTests).toBeGreaterThan(5);
  total = numTotalTests;
}, 180_000);

test.each(MUTANTS)(
  'without $check the suite fails',
  async ({ without, put = '' }) => {
    // A line that biome has broken is still that line.
    const pattern = new RegExp(without.trim().split(/\s+/).map(escaped).join('\\s+'), 'g');
    const mutated = original.replace(pattern, put);
    expect(original.match(pattern)).toHaveLength(1);
    await writeFile(join(copy, FILE), mutated);
    try {
      const { numTotalTests, numFailedTests } = await suite();
      expect(numTotalTests).toBe(total);
      expect(numFailedTests).toBeGreaterThan(0);
      console.log(`killed: without ${without.slice(0, 60)}: ${numFailedTests} of ${numTotalTests} tests failed`);
    } finally {
      await writeFile(join(copy, FILE), original);
    }
  },
  180_000,
);

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
