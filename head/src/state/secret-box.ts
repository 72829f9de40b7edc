import { StorageError } from '@polynas/core/service';
import type { Sealer } from './sealer.ts';

/** Secrets that have to be had back (access keys: signatures are made with them), sealed for the registry. */
export function secretBox(sealer: Sealer): { seal(secret: string): string; open(sealed: string): string } {
  const purpose = 'registry secret';
  return {
    seal: (secret) => sealer.seal(secret, purpose),
    open: (sealed) => {
      const secret = sealer.open(sealed, purpose);
      if (secret === undefined)
        throw new StorageError('corrupt', 'a secret of the registry was not sealed by this head.key');
      return secret;
    },
  };
}
