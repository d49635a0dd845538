import { readdirSync, readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { Project, type SourceFile, SyntaxKind } from 'ts-morph';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const project = new Project({ tsConfigFilePath: resolve(root, 'tsconfig.json'), skipAddingFilesFromTsConfig: true });
project.addSourceFilesAtPaths([resolve(root, 'src/**/*.ts'), resolve(root, 'codegen/**/*.ts')]);

const pathOf = (file: SourceFile) => relative(root, file.getFilePath()).split(sep).join('/');
const sources = project.getSourceFiles().map((file) => ({ file, path: pathOf(file) }));

/** Types only; anyone may `import type` them. */
const contracts = ['src/tools/definition.ts', 'src/okta/operation.ts', 'src/auth/strategy.ts'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const imports: Import[] = sources.flatMap(({ file, path }) => {
  const declared = [...file.getImportDeclarations(), ...file.getExportDeclarations()].flatMap((declaration) => {
    const specifier = declaration.getModuleSpecifierValue();
    if (specifier === undefined) return [];
    return [{ from: path, to: target(path, specifier), typeOnly: declaration.isTypeOnly() }];
  });
  const dynamic = file.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
    if (call.getExpression().getKind() !== SyntaxKind.ImportKeyword) return [];
    const specifier = call.getArguments()[0]?.asKind(SyntaxKind.StringLiteral)?.getLiteralValue();
    return specifier === undefined ? [] : [{ from: path, to: target(path, specifier), typeOnly: false }];
  });
  return [...declared, ...dynamic];
});

function target(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = relative(root, resolve(root, from, '..', specifier))
    .split(sep)
    .join('/');
  return path.replace(/\.js$/, '.ts');
}

const under = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
const violations = (rule: (edge: Import) => boolean) => imports.filter(rule).map(({ from, to }) => `${from} -> ${to}`);
const isContract = ({ to, typeOnly }: Import) => typeOnly && contracts.includes(to);

describe('layers: cli -> commands -> app -> server -> tools -> okta -> generated', () => {
  test.each<{ folder: string; mayNotReach: string[] }>([
    {
      folder: 'src/okta',
      mayNotReach: ['src/tools', 'src/server', 'src/commands', 'src/demo-org', 'src/app.ts', 'src/cli.ts', 'codegen'],
    },
    {
      folder: 'src/tools',
      mayNotReach: ['src/server', 'src/commands', 'src/demo-org', 'src/app.ts', 'src/cli.ts', 'codegen'],
    },
    {
      folder: 'src/auth',
      mayNotReach: [
        'src/okta',
        'src/tools',
        'src/server',
        'src/commands',
        'src/demo-org',
        'src/app.ts',
        'src/cli.ts',
        'codegen',
      ],
    },
    {
      folder: 'src/http',
      mayNotReach: ['src/server', 'src/commands', 'src/demo-org', 'src/app.ts', 'src/cli.ts', 'codegen'],
    },
    { folder: 'src/redis', mayNotReach: ['src/commands', 'src/demo-org', 'src/app.ts', 'src/cli.ts', 'codegen'] },
    { folder: 'src/server', mayNotReach: ['src/commands', 'src/demo-org', 'src/app.ts', 'src/cli.ts', 'codegen'] },
    {
      folder: 'src/demo-org',
      mayNotReach: [
        'src/auth',
        'src/okta',
        'src/tools',
        'src/server',
        'src/commands',
        'src/app.ts',
        'src/cli.ts',
        'codegen',
      ],
    },
    {
      folder: 'src/scim',
      mayNotReach: [
        'src/auth',
        'src/okta',
        'src/tools',
        'src/server',
        'src/commands',
        'src/demo-org',
        'src/app.ts',
        'src/cli.ts',
        'codegen',
      ],
    },
    { folder: 'src/commands', mayNotReach: ['src/cli.ts', 'codegen'] },
    { folder: 'src', mayNotReach: ['codegen'] },
  ])('$folder reaches nothing above it', ({ folder, mayNotReach }) => {
    const outside = (path: string) => mayNotReach.some((name) => path === name || under(name)(path));
    expect(violations((edge) => under(folder)(edge.from) && outside(edge.to) && !isContract(edge))).toEqual([]);
  });

  test('codegen takes only the contracts from src/', () => {
    expect(violations((edge) => under('codegen')(edge.from) && under('src')(edge.to) && !isContract(edge))).toEqual([]);
  });

  test('contracts hold types only', () => {
    const values = sources
      .filter(({ path }) => contracts.includes(path))
      .flatMap(({ file }) => file.getStatements())
      .filter((statement) => !/^(Interface|TypeAlias|Import)/.test(statement.getKindName()));
    expect(values.map((statement) => statement.getText())).toEqual([]);
  });

  test('the demo org is reached from the composition root, commands and tests only', () => {
    const inside = (path: string) =>
      path === 'src/app.ts' || under('src/commands')(path) || under('src/demo-org')(path);
    expect(violations((edge) => under('src/demo-org')(edge.to) && !inside(edge.from))).toEqual([]);
  });

  test('the MCP SDK is known only where MCP is spoken', () => {
    const allowed = new Set([
      'src/tools/result.ts',
      'src/tools/confirm.ts',
      'src/tools/arguments.ts',
      'src/commands/demo.ts',
    ]);
    expect(
      violations(
        ({ from, to }) => to.startsWith('@modelcontextprotocol/') && !under('src/server')(from) && !allowed.has(from),
      ),
    ).toEqual([]);
  });
});

