import { HeadError } from '../head-error.ts';
import type { AdminClient } from './admin-client.ts';
import type { ShareAnswer, UserAnswer } from './answers.ts';
import { exitCode } from './exit-code.ts';

const query = (tenant: string) => `?tenant=${encodeURIComponent(tenant)}`;

export async function findUser(client: AdminClient, tenant: string, name: string): Promise<UserAnswer> {
  const { users } = await client.ask<{ users: readonly UserAnswer[] }>('GET', `/v1/users${query(tenant)}`);
  const found = users.find((user) => user.name.toLowerCase() === name.toLowerCase());
  if (!found) throw new HeadError(`tenant ${tenant} has no user ${name}`, exitCode.notFound);
  return found;
}

export async function findShare(client: AdminClient, tenant: string, name: string): Promise<ShareAnswer> {
  const { shares } = await client.ask<{ shares: readonly ShareAnswer[] }>('GET', `/v1/shares${query(tenant)}`);
  const found = shares.find((share) => share.name.toLowerCase() === name.toLowerCase());
  if (!found) throw new HeadError(`tenant ${tenant} has no share ${name}`, exitCode.notFound);
  return found;
}

export const userPath = (id: string) => `/v1/users/${encodeURIComponent(id)}`;
