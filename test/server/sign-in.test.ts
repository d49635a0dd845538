import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { withSignIn } from '../../src/server/sign-in.js';
import { testProgram } from '../program.js';
import { textOf } from '../tools/fixture.js';

const command = process.execPath;
const args = [testProgram('server/sign-in-child')];

interface Asked {
  readonly mode?: string;
  readonly url?: string;
  readonly message: string;
}

/** A client that can show links, or cannot, and a person who does as told. */
async function connect(
  mode: 'auto' | 'legacy',
  elicitation: { url?: Record<string, never>; form?: Record<string, never> } | undefined,
  action: 'accept' | 'decline' | 'cancel',
) {
  const capabilities = elicitation ? { capabilities: { elicitation } } : {};
  const client = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode }, ...capabilities });
  const asked: Asked[] = [];
  if (elicitation) {
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params as Asked);
      return { action };
    });
  }
  await client.connect(new StdioClientTransport({ command, args, stderr: 'inherit' }));
  onTestFinished(() => client.close());
  return { client, asked };
}

describe.each(['auto', 'legacy'] as const)('a sign-in that waits, with a client that is %s', (mode) => {
  test('is shown as a link where the client can do that, and the call goes on', async () => {
    const { client, asked } = await connect(mode, { url: {} }, 'accept');
    const result = await client.callTool({ name: 'list_users', arguments: {} });
    expect(asked).toEqual([
      expect.objectContaining({ mode: 'url', url: 'https://acme.okta.com/activate?user_code=ABCD' }),
    ]);
    expect(asked[0]!.message).toContain('ABCD');
    expect(result.isError).toBeFalsy();
    expect(textOf(result)).toContain('00u1');
  });

  test.each(['decline', 'cancel'] as const)('answered by %s ends', async (action) => {
    const { client } = await connect(mode, { url: {} }, action);
    const result = await client.callTool({ name: 'list_users', arguments: {} });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/did not want to sign in/);
    // The next call makes a new offer.
    expect(textOf(await client.callTool({ name: 'count_offers', arguments: {} }))).toContain('"cancelled":1');
  });

  test.each([
    ['nothing of the kind', undefined],
    ['forms only', { form: {} }],
  ] as const)('is in the result where the client can do %s', async (_, elicitation) => {
    const { client, asked } = await connect(mode, elicitation, 'accept');
    const result = await client.callTool({ name: 'list_users', arguments: {} });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain('https://acme.okta.com/activate?user_code=ABCD (code ABCD)');
    expect(asked).toEqual([]);
  });

  test('is no matter of a call that fails for another reason', async () => {
    const { client, asked } = await connect(mode, { url: {} }, 'accept');
    await client.callTool({ name: 'begin_offer', arguments: {} });
    const result = await client.callTool({ name: 'list_apps', arguments: {} });
    expect(result.isError).toBe(true);
    expect(asked).toEqual([]);
  });
});

describe('a call whose person has opened the link', () => {
  /** The call as it comes back from the client, about a sign-in that nobody finishes. */
  function comeBack(signal: AbortSignal) {
    const interaction = { uri: 'https://x', expiresAt: 0, done: new Promise<boolean>(() => {}), cancel: () => {} };
    const mcpReq = { inputResponses: { okta_sign_in: { action: 'accept' } }, signal };
    let called = 0;
    const call = async () => {
      called += 1;
      return { content: [] };
    };
    const parts = { context: { mcpReq }, interaction: () => interaction } as unknown as Parameters<
      typeof withSignIn
    >[0];
    return { outcome: withSignIn(parts, call), called: () => called };
  }

  test('does not wait when it was cancelled before', async () => {
    expect(await comeBack(AbortSignal.abort()).outcome).toEqual({ content: [] });
  });

  test('stops waiting when it is cancelled', async () => {
    const caller = new AbortController();
    const { outcome, called } = comeBack(caller.signal);
    expect(called()).toBe(0);
    caller.abort();
    expect(await outcome).toEqual({ content: [] });
  });

  test('is made again before the client gives up, after a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { outcome, called } = comeBack(new AbortController().signal);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(called()).toBe(0);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(await outcome).toEqual({ content: [] });
  });
});
