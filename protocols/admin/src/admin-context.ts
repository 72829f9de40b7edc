import type { Services, Share, ShareDoors, VolumeStatus } from '@polynas/core/service';

/** A listening door as `polynas status` shows it. */
export interface DoorStatus {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Connections that are open now, where the door counts them. */
  readonly connections?: number;
  /** What else a client must know, e.g. the MOUNT port. */
  readonly detail?: string;
}

export interface VolumeReport {
  readonly name: string;
  readonly backend: string;
  /** Where it is, for people: a directory of this machine, or a path in a Ceph file system. */
  readonly place?: string;
  readonly status: VolumeStatus;
}

/** What the admin API shows and changes beyond the services: the head itself. */
export interface HeadAdministration {
  readonly version: string;
  readonly dataDirectory: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  doors(): readonly DoorStatus[];
  volumes(): Promise<readonly VolumeReport[]>;
  /** Every share, also those that no door shows. */
  shares(): readonly Share[];
  /** Stable when answered. `exists`, `badName`. */
  createTenant(tenant: { readonly name: string; readonly defaultDoors?: ShareDoors }): Promise<void>;
}

/** Time and identifiers as they are handed in. */
export interface AdminClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds on the clock of deadlines. */
  monotonic(): number;
}

export interface AdminContext {
  readonly services: Pick<Services, 'accounts' | 'shares' | 'state'>;
  readonly head: HeadAdministration;
  readonly clock: AdminClock;
  /** Told of errors that are nobody's input: what was asked, and the error. */
  readonly onFault: (request: string, error: unknown) => void;
  /** Told of each change that was made: who asked for nothing secret. */
  readonly onChange: (action: string, subject: string) => void;
}

/** Injection token of the `AdminContext`. */
export const adminContextToken: unique symbol = Symbol.for('polynas.admin.context');
