export type DoorName = 'nfs' | 's3' | 'smb' | 'swift';

/** One way in which a file goes through a door, with a client that is not ours. */
export interface StoreClient {
  readonly name: string;
  readonly door: DoorName;
  /** Why it cannot run here. */
  readonly unavailable: string | undefined;
  /** Copies a file of this machine to `path` in the share. */
  put(file: string, path: string): Promise<void>;
  /** SHA-256 in hexadecimal of what is at `path` in the share. */
  sum(path: string): Promise<string>;
}

/** Who speaks to which bucket of which S3 door. */
export interface S3Target {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Who speaks to which share of which SMB door. */
export interface SmbTarget {
  readonly address: string;
  readonly port: number;
  readonly share: string;
  readonly user: string;
  readonly password: string;
}

/** Who speaks to which container of which Swift door. */
export interface SwiftTarget {
  /** Of version 1.0 of the authentication: `http://…/auth/v1.0`. */
  readonly authUrl: string;
  readonly container: string;
  /** As version 1.0 wants it: account and user with a colon between. */
  readonly user: string;
  readonly key: string;
}

export const region = 'us-east-1';
