import { open, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Core } from '@polynas/core';
import type { AccessKey, NfsClientRule, Share, User } from '@polynas/core/service';

import { internalCaller } from '../declare/internal-caller.ts';
import { syncDirectory } from '../state/atomic-file.ts';
import { systemCode } from '../system-error.ts';
import { readablePassword } from './readable-password.ts';

const administratorName = 'admin';
const shareName = 'share';
const tenant = 'default';

/** What the first start made and tells once. */
export interface FirstStart {
  readonly user: User;
  readonly password: string;
  readonly key: AccessKey;
  readonly share?: Share;
}

/** What of core it needs. */
export type FirstStartCore = Pick<Core, 'accounts' | 'shares'>;

export interface HostIdentity {
  /** uid and gid of whoever started the head (through sudo: who called it); absent for a plain root. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Whether the first start goes on: set before anything is made, taken away when its credentials were shown. */
export class FirstStartMark {
  readonly #path: string;

  constructor(dataDirectory: string) {
    this.#path = join(dataDirectory, 'state', 'first-start');
  }

  async isSet(): Promise<boolean> {
    try {
      await stat(this.#path);
      return true;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async set(): Promise<void> {
    const handle = await open(this.#path, 'w', 0o600);
    await handle.sync();
    await handle.close();
    await syncDirectory(dirname(this.#path));
  }

  async clear(): Promise<void> {
    await unlink(this.#path);
    await syncDirectory(dirname(this.#path));
  }
}

async function makeAdministrator(core: FirstStartCore, host: HostIdentity, random: (length: number) => Uint8Array) {
  const { accounts } = core;
  const password = readablePassword(random);
  const present = accounts.userByName(tenant, administratorName);
  if (present) {
    // An earlier first start ended before its credentials were shown: nobody has them.
    for (const { id } of present.accessKeys) await accounts.removeKey(id);
    const user = await accounts.changeUser(present.id, { password });
    return { user, password, key: await accounts.createKey(user.id) };
  }
  const { user, keys } = await accounts.createUser({
    tenant,
    name: administratorName,
    password,
    administrator: true,
    ...(host.uid !== undefined && { uid: host.uid }),
    ...(host.gid !== undefined && { gid: host.gid }),
  });
  const [key] = keys;
  return { user, password, key: key ?? (await accounts.createKey(user.id)) };
}

/**
 * Root of this machine, squashed to the share's owner, and nobody from elsewhere. Only privileged source ports: AUTH_SYS
 * believes what a client says of itself, and only root can use those, so that other local users cannot pretend to be the owner.
 */
export function loopbackRules(owner: User): readonly NfsClientRule[] {
  return ['127.0.0.0/8', '::1'].map((clients) => ({
    clients,
    access: 'rw',
    squash: 'root',
    anonymousUid: owner.uid,
    anonymousGid: owner.gid,
    privilegedPort: true,
  }));
}

/** Makes an administrator, and a share of its unless shares are declared. Repeatable until the mark is cleared. */
export async function makeFirstThings(
  core: FirstStartCore,
  options: {
    readonly host: HostIdentity;
    readonly random: (length: number) => Uint8Array;
    readonly withShare: boolean;
  },
): Promise<FirstStart> {
  const { user, password, key } = await makeAdministrator(core, options.host, options.random);
  if (!options.withShare) return { user, password, key };
  const present = core.shares.all().find((share) => share.tenant === tenant && share.name === shareName);
  const share =
    present ??
    (await core.shares.create(internalCaller(tenant), {
      tenant,
      name: shareName,
      owner: user.id,
      mode: 0o770,
      doors: { nfs: { rules: loopbackRules(user) }, s3: {}, smb: {}, swift: {} },
    }));
  return { user, password, key, share };
}
