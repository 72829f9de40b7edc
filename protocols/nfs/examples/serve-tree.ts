/**
 * A tree in memory, served by NFSv3: all that `node-nfsd` needs is files, the shares to export and what uids mean.
 *
 *     node --conditions=source protocols/nfs/examples/serve-tree.ts 2049
 *     mount -t nfs -o vers=3,proto=tcp,nolock,port=2049,mountport=2049 127.0.0.1:/tree /mnt
 */
import { randomBytes } from 'node:crypto';
import type { Share } from '@polynas/core/service';
import { createNfsServer, type NfsServer, type NfsServices } from 'node-nfsd';
import { MemoryTree, ROOT, SHARE } from './memory-tree.ts';

/** One share, `/tree`, for clients on this machine; everybody acts as who they say they are. */
export function serve(tree: MemoryTree): NfsServer {
  const rule = {
    access: 'rw',
    squash: 'none',
    anonymousUid: 65534,
    anonymousGid: 65534,
    privilegedPort: false,
  } as const;
  const nfs = { rules: [{ ...rule, clients: '127.0.0.0/8' }] };
  const share: Share = {
    ...{ id: SHARE, tenant: 'default', name: 'tree', volume: 'memory', root: ROOT, owner: '', createdAt: 0 },
    ...{ doors: { nfs }, readOnly: false },
  };
  const shares: NfsServices['shares'] = {
    list: () => [share],
    byId: (id) => (id === SHARE ? share : undefined),
    byName: (_door, _tenant, name) => (name === share.name ? share : undefined),
    nameAt: () => share.name,
  };
  const accounts: NfsServices['accounts'] = {
    unixPrincipal: (tenant, uid, gid, groups) => ({
      name: `uid ${uid}`,
      tenant,
      uid,
      gid,
      groups,
      superuser: uid === 0,
    }),
  };
  return createNfsServer({
    services: { files: tree, shares, accounts },
    // A server that outlives a restart keeps its key.
    handleKey: randomBytes(32),
    observer: { fault: (error) => console.error(error), dropped: () => undefined },
  });
}

if (import.meta.main) {
  const { nfs } = await serve(new MemoryTree()).listen({ host: '127.0.0.1', port: Number(process.argv[2] ?? 2049) });
  console.log(`serving /tree at 127.0.0.1:${nfs.port}`);
}
