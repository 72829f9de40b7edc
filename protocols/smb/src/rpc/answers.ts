import type { PipeMessage } from '../server/pipe-open.ts';
import type { PipeMemory } from './pipe-memory.ts';

/** PDUs that wait to be read, each one message of the pipe. */
export class Answers {
  private readonly memory: PipeMemory;
  private readonly messages: Uint8Array[] = [];
  /** Octets of the first message that were read. */
  private at = 0;
  private size = 0;

  constructor(memory: PipeMemory) {
    this.memory = memory;
  }

  /** Octets that wait. */
  get waiting(): number {
    return this.size;
  }

  add(message: Uint8Array): void {
    this.messages.push(message);
    this.resize(message.length);
  }

  /** Up to `max` octets of the first message; a read never goes over its end. */
  read(max: number): PipeMessage | undefined {
    const [message] = this.messages;
    if (message === undefined) return undefined;
    const bytes = message.subarray(this.at, this.at + max);
    this.at += bytes.length;
    this.resize(-bytes.length);
    if (this.at < message.length) return { bytes, more: true };
    this.messages.shift();
    this.at = 0;
    return { bytes, more: false };
  }

  clear(): void {
    this.messages.length = 0;
    this.at = 0;
    this.resize(-this.size);
  }

  private resize(octets: number): void {
    this.size += octets;
    this.memory.charge(octets);
  }
}
