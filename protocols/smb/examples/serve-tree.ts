/**
 * A tree in memory, served by SMB 2 and 3: what `smb2-server` needs is files with their opens, the shares, and the users with the hashes of their passwords.
 *
 *     node --conditions=source protocols/smb/examples/serve-tree.ts 4450 secret
 *     smbclient //127.0.0.1/tree -p 4450 -U user%secret
 */
import type { Principal, Share, User } from '@polynas/core/service';
import { createSmbServer, ntHash, type SmbServer, type SmbServices } from 'smb2-server';
import { SHARE } from './memory-node.ts';
import { MemoryTree, ROOT } from './memory-tree.ts';

/** One share, `tree`, and one user, `user`, who may do everything. */
export async function serve(tree: MemoryTree, password: string): Promise<SmbServer> {
  const hash = await ntHash(password);
  const user: User = {
    ...{ id: 'u1', tenant: 'default', name: 'user', uid: 1000, gid: 1000, groups: [] },
    ...{ administrator: false, disabled: false, accessKeys: [] },
  };
  const principal: Principal = { ...user, userId: user.id, superuser: false };
  const share: Share = {
    ...{ id: SHARE, tenant: 'default', name: 'tree', volume: 'memory', root: ROOT, owner: user.id, createdAt: 0 },
    ...{ doors: { smb: {} }, readOnly: false },
  };
  const isUser = (name: string): boolean => name.toLowerCase() === user.name;
  const accounts: SmbServices['accounts'] = {
    tenants: () => [],
    userByName: (_tenant, name) => (isUser(name) ? user : undefined),
    userByUid: (_tenant, uid) => (uid === user.uid ? user : undefined),
    ntCredential: (_tenant, name) => (isUser(name) ? { hash, principal } : undefined),
    principalOf: () => principal,
  };
  const shares: SmbServices['shares'] = {
    list: () => [share],
    byId: (id) => (id === SHARE ? share : undefined),
    byName: (_door, _tenant, name) => (name.toLowerCase() === share.name ? share : undefined),
    nameAt: () => share.name,
  };
  // Nobody is told of changes: clients that watch a directory wait for ever.
  const changes = { subscribe: () => ({ unsubscribe: () => undefined }) };
  const events = { changes } as unknown as SmbServices['events'];
  return createSmbServer({
    services: { files: tree, state: tree, shares, accounts, events },
    observer: { fault: (error) => console.error(error), dropped: () => undefined },
    serverName: 'EXAMPLE',
  });
}

if (import.meta.main) {
  const [port = '4450', password = 'secret'] = process.argv.slice(2);
  const { port: bound } = await (
    await serve(new MemoryTree(), password)
  ).listen({
    host: '127.0.0.1',
    port: Number(port),
  });
  console.log(`serving //127.0.0.1/tree at port ${bound}`);
}
