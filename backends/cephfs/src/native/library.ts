import { createRequire } from 'node:module';
import { StorageError } from '@polynas/core/spi';
import type * as koffiModule from 'koffi';
import { cephFunctions } from './ceph-functions.ts';
import type { CephCall, NativeFunction } from './ceph-functions.ts';

type Koffi = typeof koffiModule;

/** libcephfs as this package calls it. */
export type CephLibrary = Readonly<Record<CephCall | 'ceph_ll_lookup_vino', NativeFunction>> & {
  /** The address of a buffer's first byte. */
  address(of: Uint8Array): bigint;
  /**
   * A C function pointer `void (*)(Fh *, void *)`: calls `callback` on this thread's event loop, while the calling thread waits for it (with
   * libcephfs's lock held: a thread that serves recalls must make no synchronous call). Until `unregister`.
   */
  registerRecall(callback: (fh: bigint) => void): bigint;
  unregister(pointer: bigint): void;
};

export const cephfsFile = 'libcephfs.so.2';

let loaded: CephLibrary | undefined;

/** The library, loaded at first use, once per thread. Throws `notSupported` where it (or koffi) is not installed. */
export function cephLibrary(): CephLibrary {
  loaded ??= load();
  return loaded;
}

/** Calls in flight whose stacks koffi keeps for the next ones (its maximum); those beyond have one mapped and unmapped each. Covers the gate's usual size. */
const residentStacks = 32;

function load(): CephLibrary {
  const koffi = requireKoffi();
  keepStacks(koffi);
  const library = openLibrary(koffi, cephfsFile, 'libcephfs2');
  // struct vinodeno_t { uint64_t ino, snapid } goes by value.
  const vino = koffi.struct({ ino: 'uint64_t', snapid: 'uint64_t' });
  const lookupVino = library.func('ceph_ll_lookup_vino', 'int', ['void *', vino, 'void *']);
  const recall = koffi.pointer(koffi.proto('void', ['void *', 'void *']));
  return {
    ...cephFunctions(library),
    ceph_ll_lookup_vino: lookupVino,
    address: (of) => koffi.address(of),
    registerRecall: (callback) => koffi.register(callback, recall),
    unregister: (pointer) => koffi.unregister(pointer),
  };
}

function keepStacks(koffi: Koffi): void {
  try {
    koffi.config({ resident_async_pools: residentStacks });
  } catch {
    // Too late where somebody else in this thread has loaded a library: then what it chose stands, and calls cost more.
  }
}

/** Both libraries of Ceph come from Debian's packages; koffi brings its binary along. */
export function requireKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (error) {
    throw new StorageError('notSupported', 'C libraries cannot be called on this machine (koffi does not load)', {
      cause: error,
    });
  }
}

export function openLibrary(koffi: Koffi, file: string, debianPackage: string): koffiModule.LibraryHandle {
  try {
    return koffi.load(file);
  } catch (error) {
    throw new StorageError('notSupported', `${file} is not installed: apt install ${debianPackage}`, { cause: error });
  }
}
