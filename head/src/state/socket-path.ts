import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Bytes of a path that a Unix socket address holds (sun_path, with its NUL). */
const addressBytes = 107;

/**
 * A path for a Unix socket that fits its address. A longer one goes through a descriptor of its directory
 * (`/proc/self/fd/…`), which `release` closes once the socket is bound or connected.
 */
export function socketPath(path: string): { readonly path: string; release(): void } {
  if (Buffer.byteLength(path) <= addressBytes) return { path, release: () => undefined };
  const directory = openSync(dirname(path), 'r');
  let open = true;
  return {
    path: `/proc/self/fd/${directory}/${basename(path)}`,
    release: () => {
      if (open) closeSync(directory);
      open = false;
    },
  };
}
