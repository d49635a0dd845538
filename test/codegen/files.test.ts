import { describe, expect, test } from 'vitest';
import { type Document, operationsOf } from '../../codegen/document.js';
import { bodyShape, filesOf } from '../../codegen/files.js';
import { generate } from '../../codegen/generate.js';
import { documentWith, operation } from './petstore.js';

const binary = { type: 'string', format: 'binary' } as const;
const post = (id: string, content: object): Document['paths'][string] => ({
  post: operation(id, { requestBody: { required: true, content: content as never } }),
});
const photo = { type: 'object', required: ['file'], properties: { file: binary, note: { type: 'string' } } };
const pets = documentWith({
  '/photo': post('uploadPhoto', { 'multipart/form-data': { schema: photo } }),
  '/chip': post('publishChip', {
    'application/pkix-cert': { schema: binary },
    'application/x-pem-file': { schema: binary },
  }),
  '/token': post('publishToken', { 'application/secevent+jwt': { schema: { type: 'string' } } }),
  '/pet': post('createPet', { 'application/json': { schema: { type: 'object', properties: { photo: binary } } } }),
});
const api = (id: string) => operationsOf(pets).find((each) => each.id === id)!;
const problem = (message: string, fix?: string) => ({ file: 'x', line: 1, message, ...(fix && { fix }) });
const read = (id: string, files: Parameters<typeof filesOf>[1]['files'] = {}) =>
  filesOf(pets, { files }, api(id), problem);

describe('the files an operation takes', () => {
  test('a part of a form, of any type', () => {
    const { files, notes, problems } = read('uploadPhoto', { uploadPhoto: { formats: ['png', 'svg'], below: 2048 } });
    expect(problems).toEqual([]);
    expect(files).toEqual([{ at: 'body.file', types: { png: 'image/png', svg: 'image/svg+xml' }, below: 2048 }]);
    expect(notes['body.file']).toMatch(/^PNG, SVG, under 2 KiB:/);
  });

  test('the whole body, of the types the specification names', () => {
    const { files, problems } = read('publishChip', { publishChip: { formats: ['pem', 'der'] } });
    expect(problems).toEqual([]);
    expect(files).toEqual([{ at: 'body', types: { pem: 'application/x-pem-file', der: 'application/pkix-cert' } }]);
  });

  test.each(['publishToken', 'createPet'])('%s takes none', (id) => {
    expect(read(id)).toEqual({ files: [], notes: {}, problems: [] });
  });

  test.each([
    ['nothing is said about', 'uploadPhoto', {}, 'takes a file (body.file)'],
    [
      'that it has not',
      'createPet',
      { createPet: { formats: ['png'] } },
      '"files" has an entry for it, but it takes none',
    ],
    ['of another type', 'publishChip', { publishChip: { formats: ['png'] } }, 'takes no image/png'],
  ] as const)('a file %s is a problem', (_, id, files, message) => {
    expect(read(id, files as never).problems.map((each) => each.message)).toEqual([message]);
  });

  test('an operation that no tool offers is a problem at its line', async () => {
    const config = `specs: { pets: {} }\nfiles:\n  uploadFoto: { formats: [png] }\ntoolsets: {}\n`;
    const run = generate({ config, configName: 'tools.config.yaml', documents: new Map([['pets', pets]]) });
    await expect(run).rejects.toThrow(/tools\.config\.yaml:3 no tool offers an operation "uploadFoto"/);
  });
});

test.each([
  ['uploadPhoto', { type: 'object', properties: { file: { type: 'object' }, note: { type: 'string' } } }],
  ['publishChip', { type: 'object', properties: { path: { type: 'string' }, data: { type: 'string' } } }],
  ['publishToken', { type: 'string' }],
])('what a caller gives: %s', (id, want) => {
  expect(bodyShape(pets, api(id))).toMatchObject(want);
});
