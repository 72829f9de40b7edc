import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their sources (the `source` condition), so tests never run stale output.
export default defineConfig({
  ssr: { resolve: { conditions: ['source', 'node'], externalConditions: ['node'] } },
  resolve: { conditions: ['source', 'node'] },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{core,backends/*,protocols/*,head,tools}/{src,test}/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['integration/src/**/*.test.ts'],
          globalSetup: ['integration/src/ceph/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
