import type { Caller, FileRef, WriteEpoch } from '@polynas/core/service';
import type { PayloadBuffers } from '@polynas/core/wire';
import type { FileHandles } from '../handles.ts';
import type { CallContext } from '../rpc/program.ts';
import type { NfsServices } from '../services.ts';
import type { ListedRows } from './listed-rows.ts';

/** What an operation works on: the file of its handle, as its caller. */
export interface Target {
  readonly files: NfsServices['files'];
  readonly handles: FileHandles;
  readonly caller: Caller;
  readonly file: FileRef;
  readonly call: CallContext;
  /** For what large replies carry, until they have been sent. */
  readonly payloads: PayloadBuffers;
  /** Of directories that were listed before. */
  readonly rows: ListedRows;
}

/** The target of a procedure with two handles. */
export interface Targets extends Target {
  /** Maybe of another share. */
  readonly second: FileRef;
}

/** RFC 1813 §3.3.7, `writeverf3`: the write epoch. */
export function writeVerifier(epoch: WriteEpoch): Uint8Array {
  const verifier = new Uint8Array(8);
  new DataView(verifier.buffer).setBigUint64(0, epoch);
  return verifier;
}
