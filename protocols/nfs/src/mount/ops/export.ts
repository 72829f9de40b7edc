import type { CallContext } from '../../rpc/program.ts';
import type { Exports } from '../../xdr/mount.ts';
import type { MountTree } from '../mount-tree.ts';

/** RFC 1813 §5.2.5. */
export async function exports(tree: MountTree, call: CallContext): Promise<Exports> {
  const paths = await tree.exports(call);
  return paths.map(({ path, groups }) => ({ exDir: path, exGroups: groups.map((grName) => ({ grName })) }));
}
