import { Nfsstat3, type Read3Args, type Read3Res } from '../../xdr/nfs3.ts';
import { fattr3 } from '../attributes.ts';
import { MAX_IO } from '../limits.ts';
import type { Target } from '../target.ts';

/** RFC 1813 §3.3.6. Past the end of the file there is nothing to read, however far past it. */
export async function read({ files, caller, file }: Target, { offset, count }: Read3Args): Promise<Read3Res> {
  const from = Math.min(offset, Number.MAX_SAFE_INTEGER);
  const length = Math.min(count, MAX_IO, Number.MAX_SAFE_INTEGER - from);
  const { bytes, eof, attributes } = await files.read(caller, file, from, length);
  return {
    status: Nfsstat3.NFS3_OK,
    resok: { fileAttributes: fattr3(file.share, attributes), count: bytes.length, eof, data: bytes },
  };
}
