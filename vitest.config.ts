import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/built.ts'],
    setupFiles: ['test/network.ts'],
    testTimeout: 30_000,
    // Modules are loaded once a worker, not once a file: every test cleans up what it changes.
    isolate: false,
    // Vitest leaves one core idle; on a machine with two that is half of it.
    maxWorkers: availableParallelism(),
    // The totals `.ci/run` prints come from here.
    reporters: ['default', ['json', { outputFile: 'node_modules/.vitest/report.json' }]],
  },
});
