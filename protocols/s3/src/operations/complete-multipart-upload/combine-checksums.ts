import type { ObjectPart } from '@polynas/core/service';
import type { ChecksumAlgorithm } from '../../checksum/algorithms.ts';
import { digestFromBase64, toBase64 } from '../../checksum/algorithms.ts';
import { CrcCombiner } from '../../checksum/combine.ts';
import { compositeChecksum } from '../../checksum/composite.ts';
import type { ChecksumType } from '../../request/checksum-choice.ts';

/** The object's checksum as S3 shows it; `undefined` when some part has none in this algorithm. */
export function combineChecksums(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly ObjectPart[],
): string | undefined {
  const digests: Uint8Array[] = [];
  for (const part of parts) {
    const digest = digestFromBase64(algorithm, part.checksums?.values[algorithm.toLowerCase()] ?? '');
    if (digest === undefined) return undefined;
    digests.push(digest);
  }
  if (type === 'COMPOSITE') return compositeChecksum(algorithm, digests);
  // Hashes that are not linear have no full-object form here; creation refuses the pair.
  if (algorithm === 'SHA1' || algorithm === 'SHA256') return undefined;
  const combiner = new CrcCombiner(algorithm);
  let whole = digests[0]!;
  for (let index = 1; index < digests.length; index++) {
    whole = combiner.combine(whole, digests[index]!, parts[index]!.size);
  }
  return toBase64(whole);
}
