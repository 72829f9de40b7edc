/** A directory of a CephFS that a peer serves. */
export interface CephDirectory {
  /** Path of ceph.conf, which names the client's keyring too. */
  readonly configuration: string;
  /** Without `client.`. */
  readonly client: string;
  readonly fileSystem: string;
  /** Absolute, in the file system; it is there, and everybody may write to it. */
  readonly path: string;
}
