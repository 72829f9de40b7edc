import type { ShareDoors } from '@polynas/core/service';
import type { DeclaredShare } from '../config/schema.ts';

type DeclaredDoors = NonNullable<DeclaredShare['doors']>;

function plainDoor({ alias, readOnly }: NonNullable<DeclaredDoors['s3']>): NonNullable<ShareDoors['s3']> {
  return { ...(alias !== undefined && { alias }), ...(readOnly !== undefined && { readOnly }) };
}

/** Doors as the configuration declares them, as core takes them: what is absent there is absent here. */
export function declaredDoors({ nfs, s3, smb, swift }: DeclaredDoors): ShareDoors {
  return {
    ...(nfs && { nfs: { rules: nfs.rules, ...(nfs.alias !== undefined && { alias: nfs.alias }) } }),
    ...(s3 && { s3: plainDoor(s3) }),
    ...(smb && { smb: plainDoor(smb) }),
    ...(swift && { swift: plainDoor(swift) }),
  };
}
