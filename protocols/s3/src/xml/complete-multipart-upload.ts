import type { ChecksumAlgorithm } from '../checksum/algorithms.ts';
import { checksumAlgorithms } from '../checksum/algorithms.ts';
import { S3Error } from '../errors.ts';
import { expectOnly, malformed, optionalText, parseXml, requiredText } from './parse.ts';

export interface CompletedPart {
  /** 1 … 10,000, strictly ascending within the list. */
  readonly partNumber: number;
  /** Without the quotes that clients may or may not send. */
  readonly etag: string;
  /** Base64, by algorithm, as the client repeats it; to be compared with the stored part's. */
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, string>;
}

/** At most this many parts (S3 User Guide, "Multipart upload limits"). */
const maximumParts = 10_000;

/** `CompleteMultipartUpload` request document. Throws `MalformedXML`, `InvalidPartOrder`. */
export function parseCompleteMultipartUpload(bytes: Uint8Array): readonly CompletedPart[] {
  const root = parseXml(bytes);
  // AWS's own schema calls the root CompleteMultipartUpload; some old clients send the response's name.
  if (root.name !== 'CompleteMultipartUpload') throw malformed('root element');
  expectOnly(root, ['Part']);
  if (root.children.length === 0 || root.children.length > maximumParts) throw malformed('number of parts');
  let previous = 0;
  return root.children.map((part) => {
    expectOnly(part, ['PartNumber', 'ETag', ...checksumAlgorithms.map(elementName)]);
    const partNumber = decimal(requiredText(part, 'PartNumber'));
    if (partNumber < 1 || partNumber > maximumParts) throw malformed('part number');
    if (partNumber <= previous) throw new S3Error('InvalidPartOrder');
    previous = partNumber;
    const checksums = new Map<ChecksumAlgorithm, string>();
    for (const algorithm of checksumAlgorithms) {
      const value = optionalText(part, elementName(algorithm));
      if (value !== undefined) checksums.set(algorithm, value.trim());
    }
    return { partNumber, etag: unquote(requiredText(part, 'ETag').trim()), checksums };
  });
}

/** `CRC64NVME` → `ChecksumCRC64NVME`. */
function elementName(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

function decimal(text: string): number {
  const trimmed = text.trim();
  if (!/^[0-9]{1,9}$/.test(trimmed)) throw malformed('not a number');
  return Number(trimmed);
}

function unquote(etag: string): string {
  return etag.length >= 2 && etag.startsWith('"') && etag.endsWith('"') ? etag.slice(1, -1) : etag;
}
