import type { SmbParts } from '../server/parts.ts';
import { FaultStatus } from './pdu/fault.ts';
import { RpcFault } from './rpc-fault.ts';

/** More than any client holds at once on a pipe. */
const MAX_HANDLES = 64;
const UUID_SIZE = 16;

/** Context handles of one pipe (C706 6.1.6): they end with it. */
export class ContextHandles {
  private readonly open = new Set<string>();
  private readonly random: SmbParts['random'];

  constructor(random: SmbParts['random']) {
    this.random = random;
  }

  /** A new handle; `undefined` when there are too many. */
  add(): string | undefined {
    if (this.open.size >= MAX_HANDLES) return undefined;
    const handle = `00000000${Buffer.from(this.random(UUID_SIZE)).toString('hex')}`;
    this.open.add(handle);
    return handle;
  }

  /** Faults unless the handle is one of this pipe's. */
  require(handle: string): void {
    if (!this.open.has(handle)) throw new RpcFault(FaultStatus.CONTEXT_MISMATCH);
  }

  remove(handle: string): void {
    this.require(handle);
    this.open.delete(handle);
  }
}
