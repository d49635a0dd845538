import { afterEach, describe, expect, test, vi } from 'vitest';
import { OPEN_FOR } from '../../src/tools/confirm.js';
import { Legacy } from '../tools/confirm-attacks.js';
import { createStands, type Stand } from '../tools/confirm-world.js';

afterEach(() => void vi.useRealTimers());

const YES = { action: 'accept', content: { confirm: true } };

async function call({ admin }: Stand) {
  const [, { id }] = (await (await admin('GET', '/api/v1/users?limit=2')).json()) as [unknown, { id: string }];
  return { tool: 'revoke_user_sessions', args: { userId: id } };
}

test('a question that nobody answers in time is a no, and a late yes changes nothing', async () => {
  const { here } = createStands();
  const about = await call(here);
  const client = await Legacy.connect(here);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let asked = () => {};
  let late = (_: { result: object }) => {};
  const question = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const outcome = client.call(about, () => {
    asked();
    return new Promise((resolve) => {
      late = resolve;
    });
  });
  await question;
  await vi.advanceTimersByTimeAsync(OPEN_FOR);
  const { isError, text } = await outcome;
  expect(isError).toBe(true);
  expect(text).toContain('no answer came');
  expect(text).toContain('Nothing was sent');
  late({ result: YES });
  await new Promise((resolve) => setImmediate(resolve));
  expect(here.writes()).toBe(0);
  expect(here.audit.map(({ decision }) => decision)).toEqual(['asked', 'refused']);
});

describe('whether the client can ask is what it declares', () => {
  const meta = (elicitation: unknown) => ({
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '0' },
    'io.modelcontextprotocol/clientCapabilities': { ...(elicitation !== undefined && { elicitation }) },
  });

  test.each([
    { elicitation: { form: {} }, asks: true },
    { elicitation: { form: {}, url: {} }, asks: true },
    { elicitation: {}, asks: true },
    { elicitation: { url: {} }, asks: false },
    { elicitation: undefined, asks: false },
  ])('$elicitation: $asks', async ({ elicitation, asks }) => {
    const { here } = createStands();
    const { tool, args } = await call(here);
    const params = { name: tool, arguments: args, _meta: meta(elicitation) };
    const { result } = (await here.post({ method: 'tools/call', params })) as { result: { resultType: string } };
    expect(result.resultType).toBe(asks ? 'input_required' : 'complete');
    const list = { method: 'tools/list', params: { _meta: meta(elicitation) } };
    const { tools } = ((await here.post(list)) as { result: { tools: { name: string; inputSchema: object }[] } })
      .result;
    const offers = JSON.stringify(tools.find(({ name }) => name === tool)!.inputSchema).includes('confirmation');
    expect(offers).toBe(!asks);
    expect(here.writes()).toBe(0);
  });
});
