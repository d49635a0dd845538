import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareSpecs } from '../../codegen/compare.js';
import type { ComparedTool } from '../../codegen/compare-operation.js';
import {
  type Document,
  loadDocument,
  type OperationObject,
  operationsOf,
  type ParameterObject,
  resolve as resolved,
} from '../../codegen/document.js';
import { only } from '../../codegen/slice.js';

describe('any one change of a real document', () => {
  const file = resolve(import.meta.dirname, '../fixtures/okta-management-2026.06.3.json.gz');
  const all = loadDocument(gunzipSync(readFileSync(file)).toString('utf8'));
  // Every seventieth: comparing the whole takes a third of a second.
  const ids = operationsOf(all).flatMap(({ id }, index) => (index % 70 === 0 ? [id] : []));
  const document = only(all, new Set(ids));
  const operations = operationsOf(document);
  const tools = operations.map(({ id, parameters }): ComparedTool => {
    const names = [...parameters.map(({ name }) => name), 'body'];
    return {
      name: id,
      operation: id,
      inputSchema: { properties: Object.fromEntries(names.map((name) => [name, {}])) },
    };
  });
  const compared = (before: Document, after: Document) =>
    compareSpecs([{ name: 'sample', before, after }], { before: tools, after: tools });
  const which = fc.nat(operations.length - 1);

  /** A copy in which one operation has been edited. */
  const edited = (
    index: number,
    edit: (operation: OperationObject, item: Document['paths'][string]) => void,
  ): Document => {
    const copy = structuredClone(document);
    const { path, method } = operations[index]!;
    const item = copy.paths[path]!;
    edit(item[method.toLowerCase() as 'get']!, item);
    return copy;
  };
  const query = (values: string[], required = false): ParameterObject => {
    return { name: 'zz', in: 'query', required, schema: { type: 'string', enum: values } };
  };
  const add = (parameter: ParameterObject) => (it: OperationObject) => {
    it.parameters = [...(it.parameters ?? []), parameter];
  };

  test('the document and itself: nothing', () => {
    expect(compared(document, structuredClone(document))).toMatchObject({ verdict: 'none', reasons: [] });
  });

  const mutations: Record<
    string,
    { before?: (it: OperationObject) => void; edit: (it: OperationObject) => void; kind: string; verdict: string }
  > = {
    'another id': {
      edit: (it) => {
        it.operationId = 'zz';
      },
      kind: 'operation renamed',
      verdict: 'patch',
    },
    'a required parameter': { edit: add(query(['A'], true)), kind: 'argument added', verdict: 'major' },
    'an optional parameter': { edit: add(query(['A'])), kind: 'argument added', verdict: 'minor' },
    'a parameter gone': { before: add(query(['A'])), edit: () => {}, kind: 'argument removed', verdict: 'major' },
    'a value gone': {
      before: add(query(['A', 'B'])),
      edit: add(query(['B'])),
      kind: 'argument values-removed',
      verdict: 'major',
    },
    'a scope more': {
      edit: (it) => {
        const { oauth2 = [] } = it.security?.find((one) => 'oauth2' in one) ?? {};
        const others = it.security?.filter((one) => !('oauth2' in one)) ?? [];
        it.security = [...others, { oauth2: [...oauth2, 'okta.zz.manage'] }];
      },
      kind: 'operation scopes',
      verdict: 'major',
    },
    deprecated: {
      edit: (it) => {
        it.deprecated = true;
      },
      kind: 'operation deprecated',
      verdict: 'minor',
    },
    'another lifecycle': {
      edit: (it) => {
        it['x-okta-lifecycle'] = { ...it['x-okta-lifecycle'], lifecycle: 'ZZ' };
      },
      kind: 'operation lifecycle',
      verdict: 'patch',
    },
    'a new reply': {
      edit: (it) => {
        it.responses['299'] = { description: '' };
      },
      kind: 'reply added',
      verdict: 'patch',
    },
  };
  const offersZz = tools.map((tool) => ({
    ...tool,
    inputSchema: { properties: { ...(tool.inputSchema.properties as object), zz: {} } },
  }));

  test.each(Object.entries(mutations))('%s', (_, { before = () => {}, edit, kind, verdict }) => {
    fc.assert(
      fc.property(which, (index) => {
        const documents = [{ name: 'sample', before: edited(index, before), after: edited(index, edit) }];
        const result = compareSpecs(documents, { before: offersZz, after: offersZz });
        const found = result.documents[0]!.operations;
        expect(found.map(({ path, method }) => [path, method])).toEqual([
          [operations[index]!.path, operations[index]!.method],
        ]);
        const kinds = found[0]!.changes.map((change) => `${change.about} ${change.kind}`);
        expect(kinds).toContain(kind);
        expect(result.verdict).toBe(verdict);
        expect(found[0]!.tools).toEqual([operations[index]!.id]);
      }),
      { numRuns: 10 },
    );
  });

  test('an operation gone, and the same back again', () => {
    fc.assert(
      fc.property(which, (index) => {
        const { path, method, id } = operations[index]!;
        const without = structuredClone(document);
        delete without.paths[path]![method.toLowerCase() as 'get'];
        const gone = compared(document, without);
        expect(gone.documents[0]!.operations).toMatchObject([{ operation: id, status: 'removed', level: 'major' }]);
        expect(gone.verdict).toBe('major');
        const back = compared(without, document);
        expect(back.documents[0]!.operations).toMatchObject([{ operation: id, status: 'added' }]);
        expect(back.verdict).toBe('minor');
      }),
      { numRuns: 10 },
    );
  });

  test('a path parameter of another name', () => {
    const named = operations.flatMap(({ path }, index) => (path.includes('{') ? [index] : []));
    fc.assert(
      fc.property(fc.constantFrom(...named), (index) => {
        const { path, method, parameters } = operations[index]!;
        const { name } = parameters.find((one) => one.in === 'path')!;
        const after = structuredClone(document);
        const item = after.paths[path]!;
        delete after.paths[path];
        after.paths[path.replace(`{${name}}`, '{zz}')] = item;
        for (const one of Object.values(item) as OperationObject[]) {
          const own = (one.parameters ?? [])
            .map((each) => resolved(document, each))
            .map((each) => (each.name === name ? { ...each, name: 'zz' } : each));
          one.parameters = own;
        }
        const { verdict, documents } = compared(document, after);
        const change = documents[0]!.operations.find((one) => one.method === method && one.changes.length > 0)?.changes;
        expect(change).toEqual([{ about: 'argument', kind: 'renamed', level: 'major', at: name, was: name, is: 'zz' }]);
        expect(verdict).toBe('major');
      }),
      { numRuns: 10 },
    );
  });
});
