import process from 'node:process';
import { defineConfig } from 'vitest/config';
import { filesOnCeph } from './integration/src/ceph/on-ceph.ts';

const integration = {
  globalSetup: ['integration/src/ceph/global-setup.ts'],
  testTimeout: 300_000,
  hookTimeout: 300_000,
  fileParallelism: false,
  // Of the tests that say that they may run beside each other.
  maxConcurrency: 2,
};

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
          ...integration,
          name: 'integration',
          include: ['integration/src/**/*.test.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The end-to-end tests again, on a volume on Ceph.
        extends: true,
        test: {
          ...integration,
          name: 'integration-on-ceph',
          include: filesOnCeph(process.env['POLYNAS_E2E_FULL'] === '1'),
          env: { POLYNAS_E2E_BACKEND: 'cephfs' },
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
