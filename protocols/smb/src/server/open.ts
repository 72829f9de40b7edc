import type { FileOpen } from './file-open.ts';
import type { PipeOpen } from './pipe-open.ts';

export type SmbOpen = FileOpen | PipeOpen;
