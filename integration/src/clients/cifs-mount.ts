import { KernelLab, type Guest } from '../kernel/guest.ts';
import { GuestMount } from './guest-mount.ts';
import type { SmbTarget, StoreClient } from './store-client.ts';

/** What mount.cifs calls `vers`. */
export type CifsDialect = '2.0' | '2.1' | '3.0' | '3.0.2' | '3.1.1';

export interface CifsMountOptions {
  readonly dialect: CifsDialect;
  /** Whether each message is encrypted; else it is signed. */
  readonly sealed?: boolean;
  /** Folder of the guest. */
  readonly at: string;
  /** More options for mount(8), such as `nobrl`. */
  readonly options?: string;
}

/** The kernel's SMB client: a share mounted in a guest. All of its users work as the one who logged in. */
export class CifsMount extends GuestMount implements StoreClient {
  readonly name = 'cifs';
  readonly door = 'smb';
  readonly unavailable = KernelLab.availability().unavailable;

  /** @param target its address is not used: the guest sees the server at 10.0.2.2 */
  static async mount(
    guest: Guest,
    target: Omit<SmbTarget, 'address'>,
    { dialect, sealed = false, at, options }: CifsMountOptions,
  ): Promise<CifsMount> {
    const { port, share, user, password } = target;
    const words = [`vers=${dialect}`, `port=${port}`, `username=${user}`, `password=${password}`, 'noperm'];
    words.push(sealed ? 'seal' : 'sec=ntlmsspi');
    if (options !== undefined) words.push(options);
    await guest.mount({ kind: 'cifs', export: share, options: words.join(','), at });
    return new CifsMount(guest, at);
  }
}
