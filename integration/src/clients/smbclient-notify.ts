import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { endNow, endWithParent } from '../kernel/children.ts';
import { programPath } from './command.ts';
import type { Smbclient } from './smbclient.ts';

/** FILE_ACTION_* (MS-FSCC 2.7.1). */
const actions = ['', 'added', 'removed', 'modified', 'renamed from', 'renamed to'] as const;
export type ChangeAction = (typeof actions)[number];

export interface SeenChange {
  readonly action: ChangeAction;
  /** Relative to the watched folder, with `/` between. */
  readonly path: string;
  /** Of `performance.now()`, when smbclient said so. */
  readonly at: number;
}

/** `smbclient -c notify`, as Nextcloud runs it: what changes below a folder, at any depth. */
export class SmbclientNotify {
  readonly seen: SeenChange[] = [];
  readonly #child: ChildProcess;
  #ended: string | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    let tail = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-1000)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const [, code = '', path = ''] = /^([0-9a-f]{4}) (.*)$/i.exec(line) ?? [];
      if (code === '') tail = (tail + line).slice(-1000);
      const action = actions[Number.parseInt(code, 16)];
      if (action !== undefined) this.seen.push({ action, path: path.replaceAll('\\', '/'), at: performance.now() });
    });
    child.once('exit', () => (this.#ended = tail));
  }

  /**
   * Starts it. smbclient does not say when it watches: `poke` makes some change below the folder, again and again until one is
   * told.
   */
  static async watch(smbclient: Smbclient, folder: string, poke: () => Promise<void>): Promise<SmbclientNotify> {
    const program = programPath('smbclient') ?? 'smbclient';
    // Without stdbuf it keeps what it says until there is a page of it.
    const argv = [...endWithParent, 'stdbuf', '-o0', program, ...smbclient.args(`notify "${folder}"`)];
    const [first = '', ...rest] = argv;
    const notify = new SmbclientNotify(spawn(first, rest, { stdio: ['ignore', 'pipe', 'pipe'] }));
    for (let attempt = 0; notify.seen.length === 0; attempt += 1) {
      if (notify.#ended !== undefined || attempt > 50) {
        await notify.stop();
        throw new Error(`smbclient does not watch: ${notify.#ended ?? 'no change was told'}`);
      }
      await poke();
      await sleep(200);
    }
    return notify;
  }

  /** Waits for a change, one of `from` on (a length of `seen` before). */
  async next(action: ChangeAction, path: string, from: number, seconds = 10): Promise<SeenChange> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const found = this.seen.slice(from).find((change) => change.action === action && change.path === path);
      if (found !== undefined) return found;
      if (performance.now() > end) {
        const told = this.seen.slice(from).map((change) => `${change.action} ${change.path}`);
        throw new Error(`not told within ${seconds} s: ${action} ${path}; but ${told.join(', ') || 'nothing'}`);
      }
      await sleep(2);
    }
  }

  async stop(): Promise<void> {
    await endNow(this.#child);
  }
}
