import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { FileInput } from '../../src/tools/definition.js';
import { withFiles } from '../../src/tools/file-input.js';
import { base64, bytes, FILES } from '../pictures.js';
import { tool } from './fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'file-input-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'logo.PNG'), FILES.png!);
writeFileSync(join(folder, 'lie.png'), FILES.gif!);
writeFileSync(join(folder, 'noname'), FILES.jpeg!);
writeFileSync(join(folder, 'ca.crt'), FILES.der!);
writeFileSync(join(folder, 'empty.png'), '');

const images: FileInput = {
  at: 'body.file',
  types: { png: 'image/png', jpeg: 'image/jpeg', gif: 'image/gif' },
  below: 100,
};
const icons: FileInput = { at: 'body.file', types: { png: 'image/png', ico: 'image/vnd.microsoft.icon' }, square: 64 };
const certificates: FileInput = { at: 'body', types: { pem: 'application/x-pem-file', der: 'application/pkix-cert' } };

const upload = (input: FileInput, body: unknown, from: string | undefined = folder) =>
  withFiles(tool('upload', { files: [input] }), { id: 'x', body }, from);
const pem = new TextDecoder().decode(FILES.pem);

describe('a file takes the place of what was given for it', () => {
  test.each<[string, FileInput, object, { name: string; type: string; data: Uint8Array }]>([
    ['base64', images, { data: base64(FILES.gif!) }, { name: 'file.gif', type: 'image/gif', data: FILES.gif! }],
    [
      'base64 in lines',
      images,
      { data: base64(FILES.png!).replace(/.{20}/g, '$&\r\n') },
      { name: 'file.png', type: 'image/png', data: FILES.png! },
    ],
    [
      'a data URL',
      images,
      { data: `data:image/png;base64,${base64(FILES.png!)}` },
      { name: 'file.png', type: 'image/png', data: FILES.png! },
    ],
    [
      'with a name and a type',
      images,
      { name: 'my.jpg', type: 'image/jpeg', data: base64(FILES.jpeg!) },
      { name: 'my.jpg', type: 'image/jpeg', data: FILES.jpeg! },
    ],
    ['a path', images, { path: 'logo.PNG' }, { name: 'logo.PNG', type: 'image/png', data: FILES.png! }],
    [
      'a path without an extension',
      images,
      { path: 'noname' },
      { name: 'noname', type: 'image/jpeg', data: FILES.jpeg! },
    ],
    [
      'an icon under its old type',
      icons,
      { type: 'image/x-icon', data: base64(FILES.ico!) },
      { name: 'file.ico', type: 'image/vnd.microsoft.icon', data: FILES.ico! },
    ],
  ])('%s', async (_, input, file, want) => {
    const { args } = await upload(input, { file, note: 'kept' });
    expect(args).toEqual({ id: 'x', body: { file: want, note: 'kept' } });
  });

  test.each<[string, object, { name: string; type: string; data: Uint8Array }]>([
    ['PEM as text', { data: pem }, { name: 'file.pem', type: 'application/x-pem-file', data: FILES.pem! }],
    [
      'PEM in base64',
      { data: base64(FILES.pem!) },
      { name: 'file.pem', type: 'application/x-pem-file', data: FILES.pem! },
    ],
    [
      'DER in base64',
      { data: base64(FILES.der!) },
      { name: 'file.der', type: 'application/pkix-cert', data: FILES.der! },
    ],
    [
      'a file that may be either',
      { path: 'ca.crt' },
      { name: 'ca.crt', type: 'application/pkix-cert', data: FILES.der! },
    ],
  ])('a certificate that is the whole body: %s', async (_, body, want) => {
    expect((await upload(certificates, body)).args).toEqual({ id: 'x', body: want });
  });

  test('is told in the question, with a version that changes with its content', async () => {
    const [first, second, third] = await Promise.all(
      [FILES.png!, FILES.png!, bytes([...FILES.png!, 0])].map((file) =>
        upload(images, { file: { data: base64(file) } }),
      ),
    );
    expect(first!.facts).toEqual([
      { label: 'body.file', text: '"file.png", PNG, 29 bytes', version: expect.any(String) },
    ]);
    expect(second!.facts[0]!.version).toBe(first!.facts[0]!.version);
    expect(third!.facts[0]!.version).not.toBe(first!.facts[0]!.version);
  });

  test('a tool without files, and a file that was left out', async () => {
    const args = { body: { file: { path: '../x' } } };
    expect(await withFiles(tool('other'), args, folder)).toEqual({ args, facts: [] });
    expect((await upload(images, {})).args).toEqual({ id: 'x', body: {} });
  });
});

