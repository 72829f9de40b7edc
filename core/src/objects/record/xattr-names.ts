/** Extended attributes that the object service keeps on files and directories; clients do not reach `trusted.*`. */

/** The object record (`record-codec.ts`), on files and on directories with metadata of their own. */
export const recordXattr = 'trusted.polynas.object';
/** The parts of a multipart object (`parts-codec.ts`). */
export const partsXattr = 'trusted.polynas.parts';
/** A dialect's account of the parts, beside them. */
export const manifestXattr = 'trusted.polynas.manifest';
/** On the entry of an object that expires: its key. */
export const expiringXattr = 'trusted.polynas.expiring';
/** On directories that only object PUTs have made: no objects, removed with the last key. */
export const implicitXattr = 'trusted.polynas.implicit';
/** UTF-8 of the segment that a hashed name stands for. */
export const segmentXattr = 'trusted.polynas.key';
/** On the directory of a multipart upload (`upload-codec.ts`). */
export const uploadXattr = 'trusted.polynas.upload';
/** On a part of an upload. */
export const partXattr = 'trusted.polynas.part';
/** On the file that an upload's parts are written into in place: the size of each but the last. */
export const layoutXattr = 'trusted.polynas.layout';
/** On the memory of a completed upload. */
export const completedXattr = 'trusted.polynas.completed';
