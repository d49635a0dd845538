import { defineConfig } from 'vitest/config';

const SHARED = ['gate', 'e2e/path-parameters', 'demo-org/validation'].map((name) => `test/${name}.test.ts`);

/** What takes minutes: long generated runs, and mutants. `npm run test:deep`. */
export default defineConfig({
  test: {
    // The latter run in `npm test` too, over a share of their lists.
    include: ['test/**/*.deep.ts', ...SHARED],
    env: { OKTA_TEST_WHOLE: 'true' },
    globalSetup: ['test/built.ts'],
    setupFiles: ['test/network.ts'],
    testTimeout: 300_000,
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'node_modules/.vitest/deep.json' }]],
  },
});