describe('src/ knows no operation', () => {
  const paths = /\/api\/v1\/|\/oauth2\/v1\/clients/;
  /** The demo org is an Okta; the guided session is a client that calls tools by name. */
  const exempt = (path: string) =>
    under('src/demo-org')(path) || path === 'src/commands/demo.ts' || !under('src')(path);
  const code = sources.filter(({ path }) => !exempt(path));

  test('no management path', () => {
    const found = code.flatMap(({ file, path }) =>
      strings(file)
        .filter((text) => paths.test(text))
        .map((text) => `${path}: ${text}`),
    );
    expect(found).toEqual([]);
  });

  test('no operation id and no tool name', () => {
    const tools = JSON.parse(readFileSync(resolve(root, 'generated/tools.json'), 'utf8')) as {
      tools: { name: string; operation: string }[];
    };
    const spec = readFileSync(resolve(root, 'specs/okta-management.json'), 'utf8');
    const operations = [...spec.matchAll(/"operationId":\s*"([^"]+)"/g)].map((match) => match[1]!);
    expect(operations).toContain('listUsers');
    // Words that are an operation id by coincidence and mean something else in code.
    const names = new Set([...operations, ...tools.tools.map(({ name }) => name)]);
    const found = code.flatMap(({ file, path }) =>
      strings(file)
        .filter((text) => names.has(text))
        .map((text) => `${path}: ${text}`),
    );
    expect(found).toEqual([]);
  });
});

describe('housekeeping', () => {
  test('process.env is read in src/cli.ts only', () => {
    const readers = sources
      .filter(({ path }) => under('src')(path) && path !== 'src/cli.ts')
      .filter(({ file }) =>
        file.getDescendantsOfKind(SyntaxKind.PropertyAccessExpression).some((node) => node.getText() === 'process.env'),
      );
    expect(readers.map(({ path }) => path)).toEqual([]);
  });

  test('codegen reads and writes files in codegen/cli.ts only', () => {
    expect(
      violations(
        ({ from, to }) =>
          under('codegen')(from) && from !== 'codegen/cli.ts' && /^node:(fs|http|https|child_process)/.test(to),
      ),
    ).toEqual([]);
  });

  test('files are named for nouns and stay readable', () => {
    const grabBags = sources.filter(({ path }) =>
      /(^|\/)(utils?|helpers?|types|common|misc|index)(\.ts|\/)/.test(path),
    );
    expect(grabBags.map(({ path }) => path)).toEqual([]);
    const long = sources.filter(({ file }) => file.getEndLineNumber() > 300).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  test('every test file stands beside what it tests', () => {
    const folders = readdirSync(resolve(root, 'test'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const known = [
      'auth',
      'okta',
      'tools',
      'server',
      'commands',
      'demo-org',
      'codegen',
      'fixtures',
      'e2e',
      'oauth',
      'oracle',
      'evaluation',
      'scim',
      'http',
      'redis',
    ];
    expect(folders.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
  });
});

function strings(file: SourceFile): string[] {
  const kinds = [SyntaxKind.StringLiteral, SyntaxKind.NoSubstitutionTemplateLiteral, SyntaxKind.TemplateHead] as const;
  return kinds.flatMap((kind) => file.getDescendantsOfKind(kind).map((node) => node.getLiteralText()));
}
