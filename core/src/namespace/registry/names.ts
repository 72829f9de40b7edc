import { StorageError } from '../../spi/index.ts';

/** Names of tenants and users are equal without regard to case, in any script. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Names of shares are equal without regard to ASCII case (`Share.name`). */
export function foldAscii(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** They stand in paths and addresses: `/@tenant/name`, `tenant:bucket`, `AUTH_tenant`. */
export function checkTenantName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) {
    throw new StorageError('badName', 'a tenant’s name has 1–63 letters, digits, dots, hyphens or underscores');
  }
}

/** What Windows refuses in account names (MS-SAMR 3.1.1.6) stays out, and what separates names elsewhere. */
export function checkUserName(name: string): void {
  const forbidden = /[\p{Cc}\p{Cs}"/\\[\]:;|=,+*?<>@]/u;
  if (name.length === 0 || name.length > 64 || forbidden.test(name) || name.trim() !== name || /^\.+$/.test(name)) {
    throw new StorageError('badName', 'a user’s name has 1–64 characters, none of "/\\[]:;|=,+*?<>@');
  }
}

export function checkShareName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes > 255) throw new StorageError('nameTooLong', 'a share’s name has at most 255 bytes');
  if (bytes === 0 || /[\p{Cc}\p{Cs}/]/u.test(name) || name === '.' || name === '..') {
    throw new StorageError('badName', 'a share’s name has no slash and no control characters');
  }
}
