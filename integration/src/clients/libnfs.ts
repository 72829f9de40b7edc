import { missingProgram } from './available.ts';
import { expectRun, outputSum, run, type CommandOptions, type Ran, type Wrap } from './command.ts';
import type { StoreClient } from './store-client.ts';

export interface NfsTarget {
  readonly address: string;
  readonly nfsPort: number;
  /** Where MOUNT is; the NFS port when not given. */
  readonly mountPort?: number;
  /** As MOUNT knows it: `/name`. */
  readonly exported: string;
  readonly uid: number;
  readonly gid: number;
}

/** The programs of libnfs-utils: NFSv3 from user space. */
export class Libnfs implements StoreClient {
  readonly name = 'libnfs';
  readonly door = 'nfs';
  readonly #target: NfsTarget;
  readonly #options: CommandOptions;

  constructor(target: NfsTarget, wrap?: Wrap) {
    this.#target = target;
    this.#options = { wrap };
  }

  get unavailable(): string | undefined {
    return missingProgram('nfs-cp', 'libnfs-utils');
  }

  async put(file: string, path: string): Promise<void> {
    await expectRun('nfs-cp', [file, this.url(path)], this.#options);
  }

  sum(path: string): Promise<string> {
    return outputSum('nfs-cat', [this.url(path)], this.#options);
  }

  /** Lines of `nfs-ls`: mode, links, uid, gid, size, name. */
  list(path = ''): Promise<Ran> {
    return run('nfs-ls', [this.url(path)], this.#options);
  }

  read(path: string): Promise<Ran> {
    return run('nfs-cat', [this.url(path)], this.#options);
  }

  write(file: string, path: string): Promise<Ran> {
    return run('nfs-cp', [file, this.url(path)], this.#options);
  }

  /** A path that holds `?` cannot be told to libnfs. */
  url(path: string): string {
    const { address, nfsPort, mountPort = nfsPort, exported, uid, gid } = this.#target;
    const query = new URLSearchParams({
      version: '3',
      nfsport: String(nfsPort),
      mountport: String(mountPort),
      uid: String(uid),
      gid: String(gid),
    });
    return `nfs://${address}${exported}/${path}?${query.toString()}`;
  }
}
