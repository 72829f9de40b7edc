import type { ShareDoors } from '@polynas/core/service';
import type { DeclaredShare } from '../config/schema.ts';

/** Doors as the configuration declares them, as core takes them: what is absent there is absent here. */
export function declaredDoors(doors: NonNullable<DeclaredShare['doors']>): ShareDoors {
  const { nfs, s3 } = doors;
  return {
    ...(nfs && { nfs: { rules: nfs.rules, ...(nfs.alias !== undefined && { alias: nfs.alias }) } }),
    ...(s3 && {
      s3: {
        ...(s3.alias !== undefined && { alias: s3.alias }),
        ...(s3.readOnly !== undefined && { readOnly: s3.readOnly }),
      },
    }),
  };
}
