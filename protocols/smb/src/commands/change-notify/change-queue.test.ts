import type { ChangeEvent, Name } from '@polynas/core/service';
import { expect, it } from 'vitest';
import { NotifyAction as A } from '../../information/notify.ts';
import { CompletionFilter as F } from '../../messages/change-notify.ts';
import { ChangeQueue, type ChangeQueueParts } from './change-queue.ts';

const TOP = 1n;

/** A queue that watches directory 1 of share 7, with what may be wanted otherwise. */
function watch(parts: Partial<ChangeQueueParts> = {}) {
  const listeners = new Set<(event: ChangeEvent) => void>();
  let over = 0;
  const changes = {
    subscribe(listener: (event: ChangeEvent) => void) {
      listeners.add(listener);
      return { unsubscribe: () => listeners.delete(listener) };
    },
  };
  const queue = new ChangeQueue({
    events: { changes } as never,
    share: 7,
    directory: TOP,
    tree: true,
    filter: F.FILE_NAME | F.DIR_NAME,
    capacity: 4096,
    pathTo: (directory) => Promise.resolve([Buffer.from(`dir-${directory}`)]),
    over: () => (over += 1),
    ...parts,
  });
  const emit = (event: Partial<ChangeEvent> & { readonly at?: number }): void => {
    for (const listener of listeners) listener(made(event));
  };
  return { queue, emit, listeners, overs: () => over };
}

function made(event: Partial<ChangeEvent>): ChangeEvent {
  const rest = { door: 'nfs', client: '', principal: '', at: 0 } as const;
  const what = { share: 7, kind: 'created', file: 99n, isDirectory: false, directory: TOP } as const;
  return { ...what, name: Buffer.from('name'), ...rest, ...event };
}

const named = (name: string, directory = TOP) => ({ name: Buffer.from(name), directory });
const settle = async (): Promise<void> => {
  for (let step = 0; step < 40; step += 1) await Promise.resolve();
};
const none = new AbortController().signal;

it('keeps the order while places are looked for', async () => {
  const waiting: ((path: readonly Name[]) => void)[] = [];
  const { queue, emit } = watch({ pathTo: () => new Promise((resolve) => waiting.push(resolve)) });
  emit(named('deep', 2n));
  emit(named('near'));
  emit(named('deeper', 3n));
  await settle();
  expect(queue.take()).toBeUndefined();
  waiting.shift()!([Buffer.from('two')]);
  await settle();
  waiting.shift()!([Buffer.from('two'), Buffer.from('three')]);
  await settle();
  expect(queue.take()).toEqual([
    { action: A.ADDED, fileName: 'two\\deep' },
    { action: A.ADDED, fileName: 'near' },
    { action: A.ADDED, fileName: 'two\\three\\deeper' },
  ]);
});

it('passes over other shares, other places, and what was not asked for', async () => {
  const { queue, emit } = watch({ pathTo: () => Promise.resolve(undefined) });
  emit({ share: 8 });
  emit(named('elsewhere', 5n));
  emit({ kind: 'written' });
  emit({ directory: undefined as never, name: undefined as never });
  await settle();
  expect(queue.take()).toBeUndefined();
  const flat = watch({ tree: false });
  flat.emit(named('below', 2n));
  flat.emit(named('here'));
  await settle();
  expect(flat.queue.take()).toEqual([{ action: A.ADDED, fileName: 'here' }]);
});

it('asks for the path of a directory once, until one moves', async () => {
  const asked: bigint[] = [];
  const { queue, emit } = watch({
    pathTo: (directory) => {
      asked.push(directory);
      return Promise.resolve(directory === 9n ? undefined : [Buffer.from(`dir-${asked.length}`)]);
    },
  });
  emit(named('a', 2n));
  await settle();
  emit(named('b', 2n));
  emit(named('out', 9n));
  await settle();
  emit(named('out', 9n));
  emit({ kind: 'renamed', isDirectory: true, ...named('old', 9n), toDirectory: 9n, toName: Buffer.from('new') });
  emit(named('c', 2n));
  await settle();
  expect(asked).toEqual([2n, 9n, 9n, 2n]);
  expect(queue.take()).toMatchObject([{ fileName: 'dir-1\\a' }, { fileName: 'dir-1\\b' }, { fileName: 'dir-4\\c' }]);
});

it('knows a file again that is written by its number', () => {
  const { queue, emit } = watch({ filter: F.FILE_NAME | F.LAST_WRITE });
  const number = { kind: 'written', directory: undefined as never, name: undefined as never } as const;
  emit({ file: 5n, ...number });
  emit({ file: 5n, ...named('made') });
  emit({ file: 5n, ...number });
  emit({ kind: 'renamed', file: 5n, ...named('made'), toDirectory: TOP, toName: Buffer.from('moved') });
  emit({ file: 5n, ...number });
  emit({ kind: 'removed', file: 5n, ...named('moved') });
  emit({ file: 5n, ...number });
  expect(queue.take()).toEqual([
    { action: A.ADDED, fileName: 'made' },
    { action: A.MODIFIED, fileName: 'made' },
    { action: A.RENAMED_OLD_NAME, fileName: 'made' },
    { action: A.RENAMED_NEW_NAME, fileName: 'moved' },
    { action: A.MODIFIED, fileName: 'moved' },
    { action: A.REMOVED, fileName: 'moved' },
  ]);
});

it('tells the same once', () => {
  const { queue, emit } = watch({ filter: F.LAST_WRITE });
  for (let write = 0; write < 5; write += 1) emit({ kind: 'written' });
  expect(queue.take()).toEqual([{ action: A.MODIFIED, fileName: 'name' }]);
});

it('is bounded: by bytes, by places that are looked for, and where a place cannot be found', async () => {
  const bytes = watch({ capacity: 60 });
  bytes.emit(named('first'));
  bytes.emit(named('second'));
  bytes.emit(named('third'));
  expect(bytes.queue.take()).toBe('overflow');
  bytes.emit(named('fourth'));
  expect(bytes.queue.take()).toEqual([{ action: A.ADDED, fileName: 'fourth' }]);
  const places = watch({ pathTo: () => new Promise(() => undefined) });
  for (let event = 0; event < 1025; event += 1) places.emit(named('deep', 2n));
  expect(places.queue.take()).toBe('overflow');
  const lost = watch({ pathTo: () => Promise.reject(new Error('gone')) });
  lost.emit(named('deep', 2n));
  await settle();
  expect(lost.queue.take()).toBe('overflow');
});

it('wakes who waits in turn, and forgets who gave up', async () => {
  const { queue, emit } = watch();
  const woken: string[] = [];
  const leaving = new AbortController();
  const left = queue.wait(leaving.signal).catch(() => woken.push('left'));
  const first = queue.wait(none).then(() => woken.push('first'));
  const second = queue.wait(none).then(() => woken.push('second'));
  leaving.abort();
  await left;
  emit(named('one'));
  await first;
  expect(woken).toEqual(['left', 'first']);
  queue.close();
  await second;
  expect(woken).toEqual(['left', 'first', 'second']);
});

it('ends with its directory or its open, once', async () => {
  const { queue, emit, listeners, overs } = watch();
  emit(named('before'));
  emit({ kind: 'removed', file: TOP, isDirectory: true, ...named('itself', 0n) });
  await settle();
  expect(queue.take()).toBe('deleted');
  expect(listeners.size).toBe(0);
  queue.close();
  expect(queue.take()).toBe('deleted');
  expect(overs()).toBe(1);
  expect(queue.isOver).toBe(true);
});
