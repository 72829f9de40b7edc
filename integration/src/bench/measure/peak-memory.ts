import { readFileSync } from 'node:fs';
import { processTree } from './process-tree.ts';

/** The most resident memory that the processes and their descendants had so far, each at its own peak, in MiB: proc(5) `VmHWM`. */
export function peakMemory(pids: readonly number[]): number {
  const kib = processTree(pids).map(({ pid }) => /^VmHWM:\s*(\d+)/m.exec(statusOf(pid))?.[1] ?? '0');
  return Math.round(kib.reduce((sum, text) => sum + Number(text), 0) / 1024);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
}
