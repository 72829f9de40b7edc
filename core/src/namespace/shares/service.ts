import type { Clock } from '../../clock.ts';
import type {
  Caller,
  DoorName,
  NewShare,
  Share,
  ShareChanges,
  ShareId,
  ShareService,
  ShareSpace,
} from '../../service/index.ts';
import { ShareExistsError } from '../../service/index.ts';
import type { Volume } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { HandleCache, MountedShare } from '../mounts.ts';
import { checkIds } from '../accounts/users.ts';
import { checkShareName, foldAscii } from '../registry/names.ts';
import type { Registry, Updated } from '../registry/registry.ts';
import type { RegistryState, ShareRecord } from '../registry/state.ts';
import { checkDoors, doorKey, doorNames, nameAt } from './doors.ts';
import type { ShareMounts } from './mounts.ts';
import { shareOf } from './mounts.ts';
import { mayManage, requireManager, requireOwnerIn } from './managers.ts';
import { checkSpace, setSpace, spaceOf } from './space.ts';
import { isTopThere, makeTop, removeTop } from './top-directory.ts';
import type { ImplicitTest } from './tree.ts';
import { isEmptyShare, isSystem, removeBelow } from './tree.ts';

export interface ShareParts {
  readonly registry: Registry;
  readonly mounts: ShareMounts;
  readonly handles: HandleCache;
  readonly clock: Clock;
  /** The volume of shares that name none. */
  readonly defaultVolume: string;
  readonly isImplicit: ImplicitTest;
}

export class Shares implements ShareService {
  readonly #parts: ShareParts;
  #byId = new Map<ShareId, Share>();
  #byDoor = new Map<string, Share>();

  constructor(parts: ShareParts) {
    this.#parts = parts;
    let shares: readonly ShareRecord[] | undefined;
    parts.registry.watch((state) => {
      if (state.shares === shares) return;
      shares = state.shares;
      this.#byId = new Map();
      this.#byDoor = new Map();
      for (const record of state.shares) if (!record.removing) this.#enter(shareOf(record));
    });
  }

