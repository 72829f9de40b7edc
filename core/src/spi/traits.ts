/** What a volume is and where its limits lie; frozen. Core and the conformance suite decide by this record, never by a backend's name. */
export interface VolumeTraits {
  /** At most 255. */
  readonly maxNameBytes: number;
  /**
   * Names (ASCII) that no file has in any directory, because what lies under the backend gives them a meaning of its own: looked up they mean nothing, making, taking over or removing one is
   * `badName`. Core keeps objects whose keys have such a segment under another name. Absent: none.
   */
  readonly reservedNames?: readonly string[];
  /** Bytes; at most 2^53−1. */
  readonly maxFileSize: number;
  readonly maxLinks: number;
  /** Bytes of a symbolic link's target. */
  readonly maxSymlinkBytes: number;
  /** Bytes of one extended attribute's value, and of all of one file together. */
  readonly maxXattrBytes: number;
  readonly maxXattrTotalBytes: number;
  /** Nanoseconds that stored times are rounded down to. */
  readonly timeGranularity: number;
  /** `Attributes.contentStamp` is there. */
  readonly contentStamp: boolean;
  /** `listByName` is there and lists in order of name bytes. */
  readonly orderedListing: boolean;
  /** `'swap'`: `replace` gives the target the source's content and keeps its id, links and ownership; `'rename'`: it is a rename over the target. */
  readonly replace: 'swap' | 'rename';
  /** Bytes of content that `publish` takes (`tooLarge` above); 0 where there is no `publish`. */
  readonly maxPublishBytes: number;
  /** `allocated` knows holes; `punch` and `seek` are exact for ranges aligned to 1 MiB (else they may take zeros for data). Else `seek` sees one data range, and `punch` writes zeros. */
  readonly sparse: boolean;
  /** Setting a `trusted.*` extended attribute leaves `change` and `changed` alone. */
  readonly quietRecords: boolean;
  /** Who else changes the volume. With `'head'` only this process does (an owner record refuses a second head). */
  readonly writers: 'head' | 'shared';
  /** Content survives the end of the process. */
  readonly persistent: boolean;
  /** Preferred size of one read or write, in bytes. */
  readonly preferredIo: number;
}
