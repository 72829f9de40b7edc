/** Bytes of payload in one READ or WRITE; core gives at least as much at once. */
export const MAX_IO = 1024 * 1024;
/** Bytes that clients are told to prefer, however small a backend's own preference is: a request costs more than its bytes. */
export const MIN_PREFERRED_IO = 128 * 1024;
/** Bytes of one page of a directory, and what clients are told to ask for. */
export const MAX_LISTING = 256 * 1024;
export const PREFERRED_LISTING = 64 * 1024;
