import { type Gathered, Outbox, type OutboxParts } from '@polynas/core/wire';
import { writeTransportHeader } from '../messages/direct-tcp.ts';

const CAPACITY = 4096;

/** Frames that go out together. More would leave the client idle while a burst is worked on, and the server while the client takes the answers; fewer cost a system call each. */
const TOGETHER = 4;

/** The frames of one connection, each behind its transport header (MS-SMB2 2.1). */
export class FrameOutbox extends Outbox {
  /** In the batch that is being gathered. */
  private frames = 0;

  constructor(parts: Omit<OutboxParts, 'capacity'>) {
    super({ ...parts, capacity: CAPACITY });
  }

  /**
   * Adds one frame; large parts are not copied.
   *
   * @param release run when it has left, or the connection is gone
   */
  add(frame: Gathered, release?: () => void): void {
    writeTransportHeader(this.writer, frame.length);
    for (const part of frame.parts) this.writer.attach(part);
    if (release !== undefined) this.afterSent(release);
    this.frames += 1;
    this.encoded(frame.length + 4);
    if (this.frames >= TOGETHER) this.flush();
  }

  override flush(): void {
    this.frames = 0;
    super.flush();
  }
}
