/**
 * Universal addresses (RFC 5665 §5.2.3.3 and §5.2.3.4): the host address, then the two bytes of the port, all with dots.
 * `192.0.2.1.8.1` and `2001:db8::1.8.1` are port 2049.
 */
export function universalAddress(address: string, port: number): string {
  return `${address}.${port >>> 8}.${port & 0xff}`;
}

/** The port of a universal address, or `undefined` when it is none. */
export function portOf(address: string): number | undefined {
  const found = /^.*\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (found === null) return undefined;
  const [high, low] = [Number(found[1]), Number(found[2])];
  return high < 256 && low < 256 ? high * 256 + low : undefined;
}
