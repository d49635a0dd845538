import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import pino from 'pino';
import { createApp } from '../src/app.js';
import { parseConfig } from '../src/config.js';
import type { DemoOrg } from '../src/demo-org/demo-org.js';
import type { JournalEntry } from '../src/demo-org/journal.js';
import { knownNames, readToolFile } from '../src/package-files.js';
import { mcpServerFactory } from '../src/server/mcp.js';

const file = readToolFile();

/** The protocol before and since questions travel in results. */
export const ERAS = ['legacy', '2026-07-28'] as const;
export type Era = (typeof ERAS)[number];

export interface PersonAnswer {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Record<string, boolean | number>;
}

/** A person in front of the client. */
export type Person = (message: string) => PersonAnswer;

/** What a call answered, as its reader sees it. */
export interface Reading {
  readonly text: string;
  /** Its parts. */
  readonly texts: readonly string[];
  readonly isError: boolean;
  /** Parsed, where the text is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape
  readonly data: any;
}

export interface AgentOptions {
  readonly org: DemoOrg;
  readonly era?: Era;
  readonly person?: Person;
  readonly scopes?: readonly string[];
  /** Folder of `OKTA_EXPORT_DIR`. */
  readonly folder?: string;
  readonly now?: () => number;
  /** Waits for rate limits; by default nothing is waited for. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * A real MCP client in front of the whole product, in front of an org: what an agent can do. The credential is the API
 * token of the first user, so the agent acts as a person.
 */
export async function startAgent(options: AgentOptions) {
  const { org, era = 'legacy', person, folder, scopes = file.scopes, now = Date.now } = options;
  const env = {
    OKTA_ORG_URL: org.origin,
    OKTA_API_TOKEN: org.token,
    OKTA_SCOPES: scopes.join(' '),
    ...(folder && { OKTA_EXPORT_DIR: folder }),
  };
  const { config } = parseConfig(env, knownNames(file), { demo: false });
  const audited: string[] = [];
  const app = await createApp({
    config,
    tools: file,
    version: '0',
    log: pino({ level: 'silent' }),
    fetch: (input, init) => org.fetch(new Request(input, init)),
    stderr: (line) => void audited.push(line),
    now,
    waiting: { sleep: options.sleep ?? (async () => {}), random: () => 0 },
  });
  const [near, far] = InMemoryTransport.createLinkedPair();
  const served = serveStdio(mcpServerFactory(app.toolbox, app.info), { transport: far });
  const client = new Client(
    { name: 'agent', version: '0' },
    {
      versionNegotiation: { mode: era === 'legacy' ? era : { pin: era } },
      capabilities: person ? { elicitation: { form: {} } } : {},
    },
  );
  const questions: string[] = [];
  if (person) {
    client.setRequestHandler('elicitation/create', ({ params }) => {
      questions.push(params.message);
      return { ...person(params.message) };
    });
  }
  await client.connect(near);
  const agent = {
    client,
    app,
    /** Asked of the person so far. */
    questions,
    audited,
    calls: 0,
    /** UTF-8 bytes of all results so far. */
    bytes: 0,
    largest: 0,
    async call(name: string, args: object = {}): Promise<Reading> {
      const result = await client.callTool({ name, arguments: args as Record<string, unknown> });
      const texts = (result.content as { text: string }[]).map((part) => part.text);
      const text = texts.join('\n');
      const size = Buffer.byteLength(text);
      agent.calls += 1;
      agent.bytes += size;
      agent.largest = Math.max(agent.largest, size);
      return {
        text,
        texts,
        isError: result.isError === true,
        data: texts[0]?.startsWith('{') ? JSON.parse(texts[0]) : undefined,
      };
    },
    /** Reads on with the cursor of each result, as long as there is one; the last result has it all. */
    async collect(args: object): Promise<Reading> {
      let reading = await agent.call('collect', args);
      for (let turns = 0; reading.data?.cursor !== undefined && turns < 50; turns += 1) {
        reading = await agent.call('collect', { cursor: reading.data.cursor });
      }
      return reading;
    },
    async close() {
      await client.close();
      await served.close();
      await app.close();
    },
  };
  return agent;
}

/** Requests that changed something, or tried to. */
export function writesIn(journal: readonly JournalEntry[]): string[] {
  return journal.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

/** What somebody else sees at the org: the answer, without the code under test. */
export async function lookUp(org: DemoOrg, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `SSWS ${org.token}`, 'content-type': 'application/json' };
  return org.fetch(new Request(org.origin + path, { ...init, headers }));
}

/** Every item of a list, following the links of the org. */
export async function lookUpAll<T>(org: DemoOrg, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const response: Response = await lookUp(org, next);
    const page = (await response.json()) as T[];
    items.push(...page);
    const link = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    // The poll of the log has no end.
    next = page.length === 0 ? undefined : link?.slice(org.origin.length);
  }
  return items;
}
