const GROUPS = 8;

/** An address of a socket as text; an IPv4 address that came mapped into IPv6 (`::ffff:192.0.2.1`) in its own form. Empty for a socket that is closed. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/**
 * Who is counted as one client: an IPv4 address, or the network of an IPv6 address (RFC 4291 §2.5.4: 64 bits), in which a host has as many addresses as it
 * likes. On a link (`fe80::`) all hosts share one, so there it is the address.
 */
export function clientBlock(address: string): string {
  if (!address.includes(':') || address.toLowerCase().startsWith('fe80:')) return address;
  const [head = [], tail] = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = tail === undefined ? 0 : GROUPS - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: Math.max(zeros, 0) }, () => '0'), ...(tail ?? [])];
  return `${groups.slice(0, GROUPS / 2).join(':')}::/64`;
}
