import { WireError } from '@polynas/core/wire';
import { MAX_REQUEST } from './limits.ts';
import { PduFlag, type PduHeader } from './pdu/header.ts';
import type { Request } from './pdu/request.ts';

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
  stubs: Uint8Array[];
  length: number;
}

/** Puts the fragments of one request together (C706 12.4): they come one behind the other, nothing of another call between them. */
export class RequestAssembly {
  private begun: Begun | undefined;

  /** The request, with its last fragment. Throws `WireError` on a fragment out of its place. */
  add(header: PduHeader, request: Request): WholeRequest | undefined {
    const { callId, flags } = header;
    const { contextId, opnum } = request;
    if ((flags & PduFlag.FIRST_FRAG) !== 0) {
      if (this.begun !== undefined)
        throw new WireError(`call ${callId} begins in the midst of call ${this.begun.callId}`);
      this.begun = { callId, contextId, opnum, stubs: [], length: 0 };
    }
    const begun = this.begun;
    if (begun?.callId !== callId) throw new WireError(`fragment of call ${callId} that was not begun`);
    this.extend(begun, request.stub, (flags & PduFlag.LAST_FRAG) !== 0);
    if ((flags & PduFlag.LAST_FRAG) === 0) return undefined;
    this.begun = undefined;
    return { callId, contextId: begun.contextId, opnum: begun.opnum, stub: stubOf(begun) };
  }

  /** Forgets a request that the client gave up. */
  drop(callId: number): void {
    if (this.begun?.callId === callId) this.begun = undefined;
  }

  private extend(begun: Begun, stub: Uint8Array, last: boolean): void {
    begun.length += stub.length;
    if (begun.length > MAX_REQUEST) begun.stubs = [];
    // A window of the client's frame is good until the answer; what waits for further fragments is kept by itself. Empty fragments leave nothing behind.
    else if (stub.length > 0) begun.stubs.push(last ? stub : new Uint8Array(stub));
  }
}

function stubOf({ stubs, length }: Begun): Uint8Array | undefined {
  if (length > MAX_REQUEST) return undefined;
  return stubs.length === 1 ? stubs[0] : Buffer.concat(stubs, length);
}
