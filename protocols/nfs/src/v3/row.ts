import type { FileRef } from '@polynas/core/service';
import type { PayloadBuffers } from '@polynas/core/wire';
import type { ServedCodec } from '../codec/procedure-codec.ts';
import type { Callers } from '../exports/callers.ts';
import type { FileHandles } from '../handles.ts';
import type { RpcObserver } from '../rpc/connection.ts';
import { type CallContext, procedure, type Procedure, type ProcedureOptions } from '../rpc/program.ts';
import { RpcAuthError } from '../rpc/refusal.ts';
import type { NfsServices } from '../services.ts';
import { Nfsstat3, type PostOpAttr } from '../xdr/nfs3.ts';
import { fattr3 } from './attributes.ts';
import type { ListedRows } from './listed-rows.ts';
import { type Failure, Statuses } from './status.ts';
import type { Target, Targets } from './target.ts';

/** What all procedures work with. */
export interface Door {
  readonly files: NfsServices['files'];
  readonly shares: NfsServices['shares'];
  readonly handles: FileHandles;
  readonly callers: Callers;
  readonly observer: RpcObserver;
  readonly payloads: PayloadBuffers;
  readonly rows: ListedRows;
}

/** The answer to a failure, with the attributes of the handles' files where they could be had. */
export type Failed<Result> = (status: Failure, first: PostOpAttr, second: PostOpAttr) => Result;

/** What holds for a procedure before its operation runs. */
export interface Preconditions<Args, Result> extends ProcedureOptions<Args> {
  /** Where the file handle sits. */
  readonly handle: (args: Args) => Uint8Array;
  /** Statuses of this procedure beside those of all (RFC 1813 §3.3, and what POSIX wants in addition). */
  readonly statuses: readonly Failure[];
  readonly failed: Failed<Result>;
}

/** A row of the procedure table, still without the services that it works with. */
export type Row = (door: Door) => Procedure;

/** A procedure with one file handle. */
export function row<Args, Result>(
  codec: ServedCodec<Args, Result>,
  operation: (target: Target, args: Args) => Promise<Result>,
  preconditions: Preconditions<Args, Result>,
): Row {
  const { handle, failed, statuses, ...options } = preconditions;
  const allowed = new Statuses(statuses);
  return (door) =>
    procedure(
      codec,
      (args, call) => {
        const target = admit(door, handle(args), call);
        if (typeof target === 'number') return failed(target, undefined, undefined);
        return operation(target, args).catch((error: unknown) =>
          failure(door, call, target, undefined, error, allowed, failed),
        );
      },
      { ...options, asksAgain },
    );
}

/** A procedure with two file handles: the second one's file may lie in another share, which the operation refuses. */
export function rowOfTwo<Args, Result>(
  codec: ServedCodec<Args, Result>,
  operation: (targets: Targets, args: Args) => Promise<Result>,
  preconditions: Preconditions<Args, Result> & { readonly second: (args: Args) => Uint8Array },
): Row {
  const { handle, second, failed, statuses, ...options } = preconditions;
  const allowed = new Statuses(statuses);
  return (door) =>
    procedure(
      codec,
      (args, call) => {
        const target = admit(door, handle(args), call);
        if (typeof target === 'number') return failed(target, undefined, undefined);
        const other = admit(door, second(args), call);
        if (typeof other === 'number') return failed(other, undefined, undefined);
        const targets = { ...target, second: other.file };
        return operation(targets, args).catch((error: unknown) =>
          failure(door, call, target, other, error, allowed, failed),
        );
      },
      { ...options, asksAgain },
    );
}

/** NFS3ERR_JUKEBOX: "the client should wait, then try the request with a new RPC transaction ID" (RFC 1813 §2.6); not all take a new one. */
function asksAgain(result: unknown): boolean {
  return (result as { readonly status?: Nfsstat3 }).status === Nfsstat3.NFS3ERR_JUKEBOX;
}

/** From a handle and credentials to a file and a caller. */
function admit(door: Door, handle: Uint8Array, call: CallContext): Target | Failure {
  const { files, shares, handles, callers, payloads, rows } = door;
  const file = handles.decode(handle);
  if (file === undefined) return Nfsstat3.NFS3ERR_BADHANDLE;
  const share = shares.byId(file.share);
  if (share?.doors.nfs === undefined) return Nfsstat3.NFS3ERR_STALE;
  const caller = callers.of(call, share);
  return caller === undefined ? Nfsstat3.NFS3ERR_ACCES : { files, handles, caller, file, call, payloads, rows };
}

async function failure<Result>(
  door: Door,
  call: CallContext,
  target: Target,
  second: Target | undefined,
  error: unknown,
  statuses: Statuses,
  failed: Failed<Result>,
): Promise<Result> {
  if (error instanceof RpcAuthError) throw error;
  let status = statuses.of(error);
  if (status === undefined) {
    door.observer.fault(error, call);
    status = Nfsstat3.NFS3ERR_SERVERFAULT;
  }
  if (status === Nfsstat3.NFS3ERR_STALE && second === undefined) return failed(status, undefined, undefined);
  return failed(status, await postOpAttr(target, target.file), second && (await postOpAttr(second, second.file)));
}

/** RFC 1813 §3.1: attributes on failures too, as far as they can be had; without them the client's cache would be dropped. */
async function postOpAttr({ files, caller }: Target, file: FileRef): Promise<PostOpAttr> {
  try {
    return fattr3(file.share, await files.getattr(caller, file));
  } catch {
    // The failure itself is what is answered.
    return undefined;
  }
}
