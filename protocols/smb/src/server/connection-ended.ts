/** Thrown where the spec says that the connection is terminated without an answer. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
}
