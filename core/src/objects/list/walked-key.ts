import type { Attributes } from '../../spi/index.ts';

/** A key that is there: of a file, or of an explicit directory. */
export interface WalkedKey {
  readonly key: string;
  readonly attributes: Attributes;
  /** Those that were asked for that it has, where the volume told them with its name. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}
