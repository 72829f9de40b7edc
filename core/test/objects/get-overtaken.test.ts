import { expect, it } from 'vitest';
import type { Volume } from '../../src/spi/index.ts';
import { changedCalls, nothingAtHand } from '../changed-calls.ts';
import { bodyOf, codeOf, contentOf, makeObjectWorld, plain, s3 } from './object-world.ts';

it.each(['swap', 'rename'] as const)(
  'an object that is put anew whenever it is about to be read is never said to be missing: %s',
  async (replace) => {
    let again = 0;
    const wrap = (volume: Volume): Volume =>
      changedCalls(volume, {
        ...nothingAtHand,
        getxattr: async (call, id, name) => {
          const bytes = await volume.getxattr(call, id, name);
          const times = again;
          again = 0;
          // The record tells what is about to be read: by then it is another content.
          if (times > 0 && name === 'trusted.polynas.object') {
            await world.objects.put(s3, 1, 'k', bodyOf(`new ${times}`), plain);
          }
          again = times - (name === 'trusted.polynas.object' ? 1 : 0);
          return bytes;
        },
      });
    const world = await makeObjectWorld({ wrap, traits: { replace } });
    const { objects } = world;
    await objects.put(s3, 1, 'k', bodyOf('first'), plain);
    again = Infinity;
    expect(await codeOf(contentOf(objects, 'k'))).toBe('tryLater');
    again = 5;
    expect((await contentOf(objects, 'k')).toString()).toMatch(/^new /);
  },
);
