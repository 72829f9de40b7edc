import { WireError } from '@polynas/core/wire';
import { decode } from '../messages/whole.ts';
import { NtStatus } from '../nt-status.ts';
import type { PipeMessage, RpcPipe } from '../server/pipe-open.ts';
import { StatusError } from '../status.ts';
import { Answers } from './answers.ts';
import { Association } from './association.ts';
import { ContextHandles } from './context-handles.ts';
import type { RpcCall, RpcContext } from './context.ts';
import { Fragments } from './fragments.ts';
import { MAX_WAITING } from './limits.ts';
import { bindAck } from './pdu/bind-ack.ts';
import { bindNak, BindNakReason } from './pdu/bind-nak.ts';
import { bind } from './pdu/bind.ts';
import { fault, FaultStatus } from './pdu/fault.ts';
import { PDU_HEADER_SIZE, PduFlag, type PduHeader, PduType } from './pdu/header.ts';
import { encodePdu, type Pdu, readPdu } from './pdu/pdu.ts';
import { requestOf } from './pdu/request.ts';
import { response, RESPONSE_SIZE } from './pdu/response.ts';
import { PendingReads } from './pending-reads.ts';
import type { PipeMemory } from './pipe-memory.ts';
import { type WholeRequest, RequestAssembly } from './request-assembly.ts';
import { RpcFault } from './rpc-fault.ts';
import { perform, type RpcInterface } from './rpc-interface.ts';

const WHOLE = PduFlag.FIRST_FRAG | PduFlag.LAST_FRAG;
/** Faults that say no call began. */
const NOT_EXECUTED: ReadonlySet<number> = new Set([
  FaultStatus.ACCESS_DENIED,
  FaultStatus.OPERATION_RANGE,
  FaultStatus.UNKNOWN_INTERFACE,
]);
/** Stubs of all fragments but the last are multiples of this (C706 12.6.2): each begins aligned. */
const STUB_UNIT = 8;

/** A pipe to one service: connection-oriented DCE/RPC (C706 chapter 12, MS-RPCE 3.3) without security of its own, since SMB has signed or sealed it. */
export class ServicePipe implements RpcPipe {
  private readonly service: RpcInterface;
  private readonly call: RpcCall;
  private readonly fragments = new Fragments();
  private readonly memory: PipeMemory;
  private readonly assembly: RequestAssembly;
  private readonly answers: Answers;
  private readonly reads = new PendingReads();
  private association: Association | undefined;
  private connected = true;

  constructor(service: RpcInterface, context: RpcContext, memory: PipeMemory) {
    this.service = service;
    this.memory = memory;
    this.assembly = new RequestAssembly(memory);
    this.answers = new Answers(memory);
    this.call = { ...context, handles: new ContextHandles(context.random) };
  }

  get waiting(): number {
    return this.answers.waiting;
  }

