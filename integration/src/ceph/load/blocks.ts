import type { Value } from './place.ts';

export const BLOCK = 64 * 1024;
const PIECE = 4096;
const LINE = 64;

/** A block of a file that says in each of its lines which one it is, and which version. */
export function blockOf(file: string, block: number, version: Value): Buffer {
  return Buffer.alloc(BLOCK, `${file} ${block} ${version}`.padEnd(LINE - 1, '.') + '\n');
}

/**
 * The versions that a block is made of, piece by piece of 4 KiB: one, unless the server kept part of a write only. `zeros` is what
 * was never written; anything else tells what is there instead.
 */
export function versionsIn(file: string, block: number, content: Buffer): Set<Value> {
  const versions = new Set<Value>();
  for (let at = 0; at < BLOCK; at += PIECE) versions.add(versionOf(file, block, content.subarray(at, at + PIECE)));
  return versions;
}

function versionOf(file: string, block: number, piece: Buffer): Value {
  if (piece.length < PIECE) return `cut off at ${piece.length}`;
  if (piece.every((byte) => byte === 0)) return 'zeros';
  const line = piece.subarray(0, LINE).toString('latin1');
  const [where, which, version = ''] = line.split(/[ .]/);
  const whole =
    where === file && which === `${block}` && piece.equals(blockOf(file, block, version).subarray(0, PIECE));
  return whole ? version : `foreign bytes: ${line.trimEnd()}`;
}
