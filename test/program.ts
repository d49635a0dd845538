import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import type { Child } from './built.js';

/** Runs a program to its end; rejects, with its output, when it exits with another code than 0. */
export const run = promisify(execFile);

export const root = resolve(import.meta.dirname, '..');

/** What ships, as `built.ts` made it: the script to run with Node. */
export const program = join(inject('built'), 'dist/okta-mcp.cjs');

/** A program of the tests, as `built.ts` made it: the script to run with Node. */
export function testProgram(name: Child): string {
  return join(inject('built'), 'test', `${name}.js`);
}

/** The environment of a child process: the caller's, without any Okta setting of the developer. */
export function cleanEnvironment(settings: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('OKTA_')) as [string, string][];
  return { ...Object.fromEntries(kept), ...settings };
}
