import type { VolumeContext } from '../context.ts';
import type { Known } from '../attributes/attribute-source.ts';
import type { Mount } from '../native/mount-api.ts';
import type { Stay } from './rooms.ts';

/** Leave to rename over a name. */
export interface TakeOver {
  /** The client to make the rename with, when it is not the directory's own. */
  readonly through: Mount | undefined;
  /** The rename has been answered. */
  readonly renamed: () => void;
  /** Gives the error back, once nothing more can come of what that client was asked for: where it was evicted, the next one has ended its session (`over-lives.ts`). */
  readonly failed: (error: unknown) => Promise<unknown>;
  /** And what it did is in the journal. */
  readonly end: () => void;
}

const itself = async (error: unknown): Promise<unknown> => error;
const nothing: TakeOver = { through: undefined, renamed: () => undefined, failed: itself, end: () => undefined };

/**
 * Before a rename over a name of `target`. When such a rename has reached the journal, libcephfs takes *all* names that it knows of the file that was taken over for gone, those
 * that are left as well, in directories that it thinks it knows whole: look-ups and listings of its process lack them, until the directory is changed by somebody else (seen
 * with 16.2; an unlink does not do it). So names of a file that has several are taken over by a client of its own, through which nobody looks: ours is told
 * by the MDS what changed, like any other one. One at a time, journalled before the next, so that none finds what another one forgot.
 */
export async function takeOver(context: VolumeContext, target: Known | undefined): Promise<TakeOver> {
  if (target === undefined || target.attributes.type === 'directory') return nothing;
  const { attributes, locks, mounts } = context;
  const { id } = target.attributes;
  const stays: Stay[] = [];
  const leave = (): void => {
    for (const stay of stays.splice(0).reverse()) stay.leave();
  };
  try {
    // Until it is renamed over, it gets no other name.
    stays.push(await locks.files.enter(id));
    const nlink = attributes.now(id)?.attributes.nlink ?? (await attributes.get({}, id)).attributes.nlink;
    if (nlink <= 1) return { through: undefined, renamed: leave, failed: itself, end: leave };
    stays.push(await locks.takeOvers.enter('volume'));
    const through = await mounts.overwriter();
    const failed = async (error: unknown): Promise<unknown> => {
      if (!through.alive) await mounts.overwriter();
      return error;
    };
    return { through, renamed: () => undefined, failed, end: leave };
  } catch (error) {
    leave();
    throw error;
  }
}
