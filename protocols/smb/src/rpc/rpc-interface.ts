import { WireError } from '@polynas/core/wire';
import type { RpcCall } from './context.ts';
import { decodeStub, encodeStub, type Ndr } from './ndr/ndr.ts';
import { FaultStatus } from './pdu/fault.ts';
import type { Syntax } from './pdu/syntax.ts';
import { RpcFault } from './rpc-fault.ts';

/** One remote call: its number in the interface, its parameters of both directions, and what it does. */
export interface Operation<Q, R> {
  readonly opnum: number;
  readonly request: Ndr<Q>;
  readonly response: Ndr<R>;
  answer(call: RpcCall, request: Q): R;
}

/** A service: one interface at one pipe. */
export interface RpcInterface {
  readonly syntax: Syntax;
  /** Secondary address that bind_ack tells. */
  readonly address: string;
  readonly operations: ReadonlyMap<number, Operation<unknown, unknown>>;
}

export function operationsOf(...list: Operation<unknown, unknown>[]): RpcInterface['operations'] {
  return new Map(list.map((operation) => [operation.opnum, operation]));
}

/** Octets of a response's stub: 30,000 shares, or the names of all the SIDs that a request can hold. */
const MAX_RESPONSE = 4 * 1024 * 1024;

/** The stub that answers a request's; `RpcFault` for what has no answer. */
export function perform(service: RpcInterface, call: RpcCall, opnum: number, stub: Uint8Array): Uint8Array {
  const operation = service.operations.get(opnum);
  if (operation === undefined) throw new RpcFault(FaultStatus.OPERATION_RANGE);
  const request = wired(FaultStatus.BAD_STUB_DATA, () => decodeStub(operation.request, stub));
  const answer = operation.answer(call, request);
  return wired(FaultStatus.REMOTE_NO_MEMORY, () => encodeStub(operation.response, answer, MAX_RESPONSE));
}

function wired<T>(status: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof WireError) throw new RpcFault(status);
    throw error;
  }
}
