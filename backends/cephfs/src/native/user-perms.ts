import type { CephLibrary } from './library.ts';
import type { Owner } from './mount-api.ts';

interface Perm {
  readonly pointer: bigint;
  users: number;
}

/** `UserPerm *` of those who own what is created: bound to no mount, so one bounded cache per process. One in use is never destroyed. */
export class UserPerms {
  readonly #library: CephLibrary;
  readonly #limit: number;
  readonly #perms = new Map<string, Perm>();

  constructor(library: CephLibrary, limit = 1024) {
    this.#library = library;
    this.#limit = limit;
  }

  /** Until `release`. */
  hold({ uid, gid }: Owner): { readonly pointer: bigint; release(): void } {
    const key = `${uid}:${gid}`;
    const perm = this.#perms.get(key) ?? { pointer: this.#create(uid, gid), users: 0 };
    // The last of the map is the one used last.
    this.#perms.delete(key);
    this.#perms.set(key, perm);
    perm.users += 1;
    if (this.#perms.size > this.#limit) this.#trim();
    let held = true;
    return {
      pointer: perm.pointer,
      release: () => {
        if (held) perm.users -= 1;
        held = false;
      },
    };
  }

  /** Nobody may hold any. */
  close(): void {
    for (const { pointer } of this.#perms.values()) this.#library.ceph_userperm_destroy(pointer);
    this.#perms.clear();
  }

  #create(uid: number, gid: number): bigint {
    return BigInt(this.#library.ceph_userperm_new(uid, gid, 0, null));
  }

  #trim(): void {
    for (const [key, perm] of this.#perms) {
      if (this.#perms.size <= this.#limit) return;
      if (perm.users > 0) continue;
      this.#perms.delete(key);
      this.#library.ceph_userperm_destroy(perm.pointer);
    }
  }
}
