import { isIP } from 'node:net';

/** Whether text names clients of an NFS rule: `*`, an address, or a CIDR prefix. */
export function isClientPattern(text: string): boolean {
  if (text === '*') return true;
  const [address = '', prefix, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}
