/** Extended attributes that clients of other doors see as `user.…`. */
const PREFIX = 'user.';
/** Bytes of an EA's name (MS-FSCC 2.4). */
const MAX_EA_NAME = 254;
/** MS-FSCC 2.4: characters of one byte; these are not allowed. */
const EA_NAME = /^[\u0021\u0023-\u0029\u002d\u002e\u0030-\u0039\u0040-\u005a\u005e-\u007b\u007d\u007e ]+$/;

/** The EA that an extended attribute is shown as; `undefined` where its name can be none. */
export function eaNameOf(xattr: string): string | undefined {
  const name = xattr.slice(PREFIX.length);
  return isEaName(name) ? name : undefined;
}

/** The extended attribute that an EA is kept as. */
export function xattrOf(eaName: string): string {
  return PREFIX + eaName;
}

export function isEaName(name: string): boolean {
  return name.length <= MAX_EA_NAME && EA_NAME.test(name);
}

/** EAs are named without regard to case. */
export function findXattr(present: readonly string[], eaName: string): string | undefined {
  const exact = xattrOf(eaName);
  if (present.includes(exact)) return exact;
  const upper = exact.toUpperCase();
  return present.find((xattr) => xattr.toUpperCase() === upper);
}
