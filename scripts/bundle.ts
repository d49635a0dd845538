import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { build } from 'esbuild';

// One file, because loading many is what start-up time goes to; CommonJS, because V8's code cache needs a script.
rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/cli.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  legalComments: 'linked',
  // A native add-on, installed where the platform has one. A script run by its loader can require it, but not import it.
  external: ['@napi-rs/keyring'],
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': '""' },
  logLevel: 'warning',
});

const code = readFileSync('dist/main.cjs', 'utf8').replace(/^#!.*/, '');
const source = `(function (exports, require, module, __filename, __dirname) {${code}\n})`;
writeFileSync('dist/main.cjs', source);
// The cache belongs to the Node version that made it; another version ignores it and compiles as usual.
writeFileSync('dist/main.cache', new Script(source, { filename: 'main.cjs' }).createCachedData());
writeFileSync(
  'dist/okta-mcp.cjs',
  `#!/usr/bin/env node
'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { constants, Script } = require('node:vm');
const filename = join(__dirname, 'main.cjs');
let cachedData;
try {
  cachedData = readFileSync(join(__dirname, 'main.cache'));
} catch {}
const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData, importModuleDynamically });
script.runInThisContext().call(exports, exports, require, module, filename, __dirname);
`,
);
