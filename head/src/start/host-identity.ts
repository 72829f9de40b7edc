import type { HostIdentity } from './first-start.ts';

function positive(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

/**
 * Who the administrator is on this machine: then files on a mount belong to whoever started the head, and need no
 * thought about numbers. Plain root gives nobody: its uid is what squashing is about.
 */
export function hostIdentity(environment: Readonly<Record<string, string | undefined>>): HostIdentity {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0) return { uid, ...(gid !== 0 && { gid }) };
  const caller = positive(environment.SUDO_UID);
  const group = positive(environment.SUDO_GID);
  return {
    ...(caller !== undefined && { uid: caller }),
    ...(caller !== undefined && group !== undefined && { gid: group }),
  };
}
