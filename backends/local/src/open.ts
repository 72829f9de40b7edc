import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError } from '@polynas/core/spi';
import { Activity } from './activity.ts';
import { check } from './recovery/check.ts';
import type { CheckReport } from './recovery/check.ts';
import { BlobPool } from './content/blob-pool.ts';
import { BlobStore } from './content/blob-store.ts';
import { Flusher } from './content/flusher.ts';
import { LiveFiles } from './content/live-file.ts';
import { Reclaimer } from './content/reclaimer.ts';
import { formatVersion, metaKeys } from './format/meta.ts';
import { decodeNumber, encodeNumber } from './format/rows.ts';
import { Ballast, ballastFile } from './host/ballast.ts';
import { storageErrorOf } from './host/errors.ts';
import type { HostFiles } from './host/host-files.ts';
import { nodeHostFiles } from './host/node-host-files.ts';
import { libc } from './host/libc.ts';
import { lockOwner } from './host/owner-lock.ts';
import type { OwnerLock } from './host/owner-lock.ts';
import { probeSparse } from './host/probe.ts';
import { defaults } from './options.ts';
import type { LocalVolumeOptions } from './options.ts';
import type { Parts } from './parts.ts';
import { recover } from './recovery/recover.ts';
import { hostClock } from './tree/clock.ts';
import { Committer } from './tree/committer.ts';
import { Counters } from './tree/counters.ts';
import { openEnvironment, treeFile } from './tree/environment.ts';
import type { Environment, Tables } from './tree/environment.ts';
import { firstNumbers } from './tree/first.ts';
import { Health } from './tree/health.ts';
import { Inodes } from './tree/inodes.ts';
import { Residency } from './tree/residency.ts';
import { makeRoot } from './tree/root.ts';
import { assertTreeFile } from './tree/tree-file.ts';
import { traitsOf } from './tree/traits.ts';
import { Turn } from './turn.ts';
import { LocalVolume } from './volume.ts';

const blobsDirectory = 'blobs';
/** Stands when a life of the volume ended with a failure: the next one begins with a check. */
const failedMarker = 'failed';
const livesPerEpoch = 65_536n;
const readAheadBytes = 64 * 1_048_576;

/**
 * Opens (or creates) a volume. Rejects with `unavailable` when somebody has it open, `notSupported` when its format is of another version,
 * `corrupt` when the check that follows a failure finds contradictions, or when the tree or the content is missing.
 */
