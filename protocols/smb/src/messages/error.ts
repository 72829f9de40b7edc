import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, structureSize } from './codec.ts';

/** SMB2 ERROR Context (MS-SMB2 2.2.2.1), only with dialect 3.1.1. */
export interface ErrorContext {
  /** 0: default; 0x72645253: share redirect. */
  readonly errorId: number;
  readonly errorContextData: Uint8Array;
}

/** ERROR Response (MS-SMB2 2.2.2): with contexts (3.1.1) or with bare data. */
export type ErrorResponse = { readonly errorContexts: readonly ErrorContext[] } | { readonly errorData: Uint8Array };

const SIZE = 9;

/** ERROR Response (MS-SMB2 2.2.2). ErrorContextCount decides which of the two forms it is. */
export const errorResponse: Codec<ErrorResponse> = {
  read(r: Reader): ErrorResponse {
    structureSize(r, SIZE);
    const count = r.u8();
    r.skip(1);
    const byteCount = r.u32le();
    if (count === 0) return { errorData: r.bytes(byteCount) };
    const from = r.position;
    const errorContexts: ErrorContext[] = [];
    for (let index = 0; index < count; index++) {
      if (index > 0) r.skip(-(r.position - from) & 7);
      const length = r.u32le();
      errorContexts.push({ errorId: r.u32le(), errorContextData: r.bytes(length) });
    }
    return { errorContexts };
  },
  write(w: Writer, value: ErrorResponse): void {
    w.u16le(SIZE);
    if ('errorData' in value) {
      w.u8(0);
      w.u8(0);
      w.u32le(value.errorData.length);
      w.bytes(value.errorData);
      // MS-SMB2 2.2.2: with a ByteCount of 0 the ErrorData is one byte.
      if (value.errorData.length === 0) w.u8(0);
      return;
    }
    w.u8(value.errorContexts.length);
    w.u8(0);
    const byteCount = w.reserve(4);
    const from = w.length;
    for (const context of value.errorContexts) {
      w.align(8, from);
      w.u32le(context.errorContextData.length);
      w.u32le(context.errorId);
      w.bytes(context.errorContextData);
    }
    w.patchU32le(byteCount, w.length - from);
  },
};
