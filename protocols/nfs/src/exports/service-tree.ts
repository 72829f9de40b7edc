import {
  type Caller,
  type FileRef,
  isStorageError,
  type NfsClientRule,
  type Share,
  type StorageErrorCode,
} from '@polynas/core/service';
import type { FileHandles } from '../handles.ts';
import type { ExportedPath, MountTree, Resolved } from '../mount/mount-tree.ts';
import type { CallContext } from '../rpc/program.ts';
import type { NfsServices } from '../services.ts';
import { MNTPATHLEN, Mountstat3 } from '../xdr/mount.ts';
import type { Callers } from './callers.ts';

type Refusal = Exclude<Mountstat3, typeof Mountstat3.MNT3_OK>;

const m = Mountstat3;
const AT = '@';

/** What each storage error is in MOUNT (RFC 1813 §5.1.5). */
const refusalOf = {
  notFound: m.MNT3ERR_NOENT,
  exists: m.MNT3ERR_IO,
  notDirectory: m.MNT3ERR_NOTDIR,
  isDirectory: m.MNT3ERR_IO,
  wrongType: m.MNT3ERR_NOTDIR,
  notEmpty: m.MNT3ERR_IO,
  accessDenied: m.MNT3ERR_ACCES,
  notPermitted: m.MNT3ERR_PERM,
  invalid: m.MNT3ERR_INVAL,
  nameTooLong: m.MNT3ERR_NAMETOOLONG,
  badName: m.MNT3ERR_INVAL,
  crossDevice: m.MNT3ERR_IO,
  noSpace: m.MNT3ERR_IO,
  quotaExceeded: m.MNT3ERR_IO,
  tooLarge: m.MNT3ERR_IO,
  tooManyLinks: m.MNT3ERR_IO,
  readOnly: m.MNT3ERR_IO,
  stale: m.MNT3ERR_NOENT,
  badHandle: m.MNT3ERR_IO,
  badCookie: m.MNT3ERR_IO,
  conditionFailed: m.MNT3ERR_IO,
  locked: m.MNT3ERR_ACCES,
  sharingViolation: m.MNT3ERR_ACCES,
  deletePending: m.MNT3ERR_NOENT,
  deadlock: m.MNT3ERR_IO,
  tryLater: m.MNT3ERR_IO,
  tooMany: m.MNT3ERR_IO,
  notSupported: m.MNT3ERR_NOTSUPP,
  unavailable: m.MNT3ERR_IO,
  timedOut: m.MNT3ERR_IO,
  aborted: m.MNT3ERR_IO,
  io: m.MNT3ERR_IO,
  corrupt: m.MNT3ERR_IO,
} satisfies Record<StorageErrorCode, Refusal>;

export interface ServiceTreeOptions {
  readonly services: NfsServices;
  readonly callers: Callers;
  readonly handles: FileHandles;
  /** The tenant whose shares are exported as `/name`; those of others as `/@tenant/name`. */
  readonly defaultTenant: string;
}

/** Shares as MOUNT shows them: each an export, under its name at the NFS door. */
export class ServiceTree implements MountTree {
  private readonly options: ServiceTreeOptions;

  constructor(options: ServiceTreeOptions) {
    this.options = options;
  }

  /** What the client's address may see: `showmount` tells nobody of the exports of others. */
  exports(call: CallContext): readonly ExportedPath[] {
    const { services, callers } = this.options;
    const visible = services.shares.list('nfs').filter((share) => callers.sees(share, call.client.address));
    return visible.flatMap((share) => this.exported(share) ?? []);
  }

  async resolve(segments: readonly Uint8Array[], call: CallContext): Promise<Resolved> {
    const found = this.find(segments);
    if (found === undefined) return { refused: m.MNT3ERR_NOENT };
    const caller = this.options.callers.of(call, found.share);
    if (caller === undefined) return { refused: m.MNT3ERR_ACCES };
    try {
      return await this.walk(caller, found.share, found.below);
    } catch (error) {
      if (!isStorageError(error)) throw error;
      return { refused: refusalOf[error.code] };
    }
  }

  private exported(share: Share): ExportedPath | undefined {
    const { services, defaultTenant } = this.options;
    const name = services.shares.nameAt('nfs', share);
    if (name === undefined) return undefined;
    const path = Buffer.from(share.tenant === defaultTenant ? `/${name}` : `/${AT}${share.tenant}/${name}`);
    const rules: readonly NfsClientRule[] = share.doors.nfs?.rules ?? [];
    return path.length > MNTPATHLEN ? undefined : { path, groups: rules.map(({ clients }) => Buffer.from(clients)) };
  }

  private find(segments: readonly Uint8Array[]): { share: Share; below: readonly Uint8Array[] } | undefined {
    const { services, defaultTenant } = this.options;
    const [first, second] = segments.slice(0, 2).map(text);
    if (first === undefined) return undefined;
    const share = services.shares.byName('nfs', defaultTenant, first);
    if (share !== undefined) return { share, below: segments.slice(1) };
    if (!first.startsWith(AT) || second === undefined) return undefined;
    const theirs = services.shares.byName('nfs', first.slice(1), second);
    return theirs && { share: theirs, below: segments.slice(2) };
  }

  /** The top needs no rights: a squashed root must be able to mount what only users may enter. Below it the caller walks. */
  private async walk(caller: Caller, share: Share, below: readonly Uint8Array[]): Promise<Resolved> {
    const { files } = this.options.services;
    let directory: FileRef = files.root(share.id);
    let { type } = await files.getattr(caller, directory);
    for (const name of below) {
      const { attributes } = await files.lookup(caller, directory, name);
      if (attributes === undefined) return { refused: m.MNT3ERR_NOENT };
      directory = { share: share.id, id: attributes.id };
      ({ type } = attributes);
    }
    return type === 'directory' ? { handle: this.options.handles.encode(directory) } : { refused: m.MNT3ERR_NOTDIR };
  }
}

/** Names of shares are UTF-8; bytes that are not name nothing. */
function text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
