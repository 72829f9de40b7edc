/** `struct dirent` of glibc on 64-bit Linux: ino at 0, off at 8, type at 18, name at 19. */
export const direntBytes = 280;
const nameAt = 19;
const dot = 0x2e;

/** The name of the dirent at `at`, as a view of `bytes`. */
export function nameIn(bytes: Buffer, at: number): Buffer {
  const start = at + nameAt;
  const end = bytes.indexOf(0, start);
  return bytes.subarray(start, end < 0 ? at + direntBytes : end);
}

export function isDots(name: Uint8Array): boolean {
  return name[0] === dot && (name.length === 1 || (name.length === 2 && name[1] === dot));
}
