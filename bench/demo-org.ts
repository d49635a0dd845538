import { createDemoOrg } from '../src/demo-org/demo-org.js';

// Run by run.ts in a process of its own, so that the memory measured is the org's. Prints JSON.
const users = 100_000;
const org = createDemoOrg({ users });
const get = async (path: string) => {
  const request = new Request(org.origin + path, { headers: { authorization: `SSWS ${org.token}` } });
  const started = performance.now();
  const response = await org.fetch(request);
  return { ms: performance.now() - started, response };
};

const seed = (await get('/api/v1/users/me')).ms;
const pages: number[] = [];
let path: string | undefined = '/api/v1/users?limit=200';
while (path && pages.length < 500) {
  const { ms, response } = await get(path);
  if (response.status !== 200) break;
  await response.text();
  pages.push(ms);
  path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]?.slice(org.origin.length);
}
const page = pages.sort((a, b) => a - b)[Math.floor(pages.length / 2)];
console.log(JSON.stringify({ seed, page, pages: pages.length, rss: process.memoryUsage.rss() / 1e6 }));
