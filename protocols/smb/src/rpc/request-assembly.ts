import { WireError } from '@polynas/core/wire';
import { MAX_REQUEST } from './limits.ts';
import { PduFlag, type PduHeader } from './pdu/header.ts';
import type { Request } from './pdu/request.ts';
import type { PipeMemory } from './pipe-memory.ts';

/** A request of which all fragments have come. */
export interface WholeRequest {
  readonly callId: number;
  readonly contextId: number;
  readonly opnum: number;
  /** `undefined`: longer than is kept. */
  readonly stub: Uint8Array | undefined;
}

interface Begun {
  readonly callId: number;
  readonly contextId: number;
  readonly opnum: number;
  readonly stubs: Uint8Array[];
  /** Octets of `stubs`. */
  length: number;
  overlong: boolean;
}

/** Puts the fragments of one request together (C706 12.4): they come one behind the other, nothing of another call between them. */
export class RequestAssembly {
  private readonly memory: PipeMemory;
  private begun: Begun | undefined;

  constructor(memory: PipeMemory) {
    this.memory = memory;
  }

  /** The request, with its last fragment. Throws `WireError` on a fragment out of its place. */
  add(header: PduHeader, request: Request): WholeRequest | undefined {
    const { callId, flags } = header;
    if ((flags & PduFlag.FIRST_FRAG) !== 0) this.begin(callId, request);
    const { begun } = this;
    if (begun?.callId !== callId) throw new WireError(`fragment of call ${callId} that was not begun`);
    if ((flags & PduFlag.LAST_FRAG) === 0) {
      this.keep(begun, request.stub);
      return undefined;
    }
    this.clear();
    const { contextId, opnum } = begun;
    return { callId, contextId, opnum, stub: stubOf(begun, request.stub) };
  }

  /** Forgets a request that the client gave up. */
  drop(callId: number): void {
    if (this.begun?.callId === callId) this.clear();
  }

  /** Forgets whatever was begun. */
  clear(): void {
    this.memory.charge(-(this.begun?.length ?? 0));
    this.begun = undefined;
  }

  private begin(callId: number, { contextId, opnum }: Request): void {
    if (this.begun !== undefined)
      throw new WireError(`call ${callId} begins in the midst of call ${this.begun.callId}`);
    this.begun = { callId, contextId, opnum, stubs: [], length: 0, overlong: false };
  }

  private keep(begun: Begun, stub: Uint8Array): void {
    if (begun.length + stub.length > MAX_REQUEST || !this.memory.fits(stub.length)) begun.overlong = true;
    // Empty fragments leave nothing behind, however many there are.
    if (begun.overlong || stub.length === 0) return;
    // A copy: the window is good for as long as the client's frame.
    begun.stubs.push(new Uint8Array(stub));
    begun.length += stub.length;
    this.memory.charge(stub.length);
  }
}

function stubOf({ stubs, length, overlong }: Begun, last: Uint8Array): Uint8Array | undefined {
  if (overlong || length + last.length > MAX_REQUEST) return undefined;
  return stubs.length === 0 ? last : Buffer.concat([...stubs, last]);
}
