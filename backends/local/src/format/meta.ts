/** Rows of table `meta`; each value is one 64-bit number. */
export const formatVersion = 1;

export const metaKeys = {
  /** The version of this format; an unknown one is refused at open. */
  format: Buffer.from('format'),
  /** How often the volume was opened; the upper part of the write epoch. */
  lives: Buffer.from('lives'),
  /** 1 while nobody has the volume open and nothing waits for recovery. */
  clean: Buffer.from('clean'),
  /** First numbers that were never handed out. */
  files: Buffer.from('next-file'),
  contents: Buffer.from('next-content'),
  cookies: Buffer.from('next-cookie'),
  blobs: Buffer.from('next-blob'),
  stamps: Buffer.from('next-stamp'),
} as const;

export const rootId = 1;
