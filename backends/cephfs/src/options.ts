/** Where a volume on CephFS is, and as whom this process is known there. The head's configuration gives it (docs/configuration.md). */
export interface CephOptions {
  /** Path of a `ceph.conf`; without it and without `monitors` the library's own default places. */
  readonly conf?: string;
  readonly keyring?: string;
  /** Instead of `conf`: `10.0.0.1:6789`, `v2:10.0.0.1:3300`. */
  readonly monitors?: readonly string[];
  /** Secret of the client, base64; instead of `keyring`. */
  readonly key?: string;
  /** Without `client.`. */
  readonly client: string;
  /** The cluster's only one by default. */
  readonly fileSystem?: string;
  /** The directory of the file system that is the volume's top; made when it is missing. */
  readonly root: string;
  /** libcephfs clients that the volume's files are spread over. */
  readonly mounts?: number;
  /** `'head'`: only this process changes the volume (a second head is refused); `'shared'`: other Ceph clients do as well. */
  readonly writers: 'head' | 'shared';
  /** 32 hexadecimal digits: the same at each start of one head, another one for each head. Sessions of a killed process are taken back by it. */
  readonly clientUuid: string;
  /** Told of what goes wrong in the background: an eviction, a mount that does not come back. */
  readonly report?: (error: unknown) => void;
}
