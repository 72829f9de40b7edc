/** A daemon of the cluster, wherever it runs. */
export interface CephDaemon {
  /** Of its process on this machine. */
  readonly pid: number;
  /** @throws Error with the end of its log when it has ended */
  assertAlive(): void;
  /** Waits until it answers at a port of the loopback address. */
  listening(port: number, seconds?: number): Promise<void>;
  /** SIGKILL: as a power cut of this daemon alone. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL for one that is still there after `seconds`. */
  stop(seconds?: number): Promise<void>;
}

/** Where Ceph's programs come from: installed here, or in an image. Either way they see the cluster's directory under the same path. */
export interface CephPrograms {
  /** Runs a program to its end, without a standard input; rejected with its error output when it fails. Its standard output. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** Starts a program that stays in the foreground. @param log file that takes its standard output and error */
  daemon(name: string, argv: readonly string[], log: string): CephDaemon;
  /** Nothing of it is left. */
  close(): Promise<void>;
}
