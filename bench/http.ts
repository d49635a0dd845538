import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

// Run by run.ts in a process of its own. Prints JSON. A hosted server of the demo org, with sessions that wait and
// requests that come at a fixed rate, whether or not the ones before were answered.
const SECONDS = Number(process.argv[2] ?? 60);
const SESSIONS = 500;
const PER_SECOND = 200;
/** So many seconds the server has to get warm. */
const WARM = Math.min(10, SECONDS / 3);

/** Tells the heap without its garbage, in megabytes, when it is asked. */
const probe = `process.on('SIGUSR2', () => {
  gc();
  const { heapUsed } = process.memoryUsage();
  process.stderr.write(JSON.stringify({ heap: heapUsed / 1e6 }) + '\\n');
})`;
const hook = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(probe)}`];
const server = spawn(process.execPath, [...hook, 'dist/okta-mcp.cjs', 'http', '--demo'], {
  env: {
    PATH: process.env.PATH,
    OKTA_SCOPES: 'okta.users.read okta.groups.read',
    OKTA_MCP_PORT: '0',
    OKTA_MCP_ADMIN_PORT: '0',
    OKTA_MCP_RATE_LIMIT: '1000000',
  },
  stdio: ['ignore', 'ignore', 'pipe'],
});
const lines = createInterface(server.stderr);
/** What the server says, once it says something with this member. */
const said = (member: string) =>
  new Promise<Record<string, number>>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    lines.on('line', function listen(line) {
      if (!line.includes(`"${member}":`)) return;
      lines.off('line', listen);
      resolve(JSON.parse(line));
    });
  });
const heap = async () => {
  const answer = said('heap');
  server.kill('SIGUSR2');
  return (await answer).heap!;
};
const { port } = await said('admin');

const url = `http://127.0.0.1:${port}/mcp`;
const post = (message: object, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }),
  });

const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '0' } };
let sessions = 0;
for (let index = 0; index < SESSIONS; index += 1) {
  const response = await post({ method: 'initialize', params: hello });
  if (response.headers.has('mcp-session-id')) sessions += 1;
  await response.text();
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const kinds = [
  { method: 'tools/list', params: {} },
  { method: 'tools/call', params: { name: 'list_users', arguments: { limit: 2 } } },
].map(({ method, params }) => ({
  method,
  message: { method, params: { ...params, _meta: meta } },
  headers: {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...('name' in params && { 'mcp-name': params.name }),
  },
  times: [] as number[],
}));

let errors = 0;
async function send(index: number, due: number): Promise<void> {
  const { message, headers, times } = kinds[index % kinds.length]!;
  const text = await post(message, headers).then(
    (response) => response.text(),
    () => '',
  );
  if (!text.includes('"result"') || text.includes('"isError":true')) errors += 1;
  times.push(performance.now() - due);
}

const started = performance.now();
const underWay: Promise<void>[] = [];
let warm: Promise<number> | undefined;
while (underWay.length < SECONDS * PER_SECOND) {
  const now = performance.now() - started;
  for (let due = (underWay.length * 1000) / PER_SECOND; due <= now; due += 1000 / PER_SECOND) {
    underWay.push(send(underWay.length, started + due));
  }
  if (now > WARM * 1000) warm ??= heap();
  await new Promise((resolve) => setTimeout(resolve, 2));
}
await Promise.all(underWay);
const growth = (await heap()) - (await warm!);
server.removeAllListeners('exit').kill();

const quantile = (values: number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)];
const calls = kinds.map(({ method, times }) => ({ method, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }));
console.log(
  JSON.stringify({
    seconds: SECONDS,
    perSecond: PER_SECOND,
    sessions,
    requests: underWay.length,
    errors,
    growth,
    calls,
  }),
);