  /** Every share, also those that no door shows; in order of id. */
  all(): readonly Share[] {
    return [...this.#byId.values()];
  }

  list(door: DoorName, tenant?: string): readonly Share[] {
    return this.all().filter(
      (share) => (tenant === undefined || share.tenant === tenant) && nameAt(door, share) !== undefined,
    );
  }

  byId(id: ShareId): Share | undefined {
    return this.#byId.get(id);
  }

  byName(door: DoorName, tenant: string, name: string): Share | undefined {
    return this.#byDoor.get(doorKey(door, tenant, name));
  }

  nameAt(door: DoorName, share: Share): string | undefined {
    return nameAt(door, share);
  }

  async create(caller: Caller, wanted: NewShare): Promise<Share> {
    checkShareName(wanted.name);
    if (wanted.doors !== undefined) checkDoors(wanted.doors);
    if (wanted.mode !== undefined && (!Number.isInteger(wanted.mode) || wanted.mode < 0 || wanted.mode > 0o7777)) {
      throw new StorageError('invalid', 'mode');
    }
    checkIds([wanted.gid], 0);
    if (caller.readOnly) throw new StorageError('readOnly');
    return this.#parts.registry.update((state) => this.#make(caller, state, wanted));
  }

  async change(caller: Caller, id: ShareId, changes: ShareChanges): Promise<Share> {
    if (changes.doors !== undefined) checkDoors(changes.doors);
    return this.#parts.registry.update(async (state) => {
      const old = requireShare(state, id);
      requireManager(state, caller, old);
      const { doors = old.doors, owner = old.owner, readOnly = old.readOnly } = changes;
      const record = { ...old, doors, owner, readOnly };
      checkDoorNames(state, record);
      const user = requireOwnerIn(state, record.tenant, owner);
      const { volume } = this.#parts.mounts.get(id);
      const isManager = mayManage(state, caller, record.tenant);
      if (changes.quota !== undefined || changes.pool !== undefined) {
        // Whoever owns a share is held to its quota.
        if (!isManager) throw new StorageError('accessDenied');
        checkSpace(volume, changes);
        await setSpace(caller, volume, BigInt(old.root), changes);
      }
      if (owner !== old.owner) {
        if (!isManager) throw new StorageError('accessDenied');
        await volume.setattr(caller, BigInt(old.root), { uid: user.uid });
      }
      return { state: replaceShare(state, record), result: shareOf(record) };
    });
  }

  async space(caller: Caller, id: ShareId): Promise<ShareSpace> {
    const { volume, share } = this.#parts.mounts.get(id);
    return spaceOf(caller, volume, share.root);
  }

  async remove(caller: Caller, id: ShareId, options: { readonly force?: boolean } = {}): Promise<void> {
    const force = options.force ?? false;
    const mount = await this.#hide(caller, id, force);
    await this.#removeHidden(mount, force);
  }

  /** Goes on with removals that the last run did not finish. */
  async resumeRemovals(): Promise<void> {
    for (const record of this.#parts.registry.state.shares) {
      const volume = this.#parts.mounts.volume(record.volume);
      if (!record.removing || volume === undefined) continue;
      const mount = { share: shareOf(record), volume, volumeName: record.volume };
      try {
        await this.#removeHidden(mount, record.removing === 'all');
      } catch (error) {
        if (!isStorageError(error, 'notEmpty')) throw error;
      }
    }
  }

  /** The directory first and the registry after it: what a crash leaves in between is an empty directory. */
  async #make(caller: Caller, state: RegistryState, wanted: NewShare): Promise<Updated<Share>> {
    const owner = requireOwnerIn(state, wanted.tenant, wanted.owner);
    const isLimited = wanted.quota !== undefined || wanted.pool !== undefined;
    const own = caller.principal.userId === owner.id && caller.principal.tenant === wanted.tenant;
    if ((!own || isLimited) && !mayManage(state, caller, wanted.tenant)) throw new StorageError('accessDenied');
    const tenant = state.tenants.find((each) => each.name === wanted.tenant);
    if (tenant === undefined) throw new StorageError('notFound', `no tenant ${wanted.tenant}`);
    const volumeName = wanted.volume ?? this.#parts.defaultVolume;
    const volume = this.#parts.mounts.volume(volumeName);
    if (volume === undefined) throw new StorageError('notFound', `no volume ${volumeName}`);
    checkSpace(volume, wanted);
    const draft: ShareRecord = {
      id: state.nextShare,
      tenant: tenant.name,
      name: wanted.name,
      volume: volumeName,
      root: '0',
      owner: owner.id,
      createdAt: this.#parts.clock.now(),
      doors: wanted.doors ?? tenant.defaultDoors,
      readOnly: false,
    };
    checkShareNames(state, draft);
    checkDoorNames(state, draft);
    const file = { uid: owner.uid, gid: wanted.gid ?? owner.gid, mode: wanted.mode ?? 0o770 };
    const { id, root } = await firstTop(caller, volume, state.nextShare, file);
    try {
      await setSpace(caller, volume, root, wanted);
    } catch (error) {
      await removeTop({}, volume, id, root);
      throw error;
    }
    const record = { ...draft, id, root: root.toString() };
    return { state: { ...state, nextShare: id + 1, shares: [...state.shares, record] }, result: shareOf(record) };
  }

  /** Takes a share from every door, so that nothing new begins on it while its tree goes. */
  async #hide(caller: Caller, id: ShareId, force: boolean): Promise<MountedShare> {
    return this.#parts.registry.update(async (state) => {
      const record = requireShare(state, id);
      requireManager(state, caller, record);
      // Whoever runs the head may; through a door, read-only means that it stays.
      if (caller.door !== 'internal' && (caller.readOnly || record.readOnly)) throw new StorageError('readOnly');
      const mount = this.#parts.mounts.get(id);
      if (!force && !(await isEmptyShare(caller, mount, this.#parts.isImplicit))) throw new StorageError('notEmpty');
      return { state: replaceShare(state, { ...record, removing: force ? 'all' : 'empty' }), result: mount };
    });
  }

  async #show(id: ShareId): Promise<void> {
    return this.#parts.registry.update((state) => {
      const { removing: _gone, ...record } = requireRecord(state, id);
      return { state: replaceShare(state, record), result: undefined };
    });
  }

  /** A share that turns out not to be empty is shown again. */
  async #removeHidden(mount: MountedShare, force: boolean): Promise<void> {
    try {
      await this.#removeTree(mount, force);
    } catch (error) {
      if (isStorageError(error, 'notEmpty')) await this.#show(mount.share.id);
      throw error;
    }
  }

  async #removeTree(mount: MountedShare, force: boolean): Promise<void> {
    const { share } = mount;
    try {
      await this.#clear(mount, force);
    } catch (error) {
      // Its volume was in memory, and another one stands in its place: what is gone keeps no name taken.
      if (!isStorageError(error, 'stale') || mount.volume.traits.persistent) throw error;
    }
    await this.#parts.registry.update((state) => ({
      state: { ...state, shares: state.shares.filter((record) => record.id !== share.id) },
      result: undefined,
    }));
  }

  async #clear(mount: MountedShare, force: boolean): Promise<void> {
    const { handles, isImplicit } = this.#parts;
    const { share, volume } = mount;
    // Gone with the last run, which did not come to say so in the registry.
    if (!(await isTopThere({}, volume, share.id, share.root))) return;
    // Somebody's file may have come in before the share was hidden: without force nothing but our own traces goes.
    if (!force && !(await isEmptyShare({}, mount, isImplicit))) throw new StorageError('notEmpty');
    const system = new Set<bigint>();
    await removeBelow({}, mount, handles, share.root, async (directory, entry) => {
      const ours = isSystem(mount, directory, entry) || system.has(directory);
      if (ours && entry.type === 'directory') system.add(entry.id);
      return force || ours || (entry.type === 'directory' && (await isImplicit(mount, entry.id)));
    });
    await removeTop({}, volume, share.id, share.root);
  }

  #enter(share: Share): void {
    this.#byId.set(share.id, share);
    for (const door of doorNames) {
      const name = nameAt(door, share);
      if (name !== undefined) this.#byDoor.set(doorKey(door, share.tenant, name), share);
    }
  }
}

