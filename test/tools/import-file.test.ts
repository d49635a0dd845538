import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readImport } from '../../src/tools/import-file.js';

const root = mkdtempSync(join(tmpdir(), 'import-'));
const folder = join(root, 'in');
const outside = join(root, 'out.png');
mkdirSync(join(folder, 'logos'), { recursive: true });
mkdirSync(join(root, 'in-too'));
writeFileSync(outside, 'secret');
writeFileSync(join(root, 'in-too', 'a.png'), 'secret');
writeFileSync(join(folder, 'a.png'), 'inside');
writeFileSync(join(folder, 'logos', 'b.png'), 'below');
writeFileSync(join(folder, 'large.png'), Buffer.alloc(101));
symlinkSync(outside, join(folder, 'link-out.png'));
symlinkSync(root, join(folder, 'folder-out'));
symlinkSync('a.png', join(folder, 'link-in.png'));
symlinkSync('nowhere', join(folder, 'dangling.png'));
symlinkSync('loop.png', join(folder, 'loop.png'));
execFileSync('mkfifo', [join(folder, 'pipe.png')]);
const other = join(root, 'linked');
symlinkSync(folder, other);
afterAll(() => rmSync(root, { recursive: true }));

describe('what lies in the folder is read', () => {
  test.each([
    ['a file', folder, 'a.png', { name: 'a.png', text: 'inside' }],
    ['a file further down', folder, 'logos/b.png', { name: 'b.png', text: 'below' }],
    ['a link that stays inside', folder, 'link-in.png', { name: 'link-in.png', text: 'inside' }],
    ['through a folder that is a link itself', other, './a.png', { name: 'a.png', text: 'inside' }],
  ])('%s', async (_, from, path, want) => {
    const { name, bytes } = await readImport(from, path, 100);
    expect({ name, text: new TextDecoder().decode(bytes) }).toEqual(want);
  });
});

describe('nothing else is', () => {
  test.each([
    ['the folder above', '../out.png', /lies outside/],
    ['up and down again', 'logos/../a.png', /lies outside/],
    ['up with backslashes', '..\\out.png', /lies outside/],
    ['an absolute path', outside, /lies outside/],
    ['an absolute path inside', resolve(folder, 'a.png'), /lies outside/],
    ['no path', '', /lies outside/],
    ['the folder itself', '.', /lies outside/],
    ['a path that ends early', 'a.png\0.gif', /lies outside/],
    ['a link out', 'link-out.png', /lies outside/],
    ['through a folder that leads out', 'folder-out/out.png', /lies outside/],
    ['a sibling whose name begins alike', 'folder-out/in-too/a.png', /lies outside/],
    ['a folder', 'logos', /is no file/],
    ['a pipe', 'pipe.png', /is no file/],
    ['a link to nothing', 'dangling.png', /does not exist/],
    ['a link to itself', 'loop.png', /cannot be read \(ELOOP\)/],
    ['nothing of that name', 'none.png', /does not exist/],
    ['a file used as a folder', 'a.png/b', /cannot be read \(ENOTDIR\)/],
    ['a file that is too large', 'large.png', /101 bytes, more than the 100/],
  ])('%s', async (_, path, why) => {
    const failure = expect.objectContaining({ code: 'arguments_invalid', message: expect.stringMatching(why) });
    await expect(readImport(folder, path, 100)).rejects.toEqual(failure);
  });

  test('not even a word of what lies outside', async () => {
    const error = await readImport(folder, 'link-out.png', 100).catch((reason: Error) => reason);
    expect(JSON.stringify(error) + (error as Error).message).not.toContain('secret');
    expect((error as Error).message).not.toContain(root);
  });
});
