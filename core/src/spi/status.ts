import type { WriteEpoch } from './identity.ts';

export interface Capacity {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** What an ordinary user can still use. */
  readonly availableBytes: number;
  readonly totalFiles: number;
  readonly freeFiles: number;
}

export interface VolumeStatus {
  readonly health: 'healthy' | 'degraded' | 'recovering' | 'unavailable';
  /** For people: why it is not healthy. */
  readonly reason?: string;
  /** Copies of each byte that the backend keeps now and is meant to keep. */
  readonly copies: { readonly present: number; readonly wanted: number };
  readonly bytesToHeal: number;
  /** Where copies are missing and the backend counts them. */
  readonly healing?: {
    /** Missing copies of objects. */
    readonly objects: number;
    readonly bytesPerSecond: number;
    /** 0 … 1: the part of the copies missing at the worst moment, since all was well, that is there again. */
    readonly progress: number;
  };
  readonly capacity: Capacity;
  readonly epoch: WriteEpoch;
}
