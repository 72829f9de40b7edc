import type { Reader, Writer } from '@polynas/core/wire';

/** One procedure of an RPC program as its `.x` text declares it; `src/xdr` holds a table of them for each version. */
export interface ProcedureCodec<Args, Result> {
  /** The name in the RFC, e.g. `NFSPROC3_GETATTR`. */
  readonly name: string;
  readonly number: number;
  readonly decodeArgs: (r: Reader) => Args;
  readonly encodeArgs: (w: Writer, args: Args) => void;
  readonly decodeResult: (r: Reader) => Result;
  readonly encodeResult: (w: Writer, result: Result) => void;
}

type ClientSide = 'encodeArgs' | 'decodeResult';

/** A codec whose client's side may be missing: a server needs the other one. */
export type ServedCodec<Args, Result> = Omit<ProcedureCodec<Args, Result>, ClientSide> &
  Partial<Pick<ProcedureCodec<Args, Result>, ClientSide>>;
