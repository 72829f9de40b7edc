import { join } from 'node:path';
import { probeAvailability } from './availability.ts';
import type { Availability } from './availability.ts';
import { guestRoot } from './guest-root.ts';
import type { Progress } from './guest-root.ts';
import { Network, guestLimit, guestPort, serverAddress } from './network.ts';
import { Relay } from './relay.ts';
import type { RelayRoute } from './relay.ts';
import { RunDirectory, sweepStaleRuns } from './run-directory.ts';
import { Guest } from './uml-guest.ts';
import type { BootOptions } from './uml-guest.ts';

export { kernelLabPackages } from './packages.ts';
export { quote } from './uml-guest.ts';
export type { Guest, MountOptions, RunOptions, RunResult } from './uml-guest.ts';

export interface LabOptions {
  /** Where progress lines go; standard error when not given. */
  readonly progress?: Progress;
}

/**
 * A private network with up to four Debian guests under User Mode Linux, whose kernels mount what the tests serve.
 * Servers run inside the network (`command`) at 10.0.2.2, or outside of it behind a `relay`.
 */
export class KernelLab implements AsyncDisposable {
  /** Address of the servers as the guests see them. */
  readonly address = serverAddress;
  readonly #root: string;
  readonly #directory: RunDirectory;
  readonly #network: Network;
  readonly #guests = new Map<number, Guest | undefined>();
  readonly #relays = new Set<Relay>();
  #count = 0;

  private constructor(root: string, directory: RunDirectory, network: Network) {
    this.#root = root;
    this.#directory = directory;
    this.#network = network;
  }

  /**
   * Whether the lab can run on this machine, said aloud when not: tests pass it to `describe.skipIf`. With
   * `POLYNAS_REQUIRE_KERNEL_LAB=1` (CI) a missing lab is an error instead.
   */
  static availability(): Availability {
    known ??= probeAvailability();
    if (known.unavailable !== undefined && !said) {
      if (process.env['POLYNAS_REQUIRE_KERNEL_LAB'] === '1')
        throw new Error(`no kernel-client lab: ${known.unavailable}`);
      said = true;
      process.stderr.write(`\n*** SKIPPED: every test with the kernel's own client: ${known.unavailable} ***\n\n`);
    }
    return known;
  }

  /** Builds the guest's root on first use (one to two minutes) and makes the private network. */
  static async open(options: LabOptions = {}): Promise<KernelLab> {
    const { unavailable } = KernelLab.availability();
    if (unavailable !== undefined) throw new Error(`no kernel-client lab: ${unavailable}`);
    const progress = options.progress ?? ((line: string) => void process.stderr.write(`kernel lab: ${line}\n`));
    for (const path of sweepStaleRuns()) progress(`removed what an interrupted run left: ${path}`);
    const root = await guestRoot(progress);
    const directory = new RunDirectory();
    try {
      const network = await Network.open((pid) => directory.note(pid));
      return new KernelLab(root, directory, network);
    } catch (error) {
      directory.remove();
      throw error;
    }
  }

  /** Boots a guest and waits until it takes commands. Two guests are two clients with addresses of their own. */
  async boot(options: BootOptions = {}): Promise<Guest> {
    const slot = Array.from({ length: guestLimit }, (_, index) => index).find((index) => !this.#guests.has(index));
    if (slot === undefined) throw new Error(`no more than ${guestLimit} guests at a time`);
    this.#guests.set(slot, undefined); // taken while it boots
    try {
      const guest = await Guest.boot(
        {
          root: this.#root,
          folder: this.#directory.folder(`g${++this.#count}`),
          network: this.#network,
          port: guestPort(slot),
          note: (pid) => this.#directory.note(pid),
          onEnd: () => this.#guests.delete(slot),
        },
        options,
      );
      this.#guests.set(slot, guest);
      return guest;
    } catch (error) {
      this.#guests.delete(slot);
      throw error;
    }
  }

  /**
   * Command line for `spawn` that runs a program inside the private network. The pid is the program's own, so a test
   * can kill -9 it; it also ends when the test process does.
   */
  command(program: string, args: readonly string[] = []): string[] {
    return this.#network.command(program, args);
  }

  /** Carries 10.0.2.2:`port` to 127.0.0.1:`targetPort` outside (the same port when not given). */
  async relay(port: number, targetPort: number = port): Promise<Relay> {
    const route: RelayRoute = { port, targetPort };
    const socketPath = join(this.#directory.path, `relay${++this.#count}`);
    const relay = await Relay.open(this.#network, route, socketPath, (pid) => this.#directory.note(pid));
    this.#relays.add(relay);
    return relay;
  }

  /** Ends guests, relays and the network, and removes the scratch folder. */
  async close(): Promise<void> {
    const guests = [...this.#guests.values()].filter((guest) => guest !== undefined);
    await Promise.all(guests.map((guest) => guest.shutdown()));
    await Promise.all([...this.#relays].map((relay) => relay.close()));
    await this.#network.close();
    this.#directory.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

let known: Availability | undefined;
let said = false;
