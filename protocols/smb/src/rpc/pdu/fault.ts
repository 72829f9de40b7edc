import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../../messages/codec.ts';

/** Status of a fault (C706 appendix E; MS-RPCE 2.2.2.8 for the two that are Windows' own codes). */
export const FaultStatus = {
  ACCESS_DENIED: 0x0000_0005,
  /** RPC_X_BAD_STUB_DATA (MS-ERREF 2.2): what Windows answers for nca_s_fault_ndr. */
  BAD_STUB_DATA: 0x0000_06f7,
  /** nca_s_fault_context_mismatch. */
  CONTEXT_MISMATCH: 0x1c00_001a,
  /** nca_s_fault_remote_no_memory. */
  REMOTE_NO_MEMORY: 0x1c00_001b,
  /** nca_s_fault_unspec. */
  UNSPECIFIED: 0x1c00_0012,
  /** nca_s_op_rng_error. */
  OPERATION_RANGE: 0x1c01_0002,
  /** nca_s_unk_if. */
  UNKNOWN_INTERFACE: 0x1c01_0003,
  /** nca_s_proto_error. */
  PROTOCOL: 0x1c01_000b,
} as const;

/** Body of fault (C706 12.6.4.7), always without a stub. */
export interface Fault {
  readonly allocHint: number;
  readonly contextId: number;
  readonly cancelCount: number;
  readonly status: number;
}

export const fault: Codec<Fault> = {
  read(r: Reader): Fault {
    const [allocHint, contextId, cancelCount] = [r.u32le(), r.u16le(), r.u8()];
    r.skip(1);
    return { allocHint, contextId, cancelCount, status: r.u32le() };
  },
  write(w: Writer, value: Fault): void {
    w.u32le(value.allocHint);
    w.u16le(value.contextId);
    w.u8(value.cancelCount);
    w.u8(0);
    w.u32le(value.status);
    w.zeros(4);
  },
};
