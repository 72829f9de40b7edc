import {
  FSF3_CANSETTIME,
  FSF3_HOMOGENEOUS,
  FSF3_LINK,
  FSF3_SYMLINK,
  type Fsinfo3Res,
  Nfsstat3,
} from '../../xdr/nfs3.ts';
import { fattr3 } from '../attributes.ts';
import { MAX_IO, MIN_PREFERRED_IO, PREFERRED_LISTING } from '../limits.ts';
import type { Target } from '../target.ts';

const BLOCK = 4096;
const NANOSECONDS = 1_000_000_000;

/** RFC 1813 §3.3.19. */
export async function fsinfo({ files, caller, file }: Target): Promise<Fsinfo3Res> {
  const attributes = await files.getattr(caller, file);
  const { maxFileSize, preferredIo, timeGranularity } = files.limits(file.share);
  const preferred = Math.min(MAX_IO, Math.max(MIN_PREFERRED_IO, preferredIo));
  return {
    status: Nfsstat3.NFS3_OK,
    resok: {
      objAttributes: fattr3(file.share, attributes),
      rtmax: MAX_IO,
      rtpref: preferred,
      rtmult: BLOCK,
      wtmax: MAX_IO,
      wtpref: preferred,
      wtmult: BLOCK,
      dtpref: PREFERRED_LISTING,
      maxfilesize: maxFileSize,
      timeDelta: { seconds: Math.floor(timeGranularity / NANOSECONDS), nseconds: timeGranularity % NANOSECONDS },
      properties: FSF3_LINK | FSF3_SYMLINK | FSF3_HOMOGENEOUS | FSF3_CANSETTIME,
    },
  };
}
