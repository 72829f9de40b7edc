import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

/**
 * Prefix of a command line that the kernel ends together with the process that started it, even when that one is
 * killed with SIGKILL: prctl(2) PR_SET_PDEATHSIG. It replaces itself by the command, so the pid stays.
 */
export const endWithParent: readonly string[] = ['setpriv', '--pdeathsig', 'KILL', '--'];

/**
 * Prefix that puts a command and all its descendants in a pid namespace of their own (with mounts of its own): when
 * the outer process ends, the kernel ends everything inside.
 */
export const endWithDescendants: readonly string[] = [
  'unshare',
  '--mount',
  '--pid',
  '--mount-proc',
  '--fork',
  '--kill-child',
  '--',
];

export function start(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const [program = '', ...args] = argv;
  return spawn(program, args, options);
}

/** Runs a short program to its end; throws with its output when it fails. */
export function runProgram(argv: readonly string[]): void {
  const [program = '', ...args] = argv;
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: 30_000 });
  if (result.status !== 0) {
    const why = result.error?.message ?? `${result.stderr}${result.stdout}`.trim();
    throw new Error(`${argv.join(' ')}: ${why}`);
  }
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Waits at most `milliseconds` for the end of a child; false when it still runs then. */
export async function endedWithin(child: ChildProcess, milliseconds: number): Promise<boolean> {
  if (hasEnded(child)) return true;
  const timer = AbortSignal.timeout(milliseconds);
  try {
    await once(child, 'exit', { signal: timer });
    return true;
  } catch (error) {
    if (timer.aborted) return hasEnded(child);
    throw error;
  }
}

/** Ends a child at once and waits until the kernel has collected it. */
export async function endNow(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  child.kill('SIGKILL');
  if (!(await endedWithin(child, 10_000))) throw new Error(`process ${child.pid} survived SIGKILL for 10 s`);
}
