import type { FileHandle, Volume } from '@polynas/core/spi';

/** Calls of a volume that answer with a promise. */
export const volumeMethods = [
  'statfs',
  'lookup',
  'getattr',
  'parent',
  'setattr',
  'create',
  'mkdir',
  'mknod',
  'symlink',
  'readlink',
  'link',
  'unlink',
  'rmdir',
  'rename',
  'replace',
  'publish',
  'readdir',
  'listByName',
  'getxattr',
  'listxattr',
  'setxattr',
  'removexattr',
  'open',
] as const satisfies readonly (keyof Volume)[];

/** Calls of a handle that answer with a promise, but `close`, which gives up what must not be kept. */
export const handleMethods = [
  'read',
  'write',
  'sync',
  'allocate',
  'punch',
  'seek',
] as const satisfies readonly (keyof FileHandle)[];

/** Calls of the optional groups that answer with a promise. */
export const groupMethods = {
  clone: ['ranges'],
  records: ['get', 'range', 'set'],
  snapshots: ['create', 'list', 'remove'],
  quota: ['get', 'set'],
  leases: ['acquire'],
  locks: ['lock'],
} as const satisfies { readonly [Group in keyof Volume]?: readonly string[] };

export type MethodName =
  | (typeof volumeMethods)[number]
  | `handle.${(typeof handleMethods)[number]}`
  | {
      [Group in keyof typeof groupMethods]: `${Group}.${(typeof groupMethods)[Group][number]}`;
    }[keyof typeof groupMethods];

/** Runs a call in another way: `run` does it. */
export type Around = (method: MethodName, run: () => Promise<unknown>, call: readonly unknown[]) => Promise<unknown>;

/** Runs a call that answers without waiting: may throw, or give `undefined` so that callers fall back to the other. */
export type AroundNow = (method: 'lookupNow' | 'getattrNow' | 'readNow', run: () => unknown) => unknown;

export interface Wrapping {
  readonly around: Around;
  readonly now?: AroundNow;
  /** Overrides of plain members, such as `traits`. */
  readonly members?: Partial<Volume>;
}

type Methods = Record<string, (...parameters: never[]) => unknown>;

/**
 * A volume whose calls all run through `around`. Methods and groups that `volume` lacks are absent here too, and what
 * is not a call (traits, root, epoch, status) is passed on.
 */
export function wrapped(volume: Volume, { around, now, members }: Wrapping): Volume {
  const result: Record<string, unknown> = {
    traits: volume.traits,
    root: volume.root,
    epoch: () => volume.epoch(),
    status: () => volume.status(),
    close: () => volume.close(),
  };
  if (volume.watch !== undefined) result['watch'] = volume.watch;
  for (const method of volumeMethods) {
    const bound = volume[method]?.bind(volume) as ((...call: unknown[]) => Promise<unknown>) | undefined;
    if (bound === undefined) continue;
    result[method] =
      method === 'open'
        ? async (...call: unknown[]) =>
            wrappedHandle((await around('open', () => bound(...call), call)) as FileHandle, around, now)
        : (...call: unknown[]) => around(method, () => bound(...call), call);
  }
  for (const method of ['lookupNow', 'getattrNow'] as const) {
    const bound = volume[method]?.bind(volume) as ((...call: unknown[]) => unknown) | undefined;
    if (bound === undefined) continue;
    result[method] = now === undefined ? bound : (...call: unknown[]) => now(method, () => bound(...call));
  }
  for (const group of Object.keys(groupMethods) as (keyof typeof groupMethods)[]) {
    const of = volume[group] as Methods | undefined;
    if (of !== undefined) result[group] = wrappedGroup(group, of, around);
  }
  return { ...result, ...members } as unknown as Volume;
}

function wrappedGroup(group: keyof typeof groupMethods, of: Methods, around: Around): Methods {
  const result: Methods = {};
  for (const method of groupMethods[group]) {
    result[method] = (...call: unknown[]) =>
      around(
        `${group}.${method}` as MethodName,
        () => (of[method] as (...call: unknown[]) => Promise<unknown>)(...call),
        call,
      );
  }
  return result;
}

function wrappedHandle(handle: FileHandle, around: Around, now: AroundNow | undefined): FileHandle {
  const run =
    (method: (typeof handleMethods)[number]) =>
    (...call: unknown[]) =>
      around(`handle.${method}`, () => (handle[method] as (...call: unknown[]) => Promise<unknown>)(...call), call);
  return {
    id: handle.id,
    access: handle.access,
    ...Object.fromEntries(handleMethods.map((method) => [method, run(method)])),
    readNow: (offset: number, length: number) =>
      now === undefined ? handle.readNow(offset, length) : now('readNow', () => handle.readNow(offset, length)),
    close: () => handle.close(),
  } as FileHandle;
}
