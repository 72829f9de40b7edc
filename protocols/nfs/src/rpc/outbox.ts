import { Outbox, type OutboxParts, type Place, type Writer } from '@polynas/core/wire';

const LAST_FRAGMENT = 0x8000_0000;
const CAPACITY = 8192;

/** The replies of one connection, each a record of one fragment (RFC 5531 §11). */
export class RecordOutbox extends Outbox {
  private start = 0;
  private place: Place | undefined;

  constructor(parts: Omit<OutboxParts, 'capacity'>) {
    super({ ...parts, capacity: CAPACITY });
  }

  /** Begins a record; the reply is encoded with the Writer, then `end`ed or `cancel`led. */
  begin(): Writer {
    this.start = this.writer.length;
    this.place = this.writer.reserve(4);
    return this.writer;
  }

  /** Takes back what was encoded since `begin`. */
  cancel(): void {
    this.writer.rewind(this.start);
  }

  end(): void {
    const length = this.writer.length - this.start;
    this.writer.patchU32(this.place!, (LAST_FRAGMENT | (length - 4)) >>> 0);
    this.encoded(length);
  }
}
