import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'polynas-lab-';
const record = 'pids';

/**
 * Scratch folder of one lab, with a record of its processes: the first line is the owner, the others what the owner
 * started. A process is named by pid *and* start time, so that a pid which the system gave to somebody else since
 * is never signalled.
 */
export class RunDirectory {
  readonly path: string;
  readonly #onExit: () => void;

  constructor() {
    // UML puts a Unix socket below this folder: 108 bytes in all, so the path has to be short.
    this.path = mkdtempSync(join(tmpdir(), prefix));
    writeFileSync(join(this.path, record), '');
    this.note(process.pid);
    this.#onExit = () => this.remove();
    process.once('exit', this.#onExit);
  }

  /** Records a process so that a later run can end it should this one crash. */
  note(pid: number): void {
    const started = startTime(pid);
    if (started !== undefined) appendFileSync(join(this.path, record), `${pid} ${started}\n`);
  }

  folder(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  remove(): void {
    process.removeListener('exit', this.#onExit);
    endRecorded(this.path, 1);
    rmSync(this.path, { recursive: true, force: true });
  }
}

/**
 * Removes what a crashed earlier run left: folders whose owner is gone, and the processes recorded in them.
 * Returns the folders removed.
 */
export function sweepStaleRuns(): string[] {
  const swept: string[] = [];
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const path = join(tmpdir(), name);
    const [owner] = recorded(path);
    if (owner === undefined || alive(owner)) continue;
    endRecorded(path, 1);
    rmSync(path, { recursive: true, force: true });
    swept.push(path);
  }
  return swept;
}

interface RecordedProcess {
  readonly pid: number;
  readonly started: string;
}

function recorded(path: string): RecordedProcess[] {
  let text: string;
  try {
    text = readFileSync(join(path, record), 'utf8');
  } catch {
    return []; // not a lab's folder, or one that its owner is just making or removing
  }
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [pid = '', started = ''] = line.split(' ');
    return { pid: Number(pid), started };
  });
}

function endRecorded(path: string, from: number): void {
  for (const entry of recorded(path).slice(from)) {
    if (alive(entry)) process.kill(entry.pid, 'SIGKILL');
  }
}

function alive(entry: RecordedProcess): boolean {
  return startTime(entry.pid) === entry.started;
}

/** Start time in clock ticks since boot, proc(5) field 22; undefined for a process that is gone or a zombie. */
export function startTime(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // Field 2 is the program's name in brackets and may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}
