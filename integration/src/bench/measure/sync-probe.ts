import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { endedWithin, endNow, endWithParent, hasEnded } from '../../kernel/children.ts';
import { onPath } from '../../peers/peer-packages.ts';
import { processTree } from './process-tree.ts';

const SYNCS = ['fsync', 'fdatasync', 'msync', 'sync_file_range', 'syncfs'];

/** Why syncs cannot be counted here, in words; undefined when they can. */
export function whyNoSyncProbe(): string | undefined {
  if (!onPath('strace')) return 'strace is missing: apt-get install strace';
  if (process.getuid?.() !== 0) return 'needs root';
  return undefined;
}

/**
 * Counts the system calls by which the processes and their descendants (all their threads) force data to disk while `work` runs. strace slows
 * them down, so nothing is timed meanwhile. Writes to files opened with O_DSYNC are not seen.
 */
export async function countSyncs(roots: readonly number[], output: string, work: () => Promise<void>): Promise<number> {
  const pids = processTree(roots).map(({ pid }) => pid);
  const attach = pids.flatMap((pid) => ['-p', `${pid}`]);
  const [program, ...args] = [
    ...endWithParent,
    'strace',
    '-f',
    '-qq',
    '-e',
    `trace=${SYNCS.join(',')}`,
    '-e',
    'signal=none',
  ];
  const strace = spawn(program, [...args, '-o', output, ...attach], { stdio: 'ignore' });
  try {
    await attached(strace, pids);
    await work();
  } finally {
    strace.kill('SIGINT');
    if (!(await endedWithin(strace, 5000))) await endNow(strace);
  }
  // An interrupted call has a second line, `<... fsync resumed>`.
  const calls = readFileSync(output, 'utf8')
    .split('\n')
    .filter((line) => /^\d+ +[a-z_]+\(/.test(line));
  rmSync(output);
  return calls.length;
}

/** Until every process has a tracer: `TracerPid` in proc(5) status. */
async function attached(strace: ChildProcess, pids: readonly number[]): Promise<void> {
  for (let left = 100; left > 0; left--) {
    if (pids.every((pid) => /^TracerPid:\s*[1-9]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')))) {
      await sleep(300); // its other threads
      return;
    }
    if (hasEnded(strace)) throw new Error('strace could not attach');
    await sleep(50);
  }
  throw new Error('strace did not attach');
}
