/** One way in which a file goes through a door, with a client that is not ours. */
export interface StoreClient {
  readonly name: string;
  readonly door: 'nfs' | 's3';
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

export const region = 'us-east-1';