describe('what Okta would refuse is refused before anything is sent', () => {
  const data = base64(FILES.png!);
  test.each<[string, FileInput, object, RegExp]>([
    ['neither', images, {}, /needs either `path` or `data`/],
    ['both', images, { path: 'logo.PNG', data }, /needs either `path` or `data`/],
    ['another format', images, { data: base64(FILES.ico!) }, /is ICO, judging by its content/],
    ['a format nobody knows', images, { data: base64(bytes(['MZ, a program'])) }, /is of no format known here/],
    ['another format than its name says', images, { path: 'lie.png' }, /is GIF, but its name says otherwise/],
    [
      'another format than the name it is given',
      images,
      { name: 'a.gif', data },
      /is PNG, but its name says otherwise/,
    ],
    [
      'another format than its type says',
      images,
      { type: 'image/gif', data },
      /is image\/png, but `type` says otherwise/,
    ],
    ['nothing in it', images, { path: 'empty.png' }, /is empty/],
    ['no base64', images, { data: 'https://example.com/logo.png' }, /is not base64/],
    ['text for a picture', images, { data: pem }, /is not base64/],
    [
      'as many bytes as the limit',
      images,
      { data: base64(bytes([...FILES.png!, ...Array(71).fill(0)])) },
      /has 100 bytes, more than Okta takes/,
    ],
    [
      'too wide',
      icons,
      { data: base64(FILES.png!.map((byte, at) => (at === 19 || at === 23 ? 65 : byte))) },
      /is 65 by 65 pixels/,
    ],
    [
      'not square',
      icons,
      { data: base64(FILES.png!.map((byte, at) => (at === 23 ? 63 : byte))) },
      /is 64 by 63 pixels/,
    ],
    ['outside the folder', images, { path: '../logo.PNG' }, /lies outside/],
  ])('%s', async (_, input, file, why) => {
    const failure = expect.objectContaining({ code: 'arguments_invalid', message: expect.stringMatching(why) });
    await expect(upload(input, { file })).rejects.toEqual(failure);
  });

  test('one byte less than the limit is sent', async () => {
    const file = { data: base64(bytes([...FILES.png!, ...Array(70).fill(0)])) };
    expect((await upload(images, { file })).facts[0]!.text).toContain('99 bytes');
  });

  test('a path where no folder is set: a server for others reads no files', async () => {
    const refusal = withFiles(tool('upload', { files: [images] }), { body: { file: { path: 'logo.PNG' } } }, undefined);
    await expect(refusal).rejects.toThrow(/no folder to read files from is set/);
    const fix = expect.objectContaining({ fix: expect.stringMatching(/as `data`.*OKTA_IMPORT_DIR/) });
    await expect(refusal).rejects.toEqual(fix);
  });

  test('a private key is no certificate', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMAMCAQE=\n-----END PRIVATE KEY-----\n';
    const error = await upload(certificates, { data: key }).catch((reason: Error) => reason as Error);
    expect((error as Error).message).toMatch(/is of no format known here/);
    expect(JSON.stringify(error) + (error as Error).message).not.toContain('MAMCAQE');
  });
});
