import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ToolDefinition } from '../../src/tools/definition.js';
import { withholding } from '../../src/tools/reveal.js';
import { MASK } from '../../src/tools/secrets.js';
import { reply, tool } from './fixture.js';

const CANARY = 'cAnArYsEcReT';
const now = () => Date.UTC(2026, 0, 2, 3, 4, 5);
const writes = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true };
const writer = tool('reset', { secrets: ['/tempPassword'], annotations: writes });
const reader = tool('read', { secrets: ['/*/client_secret'] });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'okta-reveal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const target = { userId: '00u1' };
const files = () => readdirSync(folder);

function call(of: ToolDefinition, data: unknown, { reveal = true, fail = false } = {}) {
  const sent: string[] = [];
  const result = withholding({ tool: of, target, reveal: reveal ? { folder, now } : undefined }, async () => {
    sent.push(of.name);
    if (fail) throw new Error('no answer');
    return reply(data);
  });
  return { sent, result };
}

describe('where nothing is kept', () => {
  test('the result says that there is a secret, how many and how the operator gets it', async () => {
    const { reply, note } = await call(writer, { tempPassword: CANARY }, { reveal: false }).result;
    expect(reply.data).toEqual({ tempPassword: MASK });
    expect(note).toMatch(/^One value is secret and not shown\. .*OKTA_REVEAL/);
    expect(files()).toEqual([]);
  });

  test('a reply without secrets has no note', async () => {
    expect(await call(writer, { id: '1' }, { reveal: false }).result).toEqual({
      reply: expect.objectContaining({ data: { id: '1' } }),
    });
  });
});

describe('OKTA_REVEAL=file', () => {
  test.each([
    { kind: 'writes', of: writer, data: { tempPassword: CANARY }, masked: { tempPassword: MASK }, at: '/tempPassword' },
    {
      kind: 'reads',
      of: reader,
      data: [{ client_secret: CANARY }],
      masked: [{ client_secret: MASK }],
      at: '/0/client_secret',
    },
  ])(
    'a tool that $kind: the secret is in a new file of the owner, which the result names',
    async ({ of, data, masked, at }) => {
      const { reply, note } = await call(of, data).result;
      expect(reply.data).toEqual(masked);
      const [name] = files();
      const path = join(folder, name!);
      expect(files()).toHaveLength(1);
      expect(note).toBe(`One value is secret and not shown. Kept for the operator of this server in ${path}`);
      expect(name).not.toContain('00u1');
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
        tool: of.name,
        at: '2026-01-02T03:04:05.000Z',
        target,
        secrets: { [at]: CANARY },
      });
    },
  );

  test('every call gets a file of its own', async () => {
    for (let round = 0; round < 5; round++) await call(writer, { tempPassword: `${CANARY}${round}` }).result;
    const kept = files().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).secrets['/tempPassword']);
    expect(kept.sort()).toEqual([0, 1, 2, 3, 4].map((round) => `${CANARY}${round}`));
  });

  test('a reply without secrets, and no reply, leave no file', async () => {
    expect((await call(writer, { id: '1' }).result).note).toBeUndefined();
    await expect(call(writer, {}, { fail: true }).result).rejects.toThrow('no answer');
    expect(files()).toEqual([]);
  });

  test('what changes something is not sent when the folder cannot be written', async () => {
    rmSync(folder, { recursive: true });
    const { sent, result } = call(writer, { tempPassword: CANARY });
    await expect(result).rejects.toMatchObject({
      code: 'reveal_unavailable',
      details: { sent: false },
      message: expect.stringContaining('ENOENT'),
    });
    expect(sent).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)('nor when the folder is write-protected', async () => {
    chmodSync(folder, 0o500);
    const { sent, result } = call(writer, { tempPassword: CANARY });
    await expect(result).rejects.toMatchObject({ code: 'reveal_unavailable' });
    expect(sent).toEqual([]);
  });

  test('a secret that nobody expected and nobody can keep is still not shown, and the result says so', async () => {
    rmSync(folder, { recursive: true });
    const surprising = tool('surprise', { annotations: writes });
    const { reply, note } = await call(surprising, { tempPassword: CANARY }).result;
    expect(reply.data).toEqual({ tempPassword: MASK });
    expect(note).toMatch(/Could not be kept .*ENOENT.*lost/);
  });
});
