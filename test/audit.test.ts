import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type AuditEntry, createAudit } from '../src/audit.js';

const folder = mkdtempSync(join(tmpdir(), 'okta-mcp-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const entry: AuditEntry = {
  principal: '0oaApp',
  tool: 'delete_group',
  target: { groupId: '00g1' },
  arguments: 'hash',
  decision: 'called',
  confirmation: 'human',
  status: 204,
  requestId: 'req',
  duration: 12,
};

function setUp(given: { folder?: string } = {}) {
  const lines: string[] = [];
  const logged: unknown[] = [];
  const audit = createAudit({
    ...given,
    stderr: (line) => lines.push(line),
    now: () => Date.UTC(2026, 2, 1),
    log: { error: (facts) => logged.push(facts) },
  });
  return { audit, lines, logged };
}

describe('standard error', () => {
  test('gets one JSON line for each loud entry', () => {
    const { audit, lines } = setUp();
    expect(audit.record(entry, true)).toBe(true);
    expect(audit.record({ ...entry, tool: 'a\nb' }, true)).toBe(true);
    expect(audit.record(entry, false)).toBe(true);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(lines[0]!)).toEqual({ audit: 1, time: '2026-03-01T00:00:00.000Z', ...entry });
  });
});

describe('the file', () => {
  test('is new for each process, readable by its owner only, and holds every entry', () => {
    const one = setUp({ folder });
    const two = setUp({ folder });
    expect(one.audit.record(entry, false)).toBe(true);
    expect(one.audit.record(entry, true)).toBe(true);
    expect(two.audit.record(entry, true)).toBe(true);
    one.audit.close();
    two.audit.close();
    const files = readdirSync(folder);
    expect(files).toHaveLength(2);
    const counts = files.map((name) => {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
      expect(name).toMatch(new RegExp(`^okta-mcp-2026-03-01T000000000Z-${process.pid}-\\w+\\.jsonl$`));
      return readFileSync(join(folder, name), 'utf8').trim().split('\n').length;
    });
    expect(counts.sort()).toEqual([1, 2]);
  });

  test('that cannot be made is told, and nothing counts as recorded', () => {
    const { audit, lines, logged } = setUp({ folder: join(folder, 'missing') });
    expect(logged).toMatchObject([{ code: 'ENOENT' }]);
    expect(audit.record(entry, true)).toBe(false);
    expect(lines).toHaveLength(1);
  });

  test('that can no longer be written is told too', () => {
    const { audit, logged } = setUp({ folder });
    audit.close();
    expect(audit.record(entry, true)).toBe(false);
    expect(logged).toMatchObject([{ code: 'EBADF' }]);
  });

  test.skipIf(process.getuid?.() === 0)('in a folder without permission neither', () => {
    chmodSync(folder, 0o500);
    const { audit } = setUp({ folder });
    chmodSync(folder, 0o700);
    expect(audit.record(entry, true)).toBe(false);
  });
});

test('digests repeat within a process and tell nothing to another', () => {
  const [one, two] = [setUp().audit, setUp().audit];
  expect(one.digest('{"a":1}')).toBe(one.digest('{"a":1}'));
  expect(one.digest('{"a":1}')).not.toBe(one.digest('{"a":2}'));
  expect(one.digest('{"a":1}')).not.toBe(two.digest('{"a":1}'));
});
