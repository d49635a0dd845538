import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cell, columnsOf, csvLine, missedBy } from '../../src/tools/csv.js';

describe('cells that a spreadsheet would run', () => {
  test.each([
    '=1+1',
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
    '+1+1',
    '+49 30 1234',
    '-1+1',
    '-2',
    '@SUM(1+1)',
    '\t=1+1',
    '\tplain',
    '\r=1+1',
    '\rplain',
    '\n=1+1',
    '\nplain',
    ' =1+1',
    '\u00a0=1+1',
    '\u3000=1+1',
    '"=1+1"',
    '" =1+1',
    "'=1+1",
    '\u201c=1+1',
    '\uff1d1+1',
    '\uff0b1',
    '\uff0d1',
    '\uff20SUM(1)',
    '\ufe66 1',
    '\ufeff=1+1',
    '\u200b=1+1',
    '\u0000=1+1',
    '\u202e=1+1',
    ' \t"\'=1',
    `${' '.repeat(200)}=1+1`,
  ])('%j begins with an apostrophe', (text) => {
    const { text: line, neutralised } = csvLine([text]);
    expect(line.replace(/^"/, '')[0]).toBe("'");
    expect(neutralised).toBe(1);
  });

  test.each<[unknown, string]>([
    [-2, '-2'],
    [1e21, '1e+21'],
    ['a=1', '"a=1"'],
    ['1-2', '1-2'],
    ['ana@x.example', 'ana@x.example'],
    ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
    [['=1'], '"[""=1""]"'],
    [null, ''],
    [undefined, ''],
    [true, 'true'],
  ])('%j is none', (value, want) => {
    expect(csvLine([value])).toEqual({ text: `${want}\r\n`, neutralised: 0 });
  });
});

// RFC 4180 section 2.
test.each<[unknown[], string]>([
  [['a', 'b c', '', null], 'a,b c,"",\r\n'],
  [['a,b', 'say "x"', 'two\r\nlines'], '"a,b","say ""x""","two\r\nlines"\r\n'],
  [['a;b', 'x\ty', ' x'], '"a;b","x\ty"," x"\r\n'],
  [[{ a: 1 }], '"{""a"":1}"\r\n'],
  [['x\u200by'], 'xy\r\n'],
])('%j is %j', (values, want) => {
  expect(csvLine(values).text).toBe(want);
});

/** As RFC 4180 reads it. */
function parsed(line: string): string[] {
  const cells: string[] = [];
  const body = line.slice(0, -2);
  const pattern = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/gy;
  for (;;) {
    const match = pattern.exec(body);
    if (!match) throw new Error(`not CSV: ${line}`);
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === '') return cells;
  }
}

test('any texts come back from a line, neutralised or as they were', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'=+-@"\',;\t\r\n aé') }));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (texts) => {
      const cells = parsed(csvLine(texts).text);
      expect(cells).toHaveLength(texts.length);
      for (const [at, got] of cells.entries()) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: results show no controls either
        const shown = texts[at]!.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '');
        expect([shown, `'${shown}`]).toContain(got);
        expect(got).not.toMatch(/^[\s"]*[=+\-@]/);
      }
    }),
  );
});

describe('columns', () => {
  const names = (given: string[][], rows: unknown[]) => columnsOf(given, rows).map((column) => column.join('.'));
  const rows = [
    { id: 1, a: { b: { c: 1 } }, n: null, list: [{ x: 1 }], _links: { self: {} } },
    { id: 2, a: { b: { d: 2 }, e: 3 }, n: { m: 1 } },
  ];

  test.each<[string, string[][], unknown[], string[]]>([
    ['everything', [[]], rows, ['id', 'a.b.c', 'list', 'a.b.d', 'a.e', 'n.m']],
    ['fields that are values', [['id'], ['missing', 'x']], rows, ['id', 'missing.x']],
    ['fields that are objects', [['a'], ['id']], rows, ['a.b.c', 'a.b.d', 'a.e', 'id']],
    ['fields of elements', [['list', 'x']], rows, ['list.x']],
    ['no rows', [['id'], ['a']], [], ['id', 'a']],
    ['nothing at all', [[]], [], []],
  ])('%s', (_, given, of, want) => {
    expect(names(given, of)).toEqual(want);
  });

  test('say what they leave out', () => {
    const columns = columnsOf([[]], rows.slice(0, 1));
    expect(missedBy(columns, [[]])({ ...rows[1], null: null })).toEqual(['a.b.d', 'a.e']);
    expect(missedBy([['a']], [['a']])({ a: { b: 1 }, c: 2 })).toEqual([]);
  });

  test.each<[string[], unknown]>([
    [['id'], 1],
    [['a', 'b', 'c'], 1],
    [['list', 'x'], [1]],
    [['list', 'y'], undefined],
    [['a', 'constructor'], undefined],
    [['n', 'm'], undefined],
  ])('%j of a row', (column, want) => {
    expect(cell(rows[0], column)).toEqual(want);
  });
});
