import { operations } from '../../generated/operations.js';
import { createDemoOrg } from '../../src/demo-org/demo-org.js';
import { createOktaClient } from '../../src/okta/client.js';
import type { CallContext } from '../../src/okta/operation.js';
import { readToolFile } from '../../src/package-files.js';
import { createToolbox } from '../../src/tools/call.js';
import { Catalog } from '../../src/tools/catalog.js';
import { collectTool } from '../../src/tools/collect.js';
import { Seal } from '../../src/tools/seal.js';
import type { TraceParts } from '../../src/tools/trace.js';
import { textOf, unguarded } from './fixture.js';

const file = readToolFile();

export interface Collected {
  readonly isError: boolean;
  readonly text: string;
  readonly note?: string;
  readonly read: number;
  readonly matched: number;
  readonly counts?: Record<string, number>;
  readonly others?: { values: number; rows: number };
  readonly rows?: { id: string; omitted?: string }[];
  readonly file?: { path: string; rows: number; bytes: number };
  readonly complete: boolean;
  readonly error?: { code: string; message: string; fix: string };
  readonly cursor?: string;
}

export interface CollectWorldOptions {
  readonly users?: number;
  readonly scopes?: readonly string[];
  /** The only tools. */
  readonly tools?: readonly string[];
  readonly roles?: readonly string[];
  readonly budget?: number;
  readonly folder?: string;
  /** No files at all, as over HTTP. */
  readonly withoutFiles?: boolean;
}

/** A demo org and a server with nothing but `collect` of its own, in a time that passes only when told. */
export function collectWorld(options: CollectWorldOptions = {}) {
  const { users = 64, roles = ['SUPER_ADMIN'], budget = 24_000, withoutFiles } = options;
  const clock = { now: Date.UTC(2026, 2, 1) };
  const now = () => clock.now;
  const org = createDemoOrg({ now, users });
  const token = org.issueToken({ scopes: [...file.scopes], subject: '0oaTheServerItself00', roles });
  const client = createOktaClient({
    origin: org.origin,
    operations,
    userAgent: 'test',
    now,
    fetch: (request) => {
      request.headers.set('authorization', `Bearer ${token}`);
      return org.fetch(request);
    },
  });
  const world = {
    org,
    clock,
    grant: [...(options.scopes ?? file.scopes)] as readonly string[],
    seal: new Seal(),
    principal: { incumbent: 1 },
    folder: options.folder,
    audited: [] as Parameters<TraceParts['audit']['record']>[0][],
    /** Called before each request. */
    beforeSend: (_number: number): void | Promise<void> => {},
    /** Called after each request that succeeded. */
    afterSend: (_number: number): void => {},
    sent: 0,
    /** Paths with queries of the requests that arrived. */
    requests: () => org.journal.map(({ path }) => path),
    call: async (args: object, context: CallContext = {}): Promise<Collected> => {
      const result = await toolbox.call('collect', args as Record<string, unknown>, context);
      const text = textOf(result);
      return { ...(text.startsWith('{') ? JSON.parse(text) : {}), text, isError: result.isError === true };
    },
    /** Calls again until it is complete. */
    async toTheEnd(args: object): Promise<Collected[]> {
      const results = [await world.call(args)];
      for (let last = results[0]!; last.cursor !== undefined && results.length < 500; results.push(last)) {
        last = await world.call({ cursor: last.cursor });
      }
      return results;
    },
  };
  const toolbox = createToolbox({
    ...unguarded,
    all: Catalog.parse(file),
    grant: () => ({ scopes: world.grant, credential: 'any', ...(options.tools && { tools: options.tools }) }),
    operations,
    client: {
      async send(...args) {
        world.sent += 1;
        await world.beforeSend(world.sent);
        const number = world.sent;
        const reply = await client.send(...args);
        world.afterSend(number);
        return reply;
      },
    },
    audit: { record: (entry) => world.audited.push(entry) > 0, digest: () => '' },
    log: { error: (facts) => console.error(facts) },
    now,
    local: (access) => [
      collectTool({
        access,
        seal: world.seal,
        org: org.origin,
        principal: world.principal,
        budget,
        ...(!withoutFiles && {
          files: {
            get folder() {
              return world.folder;
            },
          },
        }),
        now,
      }),
    ],
  });
  return Object.assign(world, { toolbox });
}

/** Reads a list without the code under test: the rows of every page, following the links of the org. */
export async function listAll(
  { org }: Pick<ReturnType<typeof collectWorld>, 'org'>,
  path: string,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let next: string | undefined = org.origin + path; next !== undefined; ) {
    const headers = { authorization: `SSWS ${org.token}` };
    const response: Response = await org.fetch(new Request(next, { headers }));
    rows.push(...((await response.json()) as Record<string, unknown>[]));
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return rows;
}
