import { defineConfig } from 'vitest/config';

/** What takes minutes: long generated runs, and mutants. `npm run test:deep`. */
export default defineConfig({
  test: {
    include: ['test/**/*.deep.ts'],
    setupFiles: ['test/network.ts'],
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'node_modules/.vitest/deep.json' }]],
  },
});
