/** Crockford's base 32: no i, l, o, u, so that nothing is misread. */
const letters = '0123456789abcdefghjkmnpqrstvwxyz';

/** 100 random bits as five groups of four characters. */
export function readablePassword(random: (length: number) => Uint8Array): string {
  const text = Array.from(random(20), (byte) => letters.charAt(byte & 31)).join('');
  return text.replace(/.{4}(?=.)/g, '$&-');
}
