import type { Attributes, FileId, Volume } from '@polynas/core/spi';
import type { ModelNode } from './tree-model.ts';

const call = {};

/**
 * All differences between a directory of the volume and the model, one sentence each. `afterCrash`: unstable writes may
 * be lost; else contents must be what readers last saw.
 */
export async function differences(volume: Volume, id: FileId, node: ModelNode, afterCrash: boolean): Promise<string[]> {
  return compareNode(volume, await volume.getattr(call, id), node, afterCrash, '');
}

async function compareNode(
  volume: Volume,
  found: Attributes,
  node: ModelNode,
  afterCrash: boolean,
  path: string,
): Promise<string[]> {
  if (found.type !== node.type) return [`${path} is a ${found.type}, not a ${node.type}`];
  const faults: string[] = [];
  // The top of the comparison is made by the test, not by the model.
  if (path !== '' && found.mode !== node.mode) faults.push(`${path} has mode ${found.mode}, not ${node.mode}`);
  if (node.type !== 'directory' && found.nlink !== node.names)
    faults.push(`${path} has nlink ${found.nlink}, not ${node.names}`);
  faults.push(...(await compareXattrs(volume, found.id, node, path)));
  if (node.type === 'directory') faults.push(...(await compareEntries(volume, found.id, node, afterCrash, path)));
  if (node.type === 'symlink') {
    const target = new TextDecoder().decode(await volume.readlink(call, found.id));
    if (target !== node.target) faults.push(`${path} points to ${target}, not ${node.target}`);
  }
  if (node.type === 'file') {
    const content = await readAll(volume, found);
    if (content.length !== found.size) faults.push(`${path} reads ${content.length} bytes, its size is ${found.size}`);
    const fault = afterCrash ? node.content.objection(content) : different(content, node.content.current);
    if (fault !== undefined) faults.push(`${path}: ${fault}`);
  }
  return faults;
}

async function compareEntries(
  volume: Volume,
  id: FileId,
  node: ModelNode,
  afterCrash: boolean,
  path: string,
): Promise<string[]> {
  const { entries } = await volume.readdir(call, id, 0n, { limit: 4096, attributes: true });
  const found = new Map(entries.map((entry) => [new TextDecoder().decode(entry.name), entry.attributes]));
  const faults: string[] = [];
  for (const name of found.keys()) if (!node.children.has(name)) faults.push(`${path}/${name} should not be there`);
  for (const [name, child] of node.children) {
    const attributes = found.get(name);
    if (attributes === undefined) faults.push(`${path}/${name} is missing`);
    else faults.push(...(await compareNode(volume, attributes, child, afterCrash, `${path}/${name}`)));
  }
  return faults;
}

async function compareXattrs(volume: Volume, id: FileId, node: ModelNode, path: string): Promise<string[]> {
  const names = (await volume.listxattr(call, id)).toSorted();
  const wanted = [...node.xattrs.keys()].toSorted();
  if (names.join() !== wanted.join()) return [`${path} has the xattrs ${names.join()}, not ${wanted.join()}`];
  const faults: string[] = [];
  for (const [name, value] of node.xattrs) {
    const found = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await volume.getxattr(call, id, name));
    if (found !== new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(value))) {
      faults.push(`${path} has another value of ${name}`);
    }
  }
  return faults;
}

async function readAll(volume: Volume, { id, size }: Attributes): Promise<Uint8Array> {
  const handle = await volume.open(call, id, 'read');
  try {
    return (await handle.read(call, 0, size)).bytes;
  } finally {
    await handle.close();
  }
}

function different(found: Uint8Array, wanted: Uint8Array): string | undefined {
  if (found.length !== wanted.length) return `${found.length} bytes, not ${wanted.length}`;
  const at = found.findIndex((byte, index) => byte !== wanted[index]);
  return at < 0 ? undefined : `byte ${at} is ${found[at]}, not ${wanted[at]}`;
}