export async function openLocalVolume(options: LocalVolumeOptions): Promise<LocalVolume> {
  const { directory } = options;
  const lock = takeLock(directory);
  try {
    forgetAfterFailure(directory);
    assertTreeFile(directory, existsSync(join(directory, failedMarker)));
    const environment = openEnvironment(directory);
    try {
      return await openLocked(options, environment, () => lock.release());
    } catch (error) {
      await environment.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw storageErrorOf(error, `opening the volume ${directory}`);
  }
}

/** Opens a volume that nobody serves, brings it into order as an open does, and reports every contradiction between its records. */
export async function checkLocalVolume(options: LocalVolumeOptions): Promise<CheckReport> {
  const volume = await openLocalVolume(options);
  try {
    return await volume.check();
  } finally {
    await volume.close();
  }
}

async function openLocked(
  options: LocalVolumeOptions,
  environment: Environment,
  unlock: () => void,
): Promise<LocalVolume> {
  const { directory } = options;
  const { root, tables } = environment;
  const host = options.host ?? nodeHostFiles();
  assertVersion(tables);
  const clock = options.clock ?? hostClock;
  const lives = numberAt(tables, metaKeys.lives) + 1;
  const marker = join(directory, failedMarker);
  const health = new Health(BigInt(lives) * livesPerEpoch, () => {
    environment.sever();
    mark(marker);
  });
  const files = new LiveFiles();
  const residency = new Residency();
  const inodes = new Inodes(tables.inodes, files, options.cachedInodes ?? defaults.cachedInodes, residency);
  const counters = new Counters(tables.meta, firstNumbers);
  const { observer } = options;
  const ballast = new Ballast(directory);
  await ballast.renew();
  const committer = new Committer({ root, tables, files, inodes, counters, health, clock, observer, ballast });
  const blobs = new BlobStore(host, join(directory, blobsDirectory), options.maxOpenBlobs ?? defaults.maxOpenBlobs);
  const pool = new BlobPool(blobs, tables, committer, health);
  const reclaimer = new Reclaimer(tables, committer, blobs, health);
  const parts: Parts = {
    traits: traitsOf(await probeSparse(host, directory)),
    limits: {
      inlineBytes: options.inlineBytes ?? defaults.inlineBytes,
      maxHandles: options.maxHandles ?? defaults.maxHandles,
    },
    tables,
    committer,
    counters,
    inodes,
    residency,
    files,
    blobs,
    pool,
    reclaimer,
    health,
    activity: new Activity(),
    turn: new Turn(),
    clock,
  };
  const wasClean = numberAt(tables, metaKeys.clean) === 1;
  await committer.mutate((transaction) => {
    transaction.frees();
    if (numberAt(tables, metaKeys.format) === 0) {
      transaction.put(tables.meta, metaKeys.format, encodeNumber(formatVersion));
      makeRoot(transaction);
    }
    transaction.put(tables.meta, metaKeys.lives, encodeNumber(lives));
    transaction.put(tables.meta, metaKeys.clean, encodeNumber(0));
    transaction.reserveStamps();
  });
  await host.syncDirectory(directory);
  if (!wasClean) await recover(parts);
  if (existsSync(marker) || options.check === true) {
    const { problems } = await check(parts);
    if (problems.length > 0)
      throw new StorageError('corrupt', `the volume ${directory}: ${problems.slice(0, 5).join('; ')}`);
    rmSync(marker, { force: true });
  }
  if (!(await readAhead(host, join(directory, treeFile)))) residency.chill();
  reclaimer.wake();
  const flusher = new Flusher(parts, options.idleFlush ?? defaults.idleFlush);
  return new LocalVolume(parts, directory, () => finish(parts, flusher, environment, unlock));
}

async function finish(parts: Parts, flusher: Flusher, environment: Environment, unlock: () => void): Promise<void> {
  const { committer, health, pool, reclaimer, tables, blobs } = parts;
  try {
    await flusher.stop();
    if (!health.failed) {
      await flusher.flushAll();
      await reclaimer.stop();
      await pool.drain();
      await committer.drain();
      const clean = [...parts.files.all()].every((file) => !file.orphan && !file.dirty);
      if (clean)
        await committer.mutate((transaction) => {
          transaction.frees();
          transaction.put(tables.meta, metaKeys.clean, encodeNumber(1));
        });
    }
  } finally {
    await parts.activity.idle();
    await pool.idle();
    await reclaimer.stop();
    await committer.drain();
    await blobs.closeAll();
    await environment.close();
    unlock();
    health.complete();
  }
}

function assertVersion(tables: Tables): void {
  const version = numberAt(tables, metaKeys.format);
  if (version !== 0 && version !== formatVersion) {
    throw new StorageError('notSupported', `the volume has format ${version}, this program knows ${formatVersion}`);
  }
}

function numberAt(tables: Tables, key: Uint8Array): number {
  const view = tables.meta.view(key, 8);
  return view === undefined ? 0 : decodeNumber(view);
}

/** Brings a small tree into memory as a whole. A large one (false) is warmed by what is asked. */
async function readAhead(host: HostFiles, path: string): Promise<boolean> {
  const fd = await host.open(path, 'existing');
  try {
    const { size } = await host.stat(fd);
    if (size > readAheadBytes) return false;
    const buffer = Buffer.allocUnsafe(1_048_576);
    for (let at = 0; at < size; at += buffer.length) await host.read(fd, buffer, buffer.length, at);
    return true;
  } finally {
    await host.close(fd);
  }
}

function takeLock(directory: string): OwnerLock {
  try {
    assertWhole(directory);
    mkdirSync(join(directory, blobsDirectory), { recursive: true, mode: 0o700 });
    return lockOwner(directory);
  } catch (error) {
    throw storageErrorOf(error, `opening the volume ${directory}`);
  }
}

/** A volume that has lost one half is not a new one: what would be made in its place takes the numbers of the blobs that are there, and with them their files. */
function assertWhole(directory: string): void {
  const tree = join(directory, treeFile);
  const blobs = join(directory, blobsDirectory);
  // The ballast comes after the tree: an empty tree without it is what a crash leaves of an open that had just begun.
  const hasTree = existsSync(tree) && (statSync(tree).size > 0 || !existsSync(join(directory, ballastFile)));
  if (existsSync(tree) && !hasTree) throw new StorageError('corrupt', `${tree} is empty: restore it`);
  if (!hasTree && existsSync(blobs) && readdirSync(blobs).length > 0) {
    throw new StorageError('corrupt', `${directory} has content in ${blobsDirectory} and no ${treeFile}: restore it`);
  }
  if (hasTree && !existsSync(blobs)) {
    throw new StorageError('corrupt', `${directory} has a ${treeFile} and no directory ${blobsDirectory}: restore it`);
  }
}

/** What the page cache holds of the tree may never have reached the medium; the check must see what is there. */
function forgetAfterFailure(directory: string): void {
  const tree = join(directory, treeFile);
  if (!existsSync(join(directory, failedMarker)) || !existsSync(tree)) return;
  const fd = openSync(tree, 'r');
  libc()?.forget(fd);
  closeSync(fd);
}

/** Best effort: the medium that failed may take no marker either, and then the missing clean mark leads to recovery. */
function mark(path: string): void {
  try {
    closeSync(openSync(path, 'w', 0o600));
  } catch {
    return;
  }
}
