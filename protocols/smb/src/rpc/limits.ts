/** Octets of the longest fragment that is taken and sent: what Windows offers. */
export const MAX_FRAG = 5840;
/** MustRecvFragSize (C706 12.6.3.1): everybody takes fragments of this size, whatever they say. */
export const MIN_FRAG = 1432;
/** Octets of a request's stub, all fragments together: some 4,000 SIDs to look up. */
export const MAX_REQUEST = 128 * 1024;
/** Octets of answers that may wait on a pipe while it takes another request. */
export const MAX_WAITING = 64 * 1024;
/** Presentation contexts of a pipe. */
export const MAX_CONTEXTS = 8;
