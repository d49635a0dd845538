import { operations } from '../generated/operations.js';
import { createDemoOrg } from '../src/demo-org/demo-org.js';
import { createOktaClient } from '../src/okta/client.js';
import { readToolFile } from '../src/package-files.js';
import { createToolbox } from '../src/tools/call.js';
import { Catalog } from '../src/tools/catalog.js';
import { collectTool } from '../src/tools/collect.js';
import { Seal } from '../src/tools/seal.js';

// Run by run.ts in a process of its own with --expose-gc, so that what lives can be measured. Prints JSON.
const collectGarbage = globalThis.gc;
if (!collectGarbage) throw new Error('run with --expose-gc');
const file = readToolFile();
const org = createDemoOrg({ users: 100_000 });
const send = (url: string) => org.fetch(new Request(url, { headers: { authorization: `SSWS ${org.token}` } }));

/** Department by department, from the pages of the org itself. */
async function reference(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let url: string | undefined = `${org.origin}/api/v1/users?limit=200`; url !== undefined; ) {
    const response: Response = await send(url);
    for (const { profile } of (await response.json()) as { profile: { department?: string } }[]) {
      const department = profile.department ?? '(none)';
      counts.set(department, (counts.get(department) ?? 0) + 1);
    }
    url = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return counts;
}

const client = createOktaClient({
  origin: org.origin,
  operations,
  userAgent: 'bench',
  fetch: (request) => {
    request.headers.set('authorization', `SSWS ${org.token}`);
    return org.fetch(request);
  },
});
const budget = 24_000;
const toolbox = createToolbox({
  all: Catalog.parse(file),
  grant: () => ({ scopes: file.scopes, credential: 'any' }),
  operations,
  client,
  guard: async () => ({ confirmed: 'none' }),
  audit: { record: () => true, digest: () => '' },
  principal: () => 'bench',
  log: console,
  resultBytes: budget,
  local: (access) => [
    collectTool({ access, seal: new Seal(), org: org.origin, principal: { incumbent: 0 }, budget, now: Date.now }),
  ],
});

const want = await reference();
let pages = 0;
let most = 0;
const alive = () => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};
const collect = async (progress: () => void) => {
  const args = { tool: 'list_users', count_by: 'profile.department' };
  const result = await toolbox.call('collect', args, { deadline: Date.now() + 600_000, progress });
  return JSON.parse((result as { content: { text: string }[] }).content[0]!.text);
};
const before = alive();
const { counts, read, complete } = await collect(() => {
  pages += 1;
  if (pages % 20 === 0) most = Math.max(most, alive());
});
const started = performance.now();
await collect(() => {});
const ms = performance.now() - started;
const equal = complete && want.size === Object.keys(counts).length && [...want].every(([key, n]) => counts[key] === n);
console.log(JSON.stringify({ read, pages, equal, growth: (Math.max(most, alive()) - before) / 1e6, ms }));
