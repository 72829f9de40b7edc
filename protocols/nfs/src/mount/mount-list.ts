import type { Mountbody } from '../xdr/mount.ts';
import { segmentsOf } from './export-path.ts';

/**
 * Who has mounted what, for DUMP (RFC 1813 §5.2.2). It is hearsay: clients that vanish say no UMNT, so nothing may depend on it;
 * and it is bounded: the oldest entries go.
 */
export class MountList {
  private readonly limit: number;
  private readonly entries = new Map<string, Mountbody>();

  /** @param limit entries */
  constructor(limit: number = 1024) {
    this.limit = limit;
  }

  /** What one client has mounted. */
  of(client: string): readonly Mountbody[] {
    const prefix = `${client} `;
    return [...this.entries].flatMap(([key, entry]) => (key.startsWith(prefix) ? entry : []));
  }

  add(client: string, directory: Uint8Array): void {
    const key = keyOf(client, directory);
    this.entries.delete(key);
    // A copy: the directory is a window of the receive buffer.
    this.entries.set(key, { mlHostname: Buffer.from(client), mlDirectory: plainPath(directory) });
    const oldest = this.entries.keys().next();
    if (this.entries.size > this.limit && oldest.done !== true) this.entries.delete(oldest.value);
  }

  remove(client: string, directory: Uint8Array): void {
    this.entries.delete(keyOf(client, directory));
  }

  removeAll(client: string): void {
    const prefix = `${client} `;
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }
}

/** Without slashes that mean nothing: clients mount with them and unmount without. */
function plainPath(directory: Uint8Array): Uint8Array {
  const segments = segmentsOf(directory) ?? [];
  return Buffer.from(`/${segments.map((segment) => Buffer.from(segment).toString('latin1')).join('/')}`, 'latin1');
}

function keyOf(client: string, directory: Uint8Array): string {
  return `${client} ${Buffer.from(plainPath(directory)).toString('latin1')}`;
}
