import { createMcpHandler } from '@modelcontextprotocol/server';
import { operations } from '../../generated/operations.js';
import type { AuditEntry } from '../../src/audit.js';
import { createDemoOrg, type DemoOrg } from '../../src/demo-org/demo-org.js';
import { createOktaClient } from '../../src/okta/client.js';
import { readToolFile } from '../../src/package-files.js';
import { mcpServerFactory } from '../../src/server/mcp.js';
import { runBatchTool } from '../../src/tools/batch.js';
import { createToolbox } from '../../src/tools/call.js';
import { Catalog } from '../../src/tools/catalog.js';
import { confirmation, takesToken } from '../../src/tools/confirm.js';
import type { ConfirmMode } from '../../src/tools/guard.js';
import { Previewer } from '../../src/tools/preview.js';
import { Seal, UsedSealsInMemory } from '../../src/tools/seal.js';
import type { Toolbox } from '../../src/tools/toolbox.js';

const file = readToolFile();
export const all = Catalog.parse(file);
const BOT = '0oaTheServerItself00';
const START = Date.UTC(2026, 2, 1);

/** One org with the product in front of it, whose clock, principal and name a test may change in between. */
export interface Stand {
  readonly org: DemoOrg;
  readonly toolbox: Toolbox;
  /** Who the server says it acts as. */
  who: string;
  readonly audit: AuditEntry[];
  /** Requests of the product that are not reads. */
  writes(): number;
  /** A request to the org by somebody else. */
  admin(method: string, path: string, body?: object): Promise<Response>;
  /** The same toolbox behind the protocol, as it was before 2026-07-28 and since. */
  readonly serve: ReturnType<typeof mcpServerFactory>;
  post(message: object): Promise<Record<string, unknown>>;
}

export interface Clock {
  now: number;
}

/** Two orgs that share the seals: what a seal is worth elsewhere must not depend on the key. */
export function createStands({
  mode = 'auto',
  scopes = file.scopes,
  tools,
}: {
  mode?: ConfirmMode;
  scopes?: readonly string[];
  tools?: readonly string[];
} = {}): { here: Stand; there: Stand; clock: Clock } {
  const clock = { now: START };
  const now = () => clock.now;
  const seals = { seal: new Seal(), used: new UsedSealsInMemory(now, 1_000_000) };
  const stand = (origin: string): Stand => {
    const org = createDemoOrg({ origin, now });
    const tokens = new Map<string, { readonly value: string; readonly since: number }>();
    // Tokens live for an hour of a clock that tests put forward.
    const bearer = (subject: string) => {
      let token = tokens.get(subject);
      if (!token || now() - token.since > 1_800_000) {
        token = { value: org.issueToken({ scopes: [...file.scopes], subject }), since: now() };
        tokens.set(subject, token);
      }
      return `Bearer ${token.value}`;
    };
    const fetch = async (request: Request) => {
      request.headers.set('authorization', bearer(BOT));
      return org.fetch(request);
    };
    let seen = 0;
    let written = 0;
    const client = createOktaClient({ origin, operations, fetch, userAgent: 'test', now });
    const audit: AuditEntry[] = [];
    const previewer = new Previewer({ catalog: () => made.toolbox.catalog, operations, client });
    const identify = async () => ({ name: made.who, ids: new Set(['me', made.who.toLowerCase()]) });
    const guard = confirmation({ mode, ...seals, previewer, principal: { identify }, org: origin, now });
    const toolbox = createToolbox({
      all,
      grant: () => ({ scopes, credential: 'any', ...(tools && { tools }) }),
      operations,
      client,
      guard,
      audit: { record: (entry) => audit.push(entry) > 0, digest: (text) => text },
      principal: () => made.who,
      log: { error: (facts) => console.error(facts) },
      now,
      resultBytes: 24_000,
      local: (access) => [runBatchTool({ access, budget: 24_000, now })],
    });
    const serve = mcpServerFactory(toolbox, { version: '0', demo: true, takesToken: (tool) => takesToken(mode, tool) });
    let handler: ReturnType<typeof createMcpHandler> | undefined;
    const made: Stand = {
      org,
      toolbox,
      who: BOT,
      audit,
      // The journal is the judge: what arrived at the org, whatever the product says.
      writes() {
        for (; seen < org.journal.length; seen += 1) {
          const { method, principal } = org.journal[seen]!;
          if (method !== 'GET' && principal === BOT) written += 1;
        }
        return written;
      },
      admin: (method, path, body) =>
        org.fetch(
          new Request(origin + path, {
            method,
            headers: { authorization: bearer('0oaSomebodyElse00000'), 'content-type': 'application/json' },
            ...(body && { body: JSON.stringify(body) }),
          }),
        ),
      serve,
      async post(message) {
        const { method, params } = message as { method: string; params: { name?: string } };
        handler ??= createMcpHandler(serve);
        const response = await handler.fetch(
          new Request('http://127.0.0.1/mcp', {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              accept: 'application/json, text/event-stream',
              'mcp-protocol-version': '2026-07-28',
              'mcp-method': method,
              ...(params.name && { 'mcp-name': params.name }),
            },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }),
          }),
        );
        return (await response.json()) as Record<string, unknown>;
      },
    };
    return made;
  };
  return { here: stand('https://here.example'), there: stand('https://there.example'), clock };
}
