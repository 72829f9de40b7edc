import type { RegistryState, SecretBox } from '@polynas/core';
import { isStorageError } from '@polynas/core/service';
import type { Volume } from '@polynas/core/spi';
import { z } from 'zod';
import { exitCode } from '../cli/exit-code.ts';
import { HeadError } from '../head-error.ts';

const name = z.object({ name: z.string() });
/** As far as a start depends on it: lists of what is named. */
const shape = z.object({
  nextShare: z.int(),
  nextUid: z.int(),
  tenants: z.array(name),
  users: z.array(
    name.extend({ id: z.string(), tenant: z.string(), keys: z.array(z.object({ sealedSecret: z.string() })) }),
  ),
  shares: z.array(
    name.extend({ id: z.int(), tenant: z.string(), volume: z.string(), root: z.string().regex(/^\d{1,20}$/) }),
  ),
});

/**
 * Rejected when a head cannot go on with a registry: it is lost while volumes hold shares, of another version or damaged, or sealed by
 * another head.key. Nothing has been changed then. `state` is `undefined` when there is no registry.
 */
export async function checkRegistry(
  state: RegistryState | undefined,
  parts: {
    readonly path: string;
    readonly volumes: ReadonlyMap<string, Volume>;
    readonly box: Pick<SecretBox, 'open'>;
  },
): Promise<void> {
  const { path, volumes, box } = parts;
  if (state !== undefined) {
    checkShape(state, path);
    checkKey(state, path, box);
  }
  // Users come before shares, so this is no first start that was interrupted.
  if (state !== undefined && state.users.length + state.shares.length > 0) return;
  for (const [volumeName, volume] of volumes) {
    if (!volume.traits.persistent || !(await holdsShares(volume))) continue;
    const what = state === undefined ? 'is missing' : 'is empty';
    throw new HeadError(
      `${path} ${what}, and volume ${volumeName} holds shares that only it knows: restore it from a backup, with the head.key of the same time (to start anew, name another directory for the volume)`,
      exitCode.data,
    );
  }
}

function checkShape(state: RegistryState, path: string): void {
  const version: unknown = state.version;
  if (version !== 1) {
    throw new HeadError(
      `${path} has version ${JSON.stringify(version)}, and this head knows 1: run the version of Polynas that wrote it`,
      exitCode.data,
    );
  }
  const [issue] = shape.safeParse(state).error?.issues ?? [];
  if (issue === undefined) return;
  const place = issue.path.map(String).join('.');
  throw new HeadError(`${path} is damaged (${place}): restore it from a backup`, exitCode.data);
}

/** One damaged secret is its user's trouble; when none opens, the key is another. */
function checkKey(state: RegistryState, path: string, box: Pick<SecretBox, 'open'>): void {
  const sealed = state.users.flatMap((user) => user.keys.map((key) => key.sealedSecret));
  const opens = (secret: string) => {
    try {
      box.open(secret);
      return true;
    } catch (error) {
      if (isStorageError(error, 'corrupt')) return false;
      throw error;
    }
  };
  if (sealed.length === 0 || sealed.some(opens)) return;
  throw new HeadError(
    `${path} was sealed by another head.key than the one that is there: restore both from one backup`,
    exitCode.data,
  );
}

async function holdsShares(volume: Volume): Promise<boolean> {
  const directory = await volume.lookup({}, volume.root, Buffer.from('shares'));
  if (directory === undefined) return false;
  return (await volume.readdir({}, directory.id, 0n, { limit: 1, attributes: false })).entries.length > 0;
}
