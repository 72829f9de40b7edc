/** Numbers that each write of a message is. */
export const fieldsOfWrite = 5;

/** What a batch thread is asked. Pointers are valid in all threads of the process; whoever asks keeps them so until the answer. */
export type BatchRequest = { readonly cmount: bigint; readonly superuser: bigint } & (
  | {
      readonly ask: 'readdirplus';
      readonly directory: bigint;
      readonly from: bigint;
      readonly limit: number;
      readonly xattrs: readonly string[];
    }
  | { readonly ask: 'getattrs'; readonly inodes: BigUint64Array; readonly xattrs: readonly string[] }
  /** Of each: `Fh *`, offset, length, address of the bytes, `Inode *` of which attributes are wanted afterwards. */
  | { readonly ask: 'writes'; readonly writes: BigUint64Array }
  | { readonly ask: 'put'; readonly inodes: BigUint64Array }
  | { readonly ask: 'close'; readonly fhs: BigUint64Array }
);

export type BatchReply =
  /** Records as in `batch-format.ts`. `end`: nothing follows in the directory. */
  | { readonly records: ArrayBuffer; readonly count: number; readonly end: boolean }
  | { readonly errno: number; readonly call: string };
