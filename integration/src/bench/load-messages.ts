import type { NfsFixtureOptions } from './nfs/nfs-loads.ts';
import type { NfsServer } from './nfs/nfs-client.ts';
import type { LoadPlan, RoundAtClient } from './load.ts';
import type { S3FixtureOptions } from './s3/s3-loads.ts';
import type { S3Server } from './s3/s3-client.ts';
import type { SmbServer } from './smb/smb-client.ts';
import type { SmbFixtureOptions } from './smb/smb-loads.ts';
import type { SwiftServer } from './swift/swift-client.ts';
import type { SwiftFixtureOptions } from './swift/swift-loads.ts';

export type FixtureRequest =
  | { readonly protocol: 'nfs'; readonly server: NfsServer; readonly options: NfsFixtureOptions }
  | { readonly protocol: 's3'; readonly server: S3Server; readonly options: S3FixtureOptions }
  | { readonly protocol: 'smb'; readonly server: SmbServer; readonly options: SmbFixtureOptions }
  | { readonly protocol: 'swift'; readonly server: SwiftServer; readonly options: SwiftFixtureOptions };

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
