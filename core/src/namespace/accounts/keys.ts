import type { RandomSource } from '../../clock.ts';
import type { AccessKey } from '../../service/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { RegistryState } from '../registry/state.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An id of 20 capitals and digits, a secret of 40 characters of base64url: what tools for AWS expect to see. */
export function newKey(random: RandomSource): AccessKey {
  const id = Array.from(random(18), (byte) => letters.charAt(byte & 31)).join('');
  return { id: `PN${id}`, secret: Buffer.from(random(30)).toString('base64url') };
}

/** Ids stand in the credential scope of a signature, whose parts a slash separates (SigV4); secrets are typed and pasted. */
export function checkKey(state: RegistryState, key: AccessKey): void {
  if (!/^[\w.:@=+-]{3,128}$/.test(key.id)) {
    throw new StorageError('invalid', 'an access key’s id has 3–128 letters, digits and _.:@=+-');
  }
  if (!/^[\x21-\x7e]{8,256}$/.test(key.secret)) {
    throw new StorageError('invalid', 'an access key’s secret has 8–256 printable ASCII characters');
  }
  for (const user of state.users) {
    if (user.keys.some((other) => other.id === key.id)) throw new StorageError('exists', `access key ${key.id}`);
  }
}
