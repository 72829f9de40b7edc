import { Nfsstat3, type Read3Args, type Read3Res } from '../../xdr/nfs3.ts';
import { fattr3 } from '../attributes.ts';
import { MAX_IO } from '../limits.ts';
import type { Target } from '../target.ts';

/** Up to here a buffer of its own is as good. */
const SMALL = 64 * 1024;

/** RFC 1813 §3.3.6. Past the end of the file there is nothing to read, however far past it. */
export async function read(target: Target, { offset, count }: Read3Args): Promise<Read3Res> {
  const { files, caller, file, call, payloads } = target;
  const from = Math.min(offset, Number.MAX_SAFE_INTEGER);
  const length = Math.min(count, MAX_IO, Number.MAX_SAFE_INTEGER - from);
  const into = length > SMALL ? payloads.take(length) : undefined;
  const { bytes, eof, attributes } = await files.read(caller, file, from, length, into);
  if (into !== undefined) call.onSent(() => payloads.give(into));
  return {
    status: Nfsstat3.NFS3_OK,
    resok: { fileAttributes: fattr3(file.share, attributes), count: bytes.length, eof, data: bytes },
  };
}
