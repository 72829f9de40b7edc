/** Characters of 8.3 names (MS-FSCC 2.1.5.2.1). */
const SHORT = /^[A-Z0-9!#$%&'()@^_`{}~-]{1,8}(?:\.[A-Z0-9!#$%&'()@^_`{}~-]{1,3})?$/;
const NOT_SHORT = /[^A-Z0-9!#$%&'()@^_`{}~-]/g;
const KEPT = 3;

/**
 * An 8.3 name (MS-FSCC 2.1.5.2.1): the name itself where it is one, else its beginning, `~` and a hash, so that it is always the same. Listings do not show
 * it and nothing is found by it; it is for clients that ask for it before they go on.
 */
export function shortNameOf(name: string): string {
  const upper = name.toUpperCase();
  if (SHORT.test(upper)) return upper;
  const dot = upper.lastIndexOf('.');
  const base = (dot > 0 ? upper.slice(0, dot) : upper).replace(NOT_SHORT, '').slice(0, KEPT);
  const extension =
    dot > 0
      ? upper
          .slice(dot + 1)
          .replace(NOT_SHORT, '')
          .slice(0, 3)
      : '';
  const short = `${base}~${hash(upper)}`;
  return extension === '' ? short : `${short}.${extension}`;
}

const DIGITS = 4;
const RADIX = 36;

/** FNV-1a, cut to four digits. */
function hash(text: string): string {
  let value = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x0100_0193) >>> 0;
  return (value % RADIX ** DIGITS).toString(RADIX).toUpperCase().padStart(DIGITS, '0');
}
