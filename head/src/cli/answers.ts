import type { NfsRule } from './nfs-rule.ts';

/** What the commands read of the admin API's answers; its OpenAPI document has all of it. */
export interface UserAnswer {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly administrator: boolean;
  readonly disabled: boolean;
  readonly accessKeys: readonly { readonly id: string }[];
}

export interface KeyAnswer {
  readonly id: string;
  readonly secret: string;
}

/** A door that is opened by naming it: all but NFS. */
export interface PlainDoorAnswer {
  readonly alias?: string;
  readonly readOnly?: boolean;
}

export interface ShareAnswer {
  readonly id: number;
  readonly tenant: string;
  readonly name: string;
  readonly volume: string;
  readonly owner: string;
  readonly readOnly: boolean;
  readonly doors: {
    readonly nfs?: { readonly rules: readonly NfsRule[]; readonly alias?: string };
    readonly s3?: PlainDoorAnswer;
    readonly smb?: PlainDoorAnswer;
    readonly swift?: PlainDoorAnswer;
  };
  readonly shownAs: Readonly<Record<string, string>>;
}

export interface SpaceAnswer {
  readonly quota?: { readonly maxBytes: number; readonly maxFiles: number };
  readonly usedBytes?: number;
  readonly usedFiles?: number;
  readonly pool?: string;
}

export interface VolumeAnswer {
  readonly name: string;
  readonly backend: string;
  readonly health: string;
  readonly reason?: string;
  readonly copies: { readonly present: number; readonly wanted: number };
  readonly bytesToHeal: number;
  readonly healing?: { readonly objects: number; readonly bytesPerSecond: number; readonly progress: number };
  readonly capacity: { readonly totalBytes: number; readonly availableBytes: number };
  readonly epoch: string;
}

export interface StatusAnswer {
  readonly version: string;
  readonly node: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly dataDirectory: string;
  readonly doors: readonly {
    readonly name: string;
    readonly address: string;
    readonly port: number;
    readonly connections?: number;
    readonly detail?: string;
  }[];
  readonly volumes: readonly VolumeAnswer[];
  readonly shares: readonly {
    readonly tenant: string;
    readonly name: string;
    readonly volume: string;
    readonly doors: readonly string[];
  }[];
  readonly users: number;
}

export interface HolderAnswer {
  readonly share: number;
  readonly file: string;
  readonly kind: string;
  readonly door: string;
  readonly client: string;
  readonly owner: string;
}