  async write(fragment: Uint8Array): Promise<void> {
    if (!this.connected) throw new StatusError(NtStatus.PIPE_DISCONNECTED);
    if (this.answers.waiting > MAX_WAITING) throw new StatusError(NtStatus.INSUFFICIENT_RESOURCES);
    try {
      for (const one of this.fragments.take(fragment)) {
        if (this.answers.waiting > MAX_WAITING) throw new WireError('calls behind one whose answer is not read');
        this.take(readPdu(one));
        this.reads.serve(this.answers);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      // There is no telling where the next PDU begins, or what the client believes: as when a connection is closed.
      this.close();
      throw new StatusError(NtStatus.PIPE_DISCONNECTED);
    }
  }

  read(max: number): PipeMessage | undefined {
    return this.answers.read(max);
  }

  async readNext(max: number, signal: AbortSignal): Promise<PipeMessage> {
    if (!this.connected) throw new StatusError(NtStatus.PIPE_DISCONNECTED);
    return this.answers.read(max) ?? this.reads.add(max, signal);
  }

  async transceive(fragment: Uint8Array, max: number): Promise<PipeMessage> {
    await this.write(fragment);
    const answer = this.answers.read(max);
    // What was written asks for no answer (a fragment that others follow): waiting for one would not end.
    if (answer === undefined) throw new StatusError(NtStatus.IO_TIMEOUT);
    return answer;
  }

  close(): void {
    this.connected = false;
    this.assembly.clear();
    this.answers.clear();
    this.reads.end(NtStatus.PIPE_DISCONNECTED);
  }

  private take(pdu: Pdu): void {
    switch (pdu.header.type) {
      case PduType.BIND:
        return this.bind(pdu);
      case PduType.ALTER_CONTEXT:
        return this.alterContext(pdu);
      case PduType.REQUEST:
        return this.request(pdu);
      case PduType.CO_CANCEL:
        // Every call is answered within the write that completes it: there is nothing left to cancel.
        return undefined;
      case PduType.ORPHANED:
        return this.assembly.drop(pdu.header.callId);
      default:
        throw new WireError(`PDU of type ${pdu.header.type}`);
    }
  }

  private bind({ header, body }: Pdu): void {
    if (this.association !== undefined) throw new WireError('bound a second time');
    const { callId } = header;
    if (header.authLength > 0) {
      const reason = BindNakReason.AUTHENTICATION_TYPE_NOT_RECOGNIZED;
      this.answers.add(encodePdu(PduType.BIND_NAK, callId, bindNak, { reason, versions: [[5, 0]] }));
      return;
    }
    const wanted = decode(bind, body);
    this.association = new Association(this.service, wanted);
    const ack = this.association.negotiate(wanted.contexts, this.service.address);
    this.answers.add(encodePdu(PduType.BIND_ACK, callId, bindAck, ack));
  }

  private alterContext({ header, body }: Pdu): void {
    const association = this.bound();
    if (header.authLength > 0) return this.refuse(header.callId, 0, FaultStatus.ACCESS_DENIED);
    const ack = association.negotiate(decode(bind, body).contexts, '');
    this.answers.add(encodePdu(PduType.ALTER_CONTEXT_RESP, header.callId, bindAck, ack));
  }

  private request({ header, body }: Pdu): void {
    this.bound();
    const request = decode(requestOf((header.flags & PduFlag.OBJECT_UUID) !== 0), body);
    if (header.authLength > 0) return this.refuseVerified(header, request.contextId);
    const whole = this.assembly.add(header, request);
    if (whole !== undefined) this.perform(whole);
  }

  /** A request that claims a security context, of which there is none. */
  private refuseVerified(header: PduHeader, contextId: number): void {
    if ((header.flags & PduFlag.LAST_FRAG) !== 0) this.refuse(header.callId, contextId, FaultStatus.ACCESS_DENIED);
  }

  private perform({ callId, contextId, opnum, stub }: WholeRequest): void {
    if (!this.bound().has(contextId)) return this.refuse(callId, contextId, FaultStatus.UNKNOWN_INTERFACE);
    if (stub === undefined) return this.refuse(callId, contextId, FaultStatus.REMOTE_NO_MEMORY);
    try {
      this.respond(callId, contextId, perform(this.service, this.call, opnum, stub));
    } catch (error) {
      if (!(error instanceof RpcFault)) this.call.observer.fault(error);
      this.refuse(callId, contextId, error instanceof RpcFault ? error.status : FaultStatus.UNSPECIFIED);
    }
    return undefined;
  }

  private respond(callId: number, contextId: number, stub: Uint8Array): void {
    if (!this.memory.fits(stub.length)) return this.refuse(callId, contextId, FaultStatus.REMOTE_NO_MEMORY);
    const room = this.bound().maxXmitFrag - PDU_HEADER_SIZE - RESPONSE_SIZE;
    const step = room - (room % STUB_UNIT);
    let at = 0;
    do {
      const part = stub.subarray(at, at + step);
      const flags = (at === 0 ? PduFlag.FIRST_FRAG : 0) | (at + step >= stub.length ? PduFlag.LAST_FRAG : 0);
      const body = { allocHint: stub.length - at, contextId, cancelCount: 0, stub: part };
      this.answers.add(encodePdu(PduType.RESPONSE, callId, response, body, flags));
      at += step;
    } while (at < stub.length);
    return undefined;
  }

  private refuse(callId: number, contextId: number, status: number): void {
    const body = { allocHint: 0, contextId, cancelCount: 0, status };
    const flags = NOT_EXECUTED.has(status) ? WHOLE | PduFlag.DID_NOT_EXECUTE : WHOLE;
    this.answers.add(encodePdu(PduType.FAULT, callId, fault, body, flags));
  }

  private bound(): Association {
    if (this.association === undefined) throw new WireError('not bound');
    return this.association;
  }
}
