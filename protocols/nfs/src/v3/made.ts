import type { Created } from '@polynas/core/service';
import { type Fattr3, Nfsstat3, type WccData } from '../xdr/nfs3.ts';
import { directoryWcc, fattr3 } from './attributes.ts';
import type { Target } from './target.ts';

/** CREATE, MKDIR, SYMLINK and MKNOD answer alike. */
export interface Made {
  readonly status: typeof Nfsstat3.NFS3_OK;
  readonly resok: { readonly obj: Uint8Array; readonly objAttributes: Fattr3; readonly dirWcc: WccData };
}

export function made({ handles, file: { share } }: Target, { attributes, directory }: Created): Made {
  return {
    status: Nfsstat3.NFS3_OK,
    resok: {
      obj: handles.encode({ share, id: attributes.id }),
      objAttributes: fattr3(share, attributes),
      dirWcc: directoryWcc(share, directory),
    },
  };
}
