import { describe, expect, it, vi } from 'vitest';
import { CephError } from './ceph-error.ts';
import type { Client } from './client.ts';
import { Session } from './session.ts';

/** A client that answers which capabilities it has, when the test lets it. */
function sessionOf(lockStands: () => Promise<boolean>) {
  const looks: PromiseWithResolvers<number>[] = [];
  const failures: number[] = [];
  const client = {
    alive: true,
    call: () => {
      const look = Promise.withResolvers<number>();
      looks.push(look);
      return look.promise;
    },
    failed: (errno: number, call: string) => {
      failures.push(errno);
      return new CephError(errno, call);
    },
  };
  const session = new Session(client as unknown as Client, { fd: 3, alone: false, lockStands });
  return { session, looks, failures };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('whether a session is unbroken', () => {
  it('is known from the capabilities; who asks meanwhile shares the next look', async () => {
    const lockStands = vi.fn<() => Promise<boolean>>();
    const { session, looks } = sessionOf(lockStands);
    const first = session.expectUnbroken();
    const [second, third] = [session.expectUnbroken(), session.expectUnbroken()];
    expect(looks).toHaveLength(1);
    looks[0]?.resolve(0xff);
    await first;
    await turn();
    expect(looks).toHaveLength(2);
    looks[1]?.resolve(0xff);
    await Promise.all([second, third]);
    expect(looks).toHaveLength(2);
    expect(lockStands).not.toHaveBeenCalled();
    session.end();
  });

  it('is asked of the metadata server when the capabilities are gone', async () => {
    const { session, looks, failures } = sessionOf(() => Promise.resolve(true));
    const asked = session.expectUnbroken();
    looks[0]?.resolve(1);
    await asked;
    expect(failures).toEqual([]);
    session.end();
  });

  it.each([
    ['is gone', () => Promise.resolve(false)],
    ['cannot be spoken of', () => Promise.reject(new CephError(5, 'ceph_ll_getlk'))],
  ])('is denied when the lock %s', async (_what, lockStands) => {
    const { session, looks, failures } = sessionOf(lockStands);
    const asked = session.expectUnbroken();
    const next = session.expectUnbroken();
    looks[0]?.resolve(0);
    await expect(asked).rejects.toMatchObject({ errno: 108 });
    await turn();
    looks[1]?.reject(new CephError(108, 'ended'));
    await expect(next).rejects.toMatchObject({ errno: 108 });
    expect(failures).toEqual([108]);
    session.end();
  });
});
