import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Attributes } from '@polynas/core/spi';
import { describe, expect, test } from 'vitest';
import type { AttributeSource, Known } from '../attributes/attribute-source.ts';
import { XattrCache } from '../xattrs/xattr-cache.ts';
import { KeptName } from './kept-name.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const asked = ['user.a'];
const known = { attributes: { change: 1n, type: 'file' } as Attributes, own: {}, outdated: false } as Known;
const attributes = { now: () => known, round: () => 0 } as unknown as AttributeSource;
const named = (name: string) =>
  new KeptName({ name: new TextEncoder().encode(name), id: 7n, type: 'file', cookie: BigInt(name.length) });

describe('what is remembered of an entry', () => {
  test('xattrsThatGaveWay_takeNoMemoryInTheEntry', async () => {
    const xattrs = new XattrCache(10_000, () => 1n);
    const [kept, another] = [named('a'), named('another name of it')];
    const context = { attributes, xattrs };
    xattrs.add(7n, 1n, 'user.a', new Uint8Array(5000));
    const [first, second] = [kept, another].map((name) => new WeakRef(name.described(context, 0, asked)!.xattrs!));
    expect(second?.deref()?.get('user.a')?.length).toBe(5000);
    xattrs.add(8n, 1n, 'user.a', new Uint8Array(9000));
    await new Promise(setImmediate);
    collect();
    expect([first?.deref(), second?.deref()]).toEqual([undefined, undefined]);
    expect(kept.described(context, 0, asked)).toBeUndefined();
  });
});
