import { NtStatus } from '../nt-status.ts';
import type { PipeMessage } from '../server/pipe-open.ts';
import { StatusError } from '../status.ts';
import type { Answers } from './answers.ts';

interface PendingRead {
  readonly max: number;
  readonly settle: (message: PipeMessage) => void;
  readonly fail: (status: NtStatus) => void;
}

/** Reads that came before there was anything to read: clients that have several calls under way read first and write then. */
export class PendingReads {
  private readonly reads = new Set<PendingRead>();

  /** Rejected with CANCELLED when `signal` aborts. */
  add(max: number, signal: AbortSignal): Promise<PipeMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<PipeMessage>();
    const cancel = (): void => read.fail(NtStatus.CANCELLED);
    const leave = (): void => {
      this.reads.delete(read);
      signal.removeEventListener('abort', cancel);
    };
    const read: PendingRead = {
      max,
      settle(message) {
        leave();
        resolve(message);
      },
      fail(status) {
        leave();
        reject(new StatusError(status));
      },
    };
    this.reads.add(read);
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    return promise;
  }

  /** Answers as many as there are messages for, in the order in which they came. */
  serve(answers: Answers): void {
    for (const read of this.reads) {
      const message = answers.read(read.max);
      if (message === undefined) return;
      read.settle(message);
    }
  }

  end(status: NtStatus): void {
    for (const read of this.reads) read.fail(status);
  }
}
