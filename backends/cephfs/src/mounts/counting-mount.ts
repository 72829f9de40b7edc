import type { InodePointer, Mount } from '../native/mount-api.ts';

/** A mount that counts references, for tests: nothing else of it works. */
export class CountingMount {
  alive = true;
  readonly incarnation = {};
  readonly root: InodePointer = 1n;
  readonly dropped: InodePointer[] = [];
  unmounted = 0;

  put(inode: InodePointer): void {
    this.dropped.push(inode);
  }

  unmount(): Promise<void> {
    this.alive = false;
    this.unmounted += 1;
    return Promise.resolve();
  }

  get asMount(): Mount {
    return this as unknown as Mount;
  }
}
