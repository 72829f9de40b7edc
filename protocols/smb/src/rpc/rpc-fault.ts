/** Thrown by a call that is answered with a fault instead of a response. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault';
  /** One of `FaultStatus`. */
  readonly status: number;

  constructor(status: number) {
    super(`RPC fault 0x${status.toString(16)}`);
    this.status = status;
  }
}
