export { type BudgetAccount, type BudgetHolder, type BudgetOptions, ByteBudget } from './byte-budget.ts';
export { type Clock, systemClock } from './clock.ts';
export { FrameBuffers } from './frame-buffers.ts';
export { PayloadBuffers } from './payload-buffers.ts';
export { Reader } from './reader.ts';
export { ATTACH_THRESHOLD, Writer, type Gathered, type Place } from './writer.ts';
export { WireError } from './wire-error.ts';
