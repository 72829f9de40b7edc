/** What a call of libcephfs answered: the errno (positive) and the call's name. Becomes a `StorageError` where the volume's contract is met. */
export class CephError extends Error {
  override readonly name = 'CephError';
  readonly errno: number;
  readonly call: string;

  constructor(errno: number, call: string) {
    super(`${call}: errno ${errno}`);
    this.errno = errno;
    this.call = call;
  }
}
