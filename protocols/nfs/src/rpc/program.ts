import type { ServedCodec } from '../codec/procedure-codec.ts';
import type { Credentials } from './credentials.ts';

/** One end of a connection. IPv4 addresses are dotted, also when they came mapped into IPv6. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** What a handler knows of its call besides the arguments. */
export interface CallContext {
  readonly xid: number;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly client: Peer;
  /** The address that the client reached us at. */
  readonly local: Peer;
  /** The same object for calls with the same credentials on a connection, as a rule. */
  readonly credentials: Credentials;
  /**
   * Aborted when nobody waits for the answer any more: the connection is gone. A replay-cached procedure goes on, since
   * the client will ask again over a new connection; its signal is aborted when the server stops.
   */
  readonly signal: AbortSignal;
  /** Runs `release` once the reply has left or never will: then buffers attached to it may be used again. */
  onSent(release: () => void): void;
}

export interface ProcedureOptions<Args> {
  /**
   * The procedure is not idempotent: a retransmission is answered from the duplicate-request cache and never executed
   * again.
   */
  readonly replayCached?: boolean;
  /** Of a replay-cached procedure: the result says that nothing was done and that the client shall ask again. It is no answer to remember: a call that comes with the same xid is executed. */
  readonly asksAgain?: (result: unknown) => boolean;
  /** The weakest credentials that may call; AUTH_TOOWEAK is answered to others. Default: `none`. */
  readonly minimum?: 'none' | 'sys';
  /**
   * Upper bound of the reply's size in bytes, for procedures whose reply may be large: the memory is set aside before
   * the call is run.
   */
  readonly replyBytes?: (args: Args) => number;
}

/** A row of the procedure table: the preconditions stand here, handlers check none of them again. */
export interface Procedure<Args = unknown, Result = unknown> extends ProcedureOptions<Args> {
  readonly codec: ServedCodec<Args, Result>;
  readonly handle: (args: Args, call: CallContext) => Result | Promise<Result>;
}

export interface ProgramVersion {
  readonly number: number;
  readonly procedures: readonly Procedure[];
}

export interface Program {
  readonly name: string;
  readonly number: number;
  readonly versions: readonly ProgramVersion[];
}

/** Ties a codec of `src/xdr` to its handler; the compiler holds the two to the same types. */
export function procedure<Args, Result>(
  codec: ServedCodec<Args, Result>,
  handle: (args: Args, call: CallContext) => Result | Promise<Result>,
  options: ProcedureOptions<Args> = {},
): Procedure {
  const row: Procedure<Args, Result> = { ...options, codec, handle };
  // The table holds rows of all types; the dispatcher only ever gives a row what its own codec decoded.
  return row as unknown as Procedure;
}

/** What a call's numbers lead to. */
export type Found =
  | { readonly procedure: Procedure }
  | { readonly kind: 'programUnavailable' | 'procedureUnavailable' }
  | { readonly kind: 'programMismatch'; readonly low: number; readonly high: number };

interface Entry {
  readonly low: number;
  readonly high: number;
  readonly versions: ReadonlyMap<number, readonly (FoundProcedure | undefined)[]>;
}

interface FoundProcedure {
  readonly procedure: Procedure;
}

/** Program → version → procedure. */
export class ProgramTable {
  private readonly programs = new Map<number, Entry>();

  constructor(programs: readonly Program[]) {
    for (const { name, number, versions } of programs) {
      if (this.programs.has(number) || versions.length === 0)
        throw new Error(`program ${name} twice, or without versions`);
      const numbers = versions.map((version) => version.number);
      this.programs.set(number, {
        low: Math.min(...numbers),
        high: Math.max(...numbers),
        versions: new Map(versions.map((version) => [version.number, rows(version)])),
      });
    }
  }

  find(program: number, version: number, number: number): Found {
    const entry = this.programs.get(program);
    if (entry === undefined) return { kind: 'programUnavailable' };
    const found = entry.versions.get(version);
    if (found === undefined) return { kind: 'programMismatch', low: entry.low, high: entry.high };
    return found[number] ?? { kind: 'procedureUnavailable' };
  }
}

function rows(version: ProgramVersion): (FoundProcedure | undefined)[] {
  const highest = Math.max(...version.procedures.map((row) => row.codec.number));
  const table = Array.from<FoundProcedure | undefined>({ length: highest + 1 }).fill(undefined);
  for (const row of version.procedures) table[row.codec.number] = { procedure: row };
  return table;
}
