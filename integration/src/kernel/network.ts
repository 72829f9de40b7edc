import type { ChildProcess } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { endNow, endWithParent, runProgram, start } from './children.ts';

/** Address of the server side in the lab's network, as the guests see it. */
export const serverAddress = '10.0.2.2';

/** At most this many guests at a time; each owns one tap. */
export const guestLimit = 4;

export interface GuestPort {
  readonly tap: string;
  readonly address: string;
}

/**
 * A private network: a bridge at 10.0.2.2/24 and one tap per guest. The namespace has no name in /run/netns: it lives
 * as long as the processes in it, and all of them end with the test process, so an interrupted run leaves nothing.
 */
export class Network {
  readonly #holder: ChildProcess;
  readonly #pid: number;

  private constructor(holder: ChildProcess, pid: number) {
    this.#holder = holder;
    this.#pid = pid;
  }

  static async open(note: (pid: number) => void): Promise<Network> {
    const holder = start([...endWithParent, 'unshare', '--net', '--', 'sleep', 'infinity'], { stdio: 'ignore' });
    if (holder.pid === undefined) throw new Error('cannot start unshare for the private network');
    note(holder.pid);
    const network = new Network(holder, holder.pid);
    try {
      await network.#entered();
      const set = (...args: string[]): void => runProgram(network.command('ip', args));
      set('link', 'set', 'lo', 'up');
      set('link', 'add', 'kbr', 'type', 'bridge');
      for (let index = 0; index < guestLimit; index++) {
        const { tap } = guestPort(index);
        set('tuntap', 'add', tap, 'mode', 'tap');
        set('link', 'set', tap, 'master', 'kbr', 'up');
      }
      set('link', 'set', 'kbr', 'up');
      set('addr', 'add', `${serverAddress}/24`, 'dev', 'kbr');
    } catch (error) {
      await network.close();
      throw error;
    }
    return network;
  }

  /** Command line that runs a program in this network; the pid is the program's own and it ends with the caller. */
  command(program: string, args: readonly string[] = []): string[] {
    return [...endWithParent, 'nsenter', `--net=/proc/${this.#pid}/ns/net`, '--', program, ...args];
  }

  async close(): Promise<void> {
    await endNow(this.#holder);
  }

  /** spawn() returns before unshare has left our own namespace; configuring then would change the host's network. */
  async #entered(): Promise<void> {
    const ours = readlinkSync('/proc/self/ns/net');
    for (let attempt = 0; attempt < 500; attempt++) {
      if (readlinkSync(`/proc/${this.#pid}/ns/net`) !== ours) return;
      await sleep(10);
    }
    throw new Error('unshare --net did not enter a namespace within 5 s');
  }
}

export function guestPort(index: number): GuestPort {
  return { tap: `kt${index}`, address: `10.0.2.${15 + index}` };
}
