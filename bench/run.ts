import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { loadDocument, operationsOf } from '../codegen/document.js';
import { generate } from '../codegen/generate.js';
import { operations } from '../generated/operations.js';
import { readSearchFiles, readToolFile } from '../src/package-files.js';
import { ToolSearch } from '../src/tools/search.js';

// Times vary with the machine; tests assert counts only. Run after `npm run bundle`.
const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const report = (what: string, ms: number) => console.log(`${what.padEnd(68)} ${ms.toFixed(1).padStart(8)} ms`);

const frame = (id: number, method: string, params: object) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
const hello = frame(1, 'initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'bench', version: '0' },
});

/** Milliseconds from spawn to the complete answer of tools/list. */
function startUp(scopes: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, ['dist/okta-mcp.cjs', 'stdio', '--demo'], {
      env: { PATH: process.env.PATH, OKTA_SCOPES: scopes, OKTA_LOG_LEVEL: 'error' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.on('error', reject);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.endsWith('\n') || !text.includes('"id":2')) return;
      resolve(performance.now() - started);
      child.kill();
    });
    child.stdin.write(hello);
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
    child.stdin.write(frame(2, 'tools/list', {}));
  });
}

/** A Node process that does nothing: the floor. */
function floor(): Promise<number> {
  return new Promise((resolve) => {
    const started = performance.now();
    spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }).on('exit', () => resolve(performance.now() - started));
  });
}

async function repeat(times: number, run: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let index = 0; index < times; index += 1) values.push(await run());
  return median(values);
}

const spec = loadDocument(readFileSync('specs/okta-management.json', 'utf8'));
const every = [...new Set(operationsOf(spec).flatMap(({ operation }) => operation.security ?? []))]
  .flatMap((requirement) => requirement.oauth2 ?? [])
  .join(' ');

report('start-up: an empty Node process (the floor)', await repeat(11, floor));
report(
  'start-up: spawn to tools/list, two scopes',
  await repeat(11, () => startUp('okta.users.read okta.groups.read')),
);
report('start-up: spawn to tools/list, every scope', await repeat(11, () => startUp(every)));

const { tools } = readToolFile();
const operationOf = ({ operation }: (typeof tools)[number]) => operations[operation as keyof typeof operations];
const indexed = async () => {
  const started = performance.now();
  new ToolSearch(tools, { operationOf, ...readSearchFiles() });
  return performance.now() - started;
};
const search = new ToolSearch(tools, { operationOf, ...readSearchFiles() });
const found = async () => {
  const started = performance.now();
  search.rank('Take the CRM away from everybody in Sales who has not used it since Januray');
  return performance.now() - started;
};
report(`find_tools: its index over ${tools.length} tools, made on first use`, await repeat(11, indexed));
report(`find_tools: one query over ${tools.length} tools`, await repeat(101, found));

const documents = new Map(
  readdirSync('specs')
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name.slice(0, -'.json'.length), loadDocument(readFileSync(`specs/${name}`, 'utf8'))]),
);
const config = readFileSync('tools.config.yaml', 'utf8');
const generated = async () => {
  const started = performance.now();
  await generate({ config, configName: 'tools.config.yaml', documents, acceptNew: true });
  return performance.now() - started;
};
await generated();
report(`codegen: ${tools.length} tools of ${documents.size} specifications`, await repeat(5, generated));

const demoOrg = JSON.parse(
  execFileSync(process.execPath, ['--import', 'tsx', 'bench/demo-org.ts'], { encoding: 'utf8' }),
);
report('demo org: 100,000 users, seed and first answer', demoOrg.seed);
report('demo org: a page of 200 of 100,000 users, in process', demoOrg.page);
console.log(
  `${'demo org: memory after reading all 100,000 users'.padEnd(68)} ${demoOrg.rss.toFixed(1).padStart(8)} MB`,
);

const collected = JSON.parse(
  execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', 'bench/collect.ts'], { encoding: 'utf8' }),
);
report(`collect: counts of ${collected.read} users in ${collected.pages} pages`, collected.ms);
console.log(
  `${'collect: growth of the heap meanwhile (limit 50)'.padEnd(68)} ${collected.growth.toFixed(1).padStart(8)} MB`,
);
if (!collected.equal || collected.growth > 50) {
  console.error('collect: the counts are not those of the org, or memory is not flat');
  process.exitCode = 1;
}

interface Hosted {
  readonly seconds: number;
  readonly perSecond: number;
  readonly sessions: number;
  readonly requests: number;
  readonly errors: number;
  readonly growth: number;
  readonly calls: readonly { readonly method: string; readonly p50: number; readonly p99: number }[];
}
const hosted: Hosted = JSON.parse(
  execFileSync(process.execPath, ['--import', 'tsx', 'bench/http.ts'], { encoding: 'utf8' }),
);
const { seconds, perSecond, sessions, requests, errors, growth, calls } = hosted;
console.log(`http: ${requests} requests in ${seconds} s beside ${sessions} idle sessions: ${errors} errors`);
for (const { method, p50, p99 } of calls) {
  report(`http: ${method} at ${perSecond} requests a second, median`, p50);
  report(`http: ${method} at ${perSecond} requests a second, p99`, p99);
}
console.log(`${'http: growth of the heap meanwhile (limit 10)'.padEnd(68)} ${growth.toFixed(1).padStart(8)} MB`);
if (errors > 0 || sessions < 500 || growth > 10) {
  console.error('http: requests failed, or memory is not flat');
  process.exitCode = 1;
}
