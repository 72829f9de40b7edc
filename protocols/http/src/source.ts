/**
 * Payload bytes, pulled: nothing is produced before it is asked for, so back-pressure is the consumer's pace. Chunks
 * belong to the consumer, who must not write to them; producers keep them at 256 KiB or less. Leaving the iteration
 * early (`break`, `return`) releases the source.
 */
export type ByteSource = AsyncIterable<Uint8Array>;
