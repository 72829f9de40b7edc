import type { Core } from '@polynas/core';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { AdminDoor } from '../doors/admin-door.ts';
import type { NfsDoor } from '../doors/nfs-door.ts';
import type { S3Door } from '../doors/s3-door.ts';
import type { SmbDoor } from '../doors/smb-door.ts';
import type { SwiftDoor } from '../doors/swift-door.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { FirstStart } from '../start/first-start.ts';
import type { HeadKey } from '../state/head-key.ts';
import type { Volumes } from '../volumes.ts';

/** What a part of the head is given, by the token that it is injected under. */
export interface Parts {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The data directory is there, and ours alone. */
  readonly ownership: { readonly dataDirectory: string };
  readonly key: HeadKey;
  readonly volumes: Volumes;
  readonly core: Core;
  /** Declared things are there; at a first start those that it made. */
  readonly filled: { readonly firstStart?: FirstStart };
  /** An empty object where the configuration keeps the door shut. */
  readonly nfs: { readonly door?: NfsDoor };
  readonly s3: { readonly door?: S3Door };
  readonly smb: { readonly door?: SmbDoor };
  readonly swift: { readonly door?: SwiftDoor };
  readonly admin: AdminDoor;
}

export type PartName = keyof Parts;

export const token = (name: PartName): symbol => Symbol.for(`polynas.head.${name}`);
