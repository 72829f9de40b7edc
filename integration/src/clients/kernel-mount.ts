import { KernelLab, type Guest } from '../kernel/guest.ts';
import { GuestMount } from './guest-mount.ts';
import type { StoreClient } from './store-client.ts';

export interface KernelMountOptions {
  readonly port: number;
  /** As MOUNT knows it: `/name`. */
  readonly exported: string;
  /** Folder of the guest. */
  readonly at: string;
  /** More options for mount(8), such as `noac`. */
  readonly options?: string;
}

/** The kernel's NFS client: an export mounted in a guest. */
export class KernelMount extends GuestMount implements StoreClient {
  readonly name = 'kernel';
  readonly door = 'nfs';
  readonly unavailable = KernelLab.availability().unavailable;

  static async mount(guest: Guest, { port, exported, at, options }: KernelMountOptions): Promise<KernelMount> {
    const words = ['vers=3', 'proto=tcp', 'mountproto=tcp', `port=${port}`, `mountport=${port}`, 'nolock'];
    if (options !== undefined) words.push(options);
    await guest.mount({ kind: 'nfs', export: exported, options: words.join(','), at });
    return new KernelMount(guest, at);
  }
}
