import {
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExportFile, formatOf } from '../../src/tools/export-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = (code: string, words: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(words) });

test('a file appears once it is whole, readable by its owner only', async () => {
  const file = await ExportFile.create(folder, 'a.csv');
  await file.write('é1\r\n');
  await file.write('2\r\n');
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.okta-collect-[0-9a-f]{24}\.part$/)]);
  expect(statSync(join(folder, readdirSync(folder)[0]!)).mode & 0o777).toBe(0o600);
  expect(await file.publish('a.csv')).toEqual({ path: join(folder, 'a.csv'), bytes: 8 });
  expect(readdirSync(folder)).toEqual(['a.csv']);
  expect(statSync(join(folder, 'a.csv')).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'a.csv')).nlink).toBe(1);
  expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toBe('é1\r\n2\r\n');
});

test.each([
  '',
  'a',
  'a.txt',
  'a.csv.exe',
  '.csv',
  '.a.csv',
  '-a.csv',
  '../a.csv',
  '/etc/a.csv',
  'x/a.csv',
  'x\\a.csv',
  'C:a.csv',
  'a b.csv',
  'a\0.csv',
  'a.csv\n',
  'é.csv',
  'NUL.csv',
  'com1.jsonl',
  `${'a'.repeat(101)}.csv`,
])('%j is no name of a file', async (name) => {
  expect(() => formatOf(name)).toThrow(refused('arguments_invalid', 'save_as'));
  await expect(ExportFile.create(folder, name)).rejects.toThrow(refused('arguments_invalid', 'save_as'));
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ['a.csv', 'csv'],
  ['Users-2026_01.v2.jsonl', 'jsonl'],
])('%j is one', (name, format) => {
  expect(formatOf(name)).toBe(format);
});

describe('what is there already stays as it is', () => {
  const occupy: Record<string, (path: string) => void> = {
    'a file': (path) => writeFileSync(path, 'mine'),
    'a symlink to a file': (path) => {
      writeFileSync(join(folder, 'target'), 'mine');
      symlinkSync(join(folder, 'target'), path);
    },
    'a symlink to nothing': (path) => symlinkSync(join(folder, 'nowhere'), path),
  };

  test.each(Object.keys(occupy))('%s, before the first row', async (what) => {
    occupy[what]!(join(folder, 'a.csv'));
    const before = readdirSync(folder);
    await expect(ExportFile.create(folder, 'a.csv')).rejects.toThrow(refused('export_unavailable', 'already'));
    expect(readdirSync(folder)).toEqual(before);
  });

  test.each(Object.keys(occupy))('%s that came meanwhile', async (what) => {
    const file = await ExportFile.create(folder, 'a.csv');
    await file.write('theirs');
    occupy[what]!(join(folder, 'a.csv'));
    await expect(file.publish('a.csv')).rejects.toThrow(refused('export_unavailable', 'already'));
    const left = readdirSync(folder);
    expect(left.filter((name) => name.endsWith('.part') || name === 'nowhere')).toEqual([]);
    for (const name of left.filter((each) => !(what.endsWith('nothing') && each === 'a.csv'))) {
      expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
    }
  });
});

describe('an unfinished file', () => {
  const begin = async () => {
    const file = await ExportFile.create(folder, 'a.csv');
    await file.write('one\n');
    return file.suspend();
  };
  const path = () => join(folder, readdirSync(folder)[0]!);

  test('is gone on with where it ended, however much was written since', async () => {
    const unfinished = await begin();
    const second = await ExportFile.reopen(folder, 'a.csv', unfinished);
    await second.write('lost, and longer than what follows\n');
    await second.suspend();
    const third = await ExportFile.reopen(folder, 'a.csv', unfinished);
    await third.write('two\n');
    await third.publish('a.csv');
    expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toBe('one\ntwo\n');
    await expect(ExportFile.reopen(folder, 'a.csv', unfinished)).rejects.toThrow(
      refused('export_unavailable', 'finished or removed'),
    );
  });

  test.each<[string, (part: string) => void]>([
    [
      'a symlink',
      (part) => {
        writeFileSync(join(folder, 'victim'), 'mine, and long enough');
        rmSync(part);
        symlinkSync(join(folder, 'victim'), part);
      },
    ],
    [
      'another file',
      (part) => {
        writeFileSync(join(folder, 'victim'), 'mine, and long enough');
        rmSync(part);
        linkSync(join(folder, 'victim'), part);
      },
    ],
    ['a shorter one', (part) => truncateSync(part, 1)],
  ])('is not gone on with when it has become %s', async (_, become) => {
    const unfinished = await begin();
    become(path());
    await expect(ExportFile.reopen(folder, 'a.csv', unfinished)).rejects.toThrow(
      refused('export_unavailable', 'cannot be gone on with'),
    );
    for (const name of readdirSync(folder).filter((each) => each === 'victim')) {
      expect(readFileSync(join(folder, name), 'utf8')).toBe('mine, and long enough');
    }
  });

  test('is written by one call at a time', async () => {
    const unfinished = await begin();
    const first = await ExportFile.reopen(folder, 'a.csv', unfinished);
    await expect(ExportFile.reopen(folder, 'a.csv', unfinished)).rejects.toThrow(
      refused('export_unavailable', 'another call'),
    );
    await first.drop();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is removed by a later one when nobody goes on with it', async () => {
    await begin();
    const old = path();
    utimesSync(old, new Date(0), new Date(0));
    writeFileSync(join(folder, '.okta-collect-other.part'), '');
    utimesSync(join(folder, '.okta-collect-other.part'), new Date(0), new Date(0));
    const young = await begin();
    expect(readdirSync(folder).sort()).toEqual([young.part, '.okta-collect-other.part'].sort());
  });
});

test('a folder that cannot be written is told', async () => {
  await expect(ExportFile.create(join(folder, 'gone'), 'a.csv')).rejects.toThrow(
    refused('export_unavailable', 'ENOENT'),
  );
});
