import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printJson } from '../../../codegen/emit/json.js';

test('what fits stays on its line, what does not is broken one level down', () => {
  const long = 'x'.repeat(80);
  expect(printJson({ a: [1, 2], b: { c: long, d: long } })).toBe(
    `{\n "a": [1,2],\n "b": {\n  "c": "${long}",\n  "d": "${long}"\n }\n}\n`,
  );
});

test('is the same JSON, whatever the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(printJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
