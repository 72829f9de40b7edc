import { expect, it } from 'vitest';
import { completeLock, platformOf } from '../complete-lock.mjs';

it('reads the platform in a package name', () => {
  expect(platformOf('@swc/core-darwin-arm64')).toEqual({ cpu: ['arm64'], os: ['darwin'] });
  expect(platformOf('@oxlint/binding-linux-arm-musleabihf')).toEqual({ cpu: ['arm'], libc: ['musl'], os: ['linux'] });
  expect(platformOf('fsevents')).toBeUndefined();
});

it('adds what a required package wants for other platforms, once', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/tool': {
        version: '2.0.0',
        dev: true,
        optionalDependencies: { 'tool-darwin-arm64': '2.0.0', 'tool-linux-x64-gnu': '2.0.0' },
      },
      'node_modules/tool-linux-x64-gnu': { version: '2.0.0' },
    },
  };
  expect(completeLock(lock)).toEqual(['tool-darwin-arm64']);
  expect(lock.packages).toHaveProperty(['node_modules/tool-darwin-arm64'], {
    version: '2.0.0',
    cpu: ['arm64'],
    dev: true,
    optional: true,
    os: ['darwin'],
  });
  expect(completeLock(lock)).toEqual([]);
});
