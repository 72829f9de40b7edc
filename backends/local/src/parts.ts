import type { VolumeTraits } from '@polynas/core/spi';
import type { Activity } from './activity.ts';
import type { BlobPool } from './content/blob-pool.ts';
import type { BlobStore } from './content/blob-store.ts';
import type { LiveFiles } from './content/live-file.ts';
import type { Reclaimer } from './content/reclaimer.ts';
import type { Clock } from './tree/clock.ts';
import type { Committer } from './tree/committer.ts';
import type { Counters } from './tree/counters.ts';
import type { Tables } from './tree/environment.ts';
import type { Health } from './tree/health.ts';
import type { Inodes } from './tree/inodes.ts';
import type { Residency } from './tree/residency.ts';
import type { Turn } from './turn.ts';

/** What the operations of one open volume work with. */
export interface Parts {
  readonly traits: VolumeTraits;
  readonly limits: Limits;
  readonly tables: Tables;
  readonly committer: Committer;
  readonly counters: Counters;
  readonly inodes: Inodes;
  readonly residency: Residency;
  readonly files: LiveFiles;
  readonly blobs: BlobStore;
  readonly pool: BlobPool;
  readonly reclaimer: Reclaimer;
  readonly health: Health;
  readonly activity: Activity;
  readonly turn: Turn;
  readonly clock: Clock;
}

export interface Limits {
  /** Contents up to this many bytes are kept in the tree. */
  readonly inlineBytes: number;
  readonly maxHandles: number;
}
