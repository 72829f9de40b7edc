import { users, type DeclaredUser } from '../head/declared.ts';

export const operations = ['read', 'write', 'create', 'rename', 'delete', 'list'] as const;
export type Operation = (typeof operations)[number];

/** The group that alice's folders belong to; bob is in it, carol is not. */
export const staff = 2000;
export const folderModes = [0o777, 0o770, 0o750, 0o755, 0o700, 0o555, 0o733] as const;
export const fileModes = [0o644, 0o664, 0o600, 0o444, 0o711] as const;

export interface MatrixCase {
  readonly user: DeclaredUser;
  readonly folderMode: number;
  readonly fileMode: number;
}

export const folderOf = ({ folderMode, fileMode }: MatrixCase): string =>
  `d${folderMode.toString(8)}-f${fileMode.toString(8)}`;

/** The file of a case that an operation is tried on: one for each, so that none stands in the way of another. */
export const fileOf = (one: MatrixCase, operation: Operation, door: string): string =>
  `${folderOf(one)}/${one.user.name}-${operation}-${door}`;

export function matrix(): MatrixCase[] {
  return users.flatMap((user) =>
    folderModes.flatMap((folderMode) => fileModes.map((fileMode) => ({ user, folderMode, fileMode }))),
  );
}

/** What POSIX allows to a user on alice's file in alice's folder, both of the group `staff`. */
export function allowed({ user, folderMode, fileMode }: MatrixCase): Record<Operation, boolean> {
  const shift = user.name === 'alice' ? 6 : user.name === 'bob' ? 3 : 0;
  const folder = (bits: number): boolean => ((folderMode >> shift) & bits) === bits;
  const file = (bits: number): boolean => ((fileMode >> shift) & bits) === bits;
  const change = folder(3);
  return {
    read: folder(1) && file(4),
    write: folder(1) && file(2),
    create: change,
    rename: change,
    delete: change,
    list: folder(4),
  };
}
