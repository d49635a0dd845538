import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CodegenError } from '../../codegen/errors.js';
import { importSpec } from '../../codegen/import.js';
import { operation, yaml } from './small-spec.js';

const text = yaml({
  paths: {
    '/b': { get: operation('second', { servers: [{ url: 'https://example.com' }] }) },
    '/a': {
      'x-note': 1,
      get: operation('first', { parameters: [{ name: 'q', in: 'query', schema: { type: 'array' } }] }),
    },
  },
});
const options = { name: 'small', file: 'small.yaml', upstream: 'dist/1/small.yaml' };

test('an import is a JSON file and a section of SOURCE.md', async () => {
  const { files, summary } = await importSpec(text, options);
  expect([...files.keys()]).toEqual(['specs/small.json', 'specs/SOURCE.md']);
  expect(Object.keys(JSON.parse(files.get('specs/small.json')!).paths)).toEqual(['/a', '/b']);
  expect(files.get('specs/SOURCE.md')).toContain(`## Document small
- release: 1.0.0
- upstream: dist/1/small.yaml
- sha256 of the published file: ${createHash('sha256').update(text).digest('hex')}
- operations: 2
- schemas: 0
- vendor extensions left out: x-note (1)
- repairs: 2

### array without items: items of any kind (1)
- \`first/parameters/0/schema\`

### server of its own, an example host: dropped (1)
- \`second\`
`);
  expect(summary).toBe('specs/small.json: release 1.0.0, 2 operations, 0 schemas, 2 repairs');
});

test('a document that counts its own versions is of the release it came with', async () => {
  const { files, summary } = await importSpec(text, { ...options, release: '2026.06.3' });
  expect(JSON.parse(files.get('specs/small.json')!).info.version).toBe('2026.06.3');
  expect(files.get('specs/SOURCE.md')).toContain('- release: 2026.06.3\n');
  expect(files.get('specs/SOURCE.md')).toContain(
    'version 1.0.0, counted for this document alone: release 2026.06.3 (1)',
  );
  expect(summary).toContain('release 2026.06.3, 2 operations, 0 schemas, 3 repairs');
});

test('importing twice gives the same bytes', async () => {
  const once = await importSpec(text, options);
  const twice = await importSpec(text, { ...options, sources: once.files.get('specs/SOURCE.md')! });
  expect([...twice.files]).toEqual([...once.files]);
});

test('documents keep their own sections, whatever the order of imports', async () => {
  const small = { ...options, url: 'https://example.com/small.yaml', release: '2' };
  const other = { ...options, name: 'other' };
  const sourcesOf = async (...all: (typeof other)[]) => {
    let sources = '';
    for (const one of all) sources = (await importSpec(text, { ...one, sources })).files.get('specs/SOURCE.md')!;
    return sources;
  };
  const sources = await sourcesOf(small, other);
  expect(sources.match(/^## Document .+$/gm)).toEqual(['## Document other', '## Document small']);
  expect(sources).toContain('- fetched from: https://example.com/small.yaml');
  expect(await sourcesOf(other, small)).toBe(sources);
  expect(await sourcesOf(small, other, small)).toBe(sources);
});

test('what swagger-parser refuses is refused', async () => {
  const bad = yaml({ paths: { a: { get: operation('op') } } });
  await expect(importSpec(bad, options)).rejects.toThrow(CodegenError);
});
