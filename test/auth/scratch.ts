import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { onTestFinished } from 'vitest';

export const silent = pino({ level: 'silent' });

/** Gone when the test is over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'okta-mcp-auth-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
