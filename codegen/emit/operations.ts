import { IndentationText, Project, VariableDeclarationKind } from 'ts-morph';
import type { Operation } from '../../src/okta/operation.js';

/** `generated/operations.ts`: one line per endpoint, sorted by id. */
export function emitOperations(operations: ReadonlyMap<string, Operation>, header: string): string {
  const project = new Project({
    useInMemoryFileSystem: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces },
  });
  const file = project.createSourceFile('operations.ts');
  file.addImportDeclaration({
    moduleSpecifier: '../src/okta/operation.js',
    namedImports: ['Operation'],
    isTypeOnly: true,
  });
  const lines = [...operations]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, operation]) => `${id}: ${literal(operation)},`);
  file.addVariableStatement({
    docs: ['Every endpoint this server can reach.'],
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    declarations: [
      { name: 'operations', initializer: `{\n${lines.join('\n')}\n} as const satisfies Record<string, Operation>` },
    ],
  });
  file.addTypeAlias({ isExported: true, name: 'OperationId', type: 'keyof typeof operations' });
  file.insertText(0, `${header}\n`);
  return file.getFullText();
}

function literal(operation: Operation): string {
  const fields = Object.entries(operation).map(([key, value]) => `${key}: ${quoted(value)}`);
  return `{ ${fields.join(', ')} }`;
}

function quoted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(quoted).join(', ')}]`;
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value);
}
