import { createHash } from 'node:crypto';
import type { MemoryVolumeOptions } from '@polynas/backend-memory';
import { SystemDirectories } from '../../src/namespace/system-directory.ts';
import { createObjectService } from '../../src/objects/index.ts';
import type { ContentHasher, Objects } from '../../src/objects/index.ts';
import { parseKey } from '../../src/namespace/keys.ts';
import type { Caller, ObjectBody, ObjectError, ObjectMetadata } from '../../src/service/index.ts';
import type { FileId, Volume } from '../../src/spi/index.ts';
import { caller } from '../../src/test/callers.ts';
import type { World } from '../world.ts';
import { makeWorld, text } from '../world.ts';

export const s3: Caller = caller(0, { door: 's3', stateless: false });
export const user = (uid: number, groups: readonly number[] = []): Caller =>
  caller(
    { userId: `u${uid}`, name: `user${uid}`, tenant: 'default', uid, gid: uid, groups, superuser: false },
    {
      door: 's3',
      stateless: false,
    },
  );
export const plain: ObjectMetadata = { headers: { 'content-type': 'text/plain' }, user: { colour: 'red' } };

export interface ObjectWorld extends World {
  readonly objects: Objects;
  /** Another service over the same volume: what a restart finds. */
  restarted(): Objects;
}

let counter = 0;
const random = (length: number): Uint8Array => {
  counter += 1;
  return createHash('sha512').update(String(counter)).digest().subarray(0, length);
};

export async function makeObjectWorld(
  options: MemoryVolumeOptions & {
    readonly wrap?: (volume: Volume) => Volume;
    readonly minimumPartSize?: number;
    readonly contentHasher?: ContentHasher;
  } = {},
): Promise<ObjectWorld> {
  const world = await makeWorld(options);
  const shares = { list: () => world.parts.mounts.all().map(({ share }) => share) };
  const make = (): Objects =>
    createObjectService({
      ...world.parts,
      system: new SystemDirectories(world.parts.handles, random, (error) => world.reported.push(error)),
      shares,
      random,
      report: (error) => world.reported.push(error),
      ...(options.contentHasher !== undefined && { contentHasher: options.contentHasher }),
      ...(options.minimumPartSize !== undefined && { minimumPartSize: options.minimumPartSize }),
    });
  return { ...world, objects: make(), restarted: make };
}

/** A body in pieces. Each is overwritten when the next one is asked for, as a socket's buffer would be. */
export function bodyOf(content: string | Uint8Array, piece = 7): ObjectBody {
  const bytes = typeof content === 'string' ? text(content) : content;
  let at = 0;
  let given: Uint8Array | undefined;
  return {
    length: bytes.length,
    async read() {
      given?.fill(0x58);
      if (at >= bytes.length) return undefined;
      given = Uint8Array.from(bytes.subarray(at, at + piece));
      at += piece;
      return given;
    },
  };
}

export async function contentOf(objects: Objects, key: string, who: Caller = s3, share = 1): Promise<Buffer> {
  const reader = await objects.get(who, share, key);
  const chunks: Uint8Array[] = [];
  try {
    for (let at = 0; at < reader.info.size;) {
      const bytes = await reader.read(at, 65_536);
      chunks.push(Uint8Array.from(bytes));
      at += bytes.length;
    }
  } finally {
    await reader.close();
  }
  return Buffer.concat(chunks);
}

export const md5 = (content: string | Uint8Array): string => createHash('md5').update(content).digest('hex');

export async function keysOf(objects: Objects, who: Caller = s3, prefix = '', delimiter = ''): Promise<string[]> {
  const keys: string[] = [];
  for (let after = ''; ;) {
    const page = await objects.list(who, 1, { prefix, delimiter, after, limit: 1000 });
    keys.push(...page.items.map((item) => (item.kind === 'object' ? item.object.key : item.prefix)));
    if (page.next === undefined) return keys;
    after = page.next;
  }
}

/** Every path of the share as other doors see it, directories with a slash behind; without core's own. */
export async function treeOf(world: World): Promise<string[]> {
  const paths: string[] = [];
  const below = async (directory: FileId, prefix: string): Promise<void> => {
    const { entries } = await world.volume.readdir({}, directory, 0n, { limit: 4096, attributes: false });
    for (const { name, id, type } of entries) {
      const path = prefix + Buffer.from(name).toString();
      if (path === '.polynas') continue;
      paths.push(type === 'directory' ? `${path}/` : path);
      if (type === 'directory') await below(id, `${path}/`);
    }
  };
  await below(world.top.id, '');
  return paths.sort();
}

/** What lies in the share's system directory. */
export async function leftovers(world: World): Promise<string[]> {
  const found: string[] = [];
  const below = async (directory: FileId, prefix: string): Promise<void> => {
    const { entries } = await world.volume.readdir({}, directory, 0n, { limit: 4096, attributes: false });
    for (const { name, id, type } of entries) {
      found.push(prefix + Buffer.from(name).toString());
      if (type === 'directory') await below(id, `${prefix}${Buffer.from(name).toString()}/`);
    }
  };
  const system = await world.volume.lookup({}, world.top.id, text('.polynas'));
  await below(system!.id, '');
  // What the parts of an upload are written into goes with it.
  return found.filter((path) => path !== 'uploads' && path !== 'completed' && !/^uploads\/[^/]+\/content$/.test(path));
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    return (error as ObjectError).code ?? String(error);
  }
}

/** The file or directory at a path of names. */
export async function idAt(world: World, path: string): Promise<FileId> {
  let id = world.top.id;
  const { directories, last } = parseKey(path);
  for (const name of [...directories, last]) {
    const found = await world.volume.lookup({}, id, text(name));
    if (found === undefined) throw new Error(`no ${path}`);
    id = found.id;
  }
  return id;
}
