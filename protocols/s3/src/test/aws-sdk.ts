import { createRequire, registerHooks } from 'node:module';
import type * as Sdk from '@aws-sdk/client-s3';
import type * as Storage from '@aws-sdk/lib-storage';
import type { TestDoor, TestUser } from './open-door.ts';

// The workspace's Vitest resolves the `module` condition, whose files in the AWS SDK only bundlers can load.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, { ...context, conditions: context.conditions.filter((condition) => condition !== 'module') }),
});
const load = createRequire(import.meta.url);

export const sdk = load('@aws-sdk/client-s3') as typeof Sdk;
export const storage = load('@aws-sdk/lib-storage') as typeof Storage;

export function newClient(door: TestDoor, user: TestUser, change: Sdk.S3ClientConfig = {}): Sdk.S3 {
  return new sdk.S3({
    endpoint: door.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey },
    maxAttempts: 1,
    ...change,
  });
}