async function firstTop(
  caller: Caller,
  volume: Volume,
  from: ShareId,
  file: { readonly uid: number; readonly gid: number; readonly mode: number },
): Promise<{ readonly id: ShareId; readonly root: bigint }> {
  for (let id = from; id < 2 ** 32; id += 1) {
    const root = await makeTop(caller, volume, id, file);
    if (root !== undefined) return { id, root };
  }
  throw new StorageError('tooMany', 'share ids');
}

function requireRecord(state: RegistryState, id: ShareId): ShareRecord {
  const record = state.shares.find((share) => share.id === id);
  if (record === undefined) throw new StorageError('notFound', 'no such share');
  return record;
}

function requireShare(state: RegistryState, id: ShareId): ShareRecord {
  const record = requireRecord(state, id);
  if (record.removing) throw new StorageError('notFound', 'the share is being removed');
  return record;
}

function replaceShare(state: RegistryState, record: ShareRecord): RegistryState {
  return { ...state, shares: state.shares.map((share) => (share.id === record.id ? record : share)) };
}

function checkShareNames(state: RegistryState, draft: ShareRecord): void {
  const folded = foldAscii(draft.name);
  const taken = state.shares.find((share) => share.tenant === draft.tenant && foldAscii(share.name) === folded);
  if (taken !== undefined) throw new ShareExistsError(shareOf(taken));
}

/** No door shows two shares of a tenant under one name, be it an alias or not. */
function checkDoorNames(state: RegistryState, draft: ShareRecord): void {
  for (const door of doorNames) {
    const name = nameAt(door, draft);
    if (name === undefined) continue;
    const key = doorKey(door, draft.tenant, name);
    const taken = state.shares.find((share) => {
      const theirs = share.id === draft.id || share.tenant !== draft.tenant ? undefined : nameAt(door, share);
      return theirs !== undefined && doorKey(door, share.tenant, theirs) === key;
    });
    if (taken !== undefined) throw new ShareExistsError(shareOf(taken));
  }
}
