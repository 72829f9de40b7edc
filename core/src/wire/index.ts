export { PayloadBuffers } from './payload-buffers.ts';
export { Reader } from './reader.ts';
export { ATTACH_THRESHOLD, Writer, type Gathered, type Place } from './writer.ts';
export { WireError } from './wire-error.ts';
