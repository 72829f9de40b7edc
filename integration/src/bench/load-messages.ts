import type { NfsFixtureOptions } from './nfs/nfs-loads.ts';
import type { NfsServer } from './nfs/nfs-client.ts';
import type { LoadPlan, RoundAtClient } from './load.ts';
import type { S3FixtureOptions } from './s3/s3-loads.ts';
import type { S3Server } from './s3/s3-client.ts';

export type FixtureRequest =
  | { readonly protocol: 'nfs'; readonly server: NfsServer; readonly options: NfsFixtureOptions }
  | { readonly protocol: 's3'; readonly server: S3Server; readonly options: S3FixtureOptions };

/** To the load generator; it answers each with one {@link Answer} before the next is sent. */
export type Request =
  | { readonly kind: 'fixture'; readonly fixture: FixtureRequest }
  /** Makes what the load needs, so that `run` starts the clock at once. */
  | { readonly kind: 'prepare'; readonly load: string; readonly plan: LoadPlan }
  | { readonly kind: 'run' };

export type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'round'; readonly round: RoundAtClient }
  | { readonly kind: 'failed'; readonly message: string };
