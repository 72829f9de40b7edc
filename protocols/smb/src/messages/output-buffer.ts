import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, HEADER_SIZE, structureSize, variablePart } from './codec.ts';

/** The response of QUERY_DIRECTORY, CHANGE_NOTIFY and QUERY_INFO: one buffer. */
export interface OutputBuffer {
  readonly outputBuffer: Uint8Array;
}

const SIZE = 9;
const FIXED_END = HEADER_SIZE + 8;

/** MS-SMB2 2.2.34, 2.2.36, 2.2.38. The buffer is attached, not copied. */
export const outputBuffer: Codec<OutputBuffer> = {
  read(r: Reader): OutputBuffer {
    structureSize(r, SIZE);
    const offset = r.u16le();
    const length = r.u32le();
    return { outputBuffer: variablePart(r, offset, length, FIXED_END) };
  },
  write(w: Writer, value: OutputBuffer): void {
    w.u16le(SIZE);
    w.u16le(value.outputBuffer.length === 0 ? 0 : FIXED_END);
    w.u32le(value.outputBuffer.length);
    w.attach(value.outputBuffer);
    // The buffer is at least one byte long, as the odd StructureSize says.
    if (value.outputBuffer.length === 0) w.u8(0);
  },
};
