/**
 * The one exception of the byte cursors: a read past the end of its frame, a length above its bound, a value that the
 * wire type cannot hold. A protocol catches it in one place and answers with its own "malformed" status.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
}
