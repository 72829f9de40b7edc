/** Octets of all pipes of a server together: requests of which fragments are missing, and answers that nobody has read yet. */
const LIMIT = 64 * 1024 * 1024;

/**
 * What the pipes of one server hold. Small things (an answer to bind, a fault) are charged even when nothing is left, as each pipe has few of them;
 * requests and responses only while they fit.
 */
export class PipeMemory {
  private used = 0;

  fits(octets: number): boolean {
    return this.used + octets <= LIMIT;
  }

  /** @param octets negative: given back */
  charge(octets: number): void {
    this.used += octets;
  }
}
