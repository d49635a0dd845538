import { createDemoOrg, type DemoOrg, type DemoOrgOptions } from '../../src/demo-org/demo-org.js';

/** 2026-03-01T12:00:00.000Z */
export const NOON = Date.UTC(2026, 2, 1, 12);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: replies are judged field by field
  readonly json: any;
}

export type Call = (method: string, path: string, body?: unknown, authorization?: string) => Promise<Answer>;

/** An org with a clock that stands still unless a test moves it, and a function that talks to it as its owner. */
export function demoOrg(options: DemoOrgOptions = {}): { org: DemoOrg; call: Call } {
  const org = createDemoOrg({ now: () => NOON, ...options });
  return { org, call: caller(org) };
}

export function caller(org: DemoOrg): Call {
  return async (method, path, body, authorization = `SSWS ${org.token}`) => {
    const raw = typeof body === 'string';
    const response = await org.fetch(
      new Request(org.origin + path, {
        method,
        headers: {
          ...(authorization && { authorization }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? undefined : JSON.parse(text),
    };
  };
}

/** The `next` link, as path and query. */
export function nextPath(answer: Answer): string | undefined {
  const href = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
  return href?.slice(new URL(href).origin.length);
}

/** Ids of every item of a list, page after page. */
export async function walk(call: Call, path: string, id = 'id'): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | undefined = path, pages = 0; next && pages < 500; pages++) {
    const answer = await call('GET', next);
    ids.push(...answer.json.map((item: Record<string, string>) => item[id]));
    next = nextPath(answer);
  }
  return ids;
}

export const profile = (login: string) => ({ login, email: login, firstName: 'Nova', lastName: 'Invented' });
