import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Volume } from '@polynas/core/spi';
import { parsed } from './lane.ts';
import type { Acknowledgement, Hello, Plan } from './lane.ts';
import { verifyLanes } from './verify.ts';

export interface CrashOptions {
  /** The file that calls `runCrashWorker`; TypeScript runs as it is. */
  readonly worker: string;
  /** Opens the volume that a worker left in a directory: runs its recovery. */
  open(directory: string): Promise<Volume>;
  /** How many workers are killed, one after the other in one directory each; 8 by default. */
  readonly rounds?: number;
  /** Sequences that a worker runs at once; 4 by default. */
  readonly lanes?: number;
  /** Operations of each lane; 60 by default. */
  readonly operations?: number;
  /** The first round's seed; round n has that plus n. */
  readonly seed?: number;
  /** Further arguments of Node.js before the worker. */
  readonly nodeArguments?: readonly string[];
}

/** Lets a worker run in `directory` and kills it when it has said `lines` lines. What it said before its end. */
export async function crash(
  options: CrashOptions,
  directory: string,
  plan: Plan,
  lines: number,
): Promise<{ hello: Hello; acknowledged: Acknowledgement[] }> {
  const numbers = [plan.seed, plan.lanes, plan.operations].map(String);
  const nodeArguments = ['--conditions=source', '--no-warnings', ...(options.nodeArguments ?? [])];
  const child = spawn(process.execPath, [...nodeArguments, options.worker, directory, ...numbers], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const complaints = text(child.stderr);
  try {
    let hello: Hello | undefined;
    const acknowledged: Acknowledgement[] = [];
    for await (const line of wholeLines(child.stdout)) {
      const said = parsed(line);
      if (said.kind === 'fault') throw new Error(said.message);
      if (said.kind === 'hello') hello = said;
      if (said.kind === 'done') acknowledged.push(said);
      if (said.kind === 'finished' || acknowledged.length === lines) child.kill('SIGKILL');
    }
    const [code, signal] = (await exited) as [number | null, string | null];
    if (signal !== 'SIGKILL' || hello === undefined) {
      throw new Error(`the worker ended by itself (${signal ?? code}): ${await complaints}`);
    }
    return { hello, acknowledged };
  } finally {
    child.kill('SIGKILL');
  }
}

/** Lines that were written to their end; the kill may cut the last one, which is a JSON object without its closing brace. */
async function* wholeLines(stream: Readable): AsyncGenerator<string> {
  for await (const line of createInterface({ input: stream })) if (line.endsWith('}')) yield line;
}

/** Kills one worker and tells everything that the volume has against the contract afterwards, and after a second opening. */
export async function crashRound(
  options: CrashOptions,
  directory: string,
  plan: Plan,
  lines: number,
): Promise<string[]> {
  const { hello, acknowledged } = await crash(options, directory, plan, lines);
  const faults: string[] = [];
  for (const opening of ['first', 'second']) {
    const volume = await options.open(directory);
    try {
      const found = await verifyLanes(volume, plan, hello, acknowledged);
      faults.push(...found.map((fault) => `${opening} opening after ${acknowledged.length} operations: ${fault}`));
    } finally {
      await volume.close();
    }
  }
  return faults;
}
