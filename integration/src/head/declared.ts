import { createHash } from 'node:crypto';

export interface DeclaredUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups?: readonly number[];
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The kernel guest has the same users under the same numbers. */
export const users: readonly DeclaredUser[] = [
  { name: 'alice', uid: 1000, gid: 1000 },
  { name: 'bob', uid: 1001, gid: 1001 },
  { name: 'carol', uid: 1002, gid: 1002 },
];

/** Everybody may do everything; root of a client is root, as tests of permissions need it. */
export const openShare = {
  name: 'files',
  owner: 'alice',
  mode: '0777',
  doors: { nfs: { rules: [{ clients: '*', access: 'rw', squash: 'none' }] }, s3: {}, smb: {}, swift: {} },
};

/** Each user's access key, the same in each run: nothing outside of a test's own head knows it. */
export function keyOf(user: string): AccessKey {
  const digest = createHash('sha256').update(`key of ${user}`).digest('hex');
  return { accessKeyId: digest.slice(0, 20).toUpperCase(), secretAccessKey: digest.slice(20, 60) };
}

/** Each user's password, for SMB and Swift; the same in each run. */
export function passwordOf(user: string): string {
  return createHash('sha256').update(`password of ${user}`).digest('hex').slice(0, 24);
}

export function declaredUser(user: DeclaredUser): object {
  const { accessKeyId, secretAccessKey } = keyOf(user.name);
  const password = passwordOf(user.name);
  return { ...user, password, keys: [{ id: accessKeyId, secret: secretAccessKey }] };
}
