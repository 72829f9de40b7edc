import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** SRV_COPYCHUNK (MS-SMB2 2.2.31.1.1). Bytes; offsets above 2^53 − 1 rounded, see `Reader.u64leWide`. */
export interface SrvCopychunk {
  readonly sourceOffset: number;
  readonly targetOffset: number;
  readonly length: number;
}

/** SRV_COPYCHUNK_COPY (MS-SMB2 2.2.31.1). */
export interface SrvCopychunkCopy {
  /** 24 bytes, from SRV_REQUEST_RESUME_KEY. */
  readonly sourceKey: Uint8Array;
  readonly chunks: readonly SrvCopychunk[];
}

/** SRV_COPYCHUNK_RESPONSE (MS-SMB2 2.2.32.1): what was done or, with INVALID_PARAMETER, the server's limits. */
export interface SrvCopychunkResponse {
  readonly chunksWritten: number;
  readonly chunkBytesWritten: number;
  readonly totalBytesWritten: number;
}

export const RESUME_KEY_SIZE = 24;

export const srvCopychunkCopy: Codec<SrvCopychunkCopy> = {
  read(r: Reader): SrvCopychunkCopy {
    const sourceKey = r.bytes(RESUME_KEY_SIZE);
    const count = r.u32le();
    r.skip(4);
    const chunks: SrvCopychunk[] = [];
    for (let index = 0; index < count; index++) {
      const sourceOffset = r.u64leWide();
      const targetOffset = r.u64leWide();
      const length = r.u32le();
      r.skip(4);
      chunks.push({ sourceOffset, targetOffset, length });
    }
    return { sourceKey, chunks };
  },
  write(w: Writer, value: SrvCopychunkCopy): void {
    w.bytes(value.sourceKey);
    w.u32le(value.chunks.length);
    w.zeros(4);
    for (const chunk of value.chunks) {
      w.u64leNumber(chunk.sourceOffset);
      w.u64leNumber(chunk.targetOffset);
      w.u32le(chunk.length);
      w.zeros(4);
    }
  },
};

export const srvCopychunkResponse: Codec<SrvCopychunkResponse> = {
  read(r: Reader): SrvCopychunkResponse {
    return { chunksWritten: r.u32le(), chunkBytesWritten: r.u32le(), totalBytesWritten: r.u32le() };
  },
  write(w: Writer, value: SrvCopychunkResponse): void {
    w.u32le(value.chunksWritten);
    w.u32le(value.chunkBytesWritten);
    w.u32le(value.totalBytesWritten);
  },
};

/** SRV_REQUEST_RESUME_KEY Response (MS-SMB2 2.2.32.3): the key alone, its context is empty. */
export const srvRequestResumeKeyResponse: Codec<Uint8Array> = {
  read(r: Reader): Uint8Array {
    const key = r.bytes(RESUME_KEY_SIZE);
    r.skip(r.u32le());
    return key;
  },
  write(w: Writer, key: Uint8Array): void {
    w.bytes(key);
    w.u32le(0);
    // The context is at least four bytes long in what Windows and smbd send.
    w.zeros(4);
  },
};
