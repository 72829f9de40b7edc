import type { Share, ShareId } from '../../service/index.ts';
import type { Volume } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { MountedShare, Mounts } from '../mounts.ts';
import type { Registry } from '../registry/registry.ts';
import type { ShareRecord } from '../registry/state.ts';

export function shareOf(record: ShareRecord): Share {
  const { id, tenant, name, volume, root, owner, createdAt, doors, readOnly } = record;
  return { id, tenant, name, volume, root: BigInt(root), owner, createdAt, doors, readOnly };
}

/** The shares of the registry with their volumes. A share that did not change keeps its object. */
export class ShareMounts implements Mounts {
  readonly #volumes: ReadonlyMap<string, Volume>;
  #mounted = new Map<ShareId, { readonly record: ShareRecord; readonly mount: MountedShare | undefined }>();
  #listed: readonly MountedShare[] = [];

  constructor(registry: Registry, volumes: ReadonlyMap<string, Volume>) {
    this.#volumes = volumes;
    let shares: readonly ShareRecord[] | undefined;
    registry.watch((state) => {
      if (state.shares === shares) return;
      shares = state.shares;
      this.#update(state.shares);
    });
  }

  get(id: ShareId): MountedShare {
    const mounted = this.#mounted.get(id);
    if (mounted === undefined) throw new StorageError('stale', `no share ${id}`);
    if (mounted.mount === undefined) throw new StorageError('unavailable', `no volume ${mounted.record.volume}`);
    return mounted.mount;
  }

  all(): readonly MountedShare[] {
    return this.#listed;
  }

  volume(name: string): Volume | undefined {
    return this.#volumes.get(name);
  }

  #update(records: readonly ShareRecord[]): void {
    const before = this.#mounted;
    this.#mounted = new Map();
    for (const record of records) {
      if (record.removing) continue;
      const known = before.get(record.id);
      this.#mounted.set(record.id, known?.record === record ? known : { record, mount: this.#mount(record) });
    }
    this.#listed = [...this.#mounted.values()].flatMap(({ mount }) => mount ?? []);
  }

  #mount(record: ShareRecord): MountedShare | undefined {
    const volume = this.#volumes.get(record.volume);
    return volume === undefined ? undefined : { share: shareOf(record), volume, volumeName: record.volume };
  }
}
