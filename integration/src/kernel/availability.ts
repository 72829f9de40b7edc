import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { endWithDescendants, runProgram } from './children.ts';

/** Directory where Debian's `user-mode-linux` keeps its kernel modules, one folder per release. */
export const umlModules = '/usr/lib/uml/modules';

/** Whether the kernel-client guest can run here; `unavailable` holds the reason in words when it cannot. */
export interface Availability {
  readonly unavailable: string | undefined;
}

const programs: readonly (readonly [program: string, debianPackage: string])[] = [
  ['linux.uml', 'user-mode-linux'],
  ['gcc', 'gcc'],
  ['mmdebstrap', 'mmdebstrap'],
  ['ip', 'iproute2'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['setpriv', 'util-linux'],
];

/** Looks at the machine only; changes nothing and needs no network. */
export function probeAvailability(): Availability {
  if (process.platform !== 'linux') return { unavailable: `needs Linux, not ${process.platform}` };
  if (process.arch !== 'x64')
    return { unavailable: `Debian has User Mode Linux for x64 only, not for ${process.arch}` };
  if (process.getuid?.() !== 0) return { unavailable: 'needs root (namespaces, taps, guest root)' };
  for (const [program, debianPackage] of programs) {
    if (!onPath(program)) return { unavailable: `program ${program} is missing (apt-get install ${debianPackage})` };
  }
  if (!existsSync(umlModules)) return { unavailable: `${umlModules} is missing (apt-get install user-mode-linux)` };
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    return { unavailable: '/dev/net/tun is missing or not accessible' };
  }
  // A tap is made too: containers often allow the namespace but not the device.
  const tap = ['ip', 'tuntap', 'add', 'kt0', 'mode', 'tap'];
  try {
    runProgram(['unshare', '--net', '--', ...endWithDescendants, ...tap]);
  } catch (error) {
    return { unavailable: `private namespaces with a tap are not allowed here: ${(error as Error).message}` };
  }
  return { unavailable: undefined };
}

function onPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter).concat('/usr/sbin', '/sbin');
  return folders.some((folder) => existsSync(join(folder, program)));
}
