/**
 * Header values beyond ASCII. AWS takes them as raw UTF-8 or as encoded words, and gives them back as encoded words
 * (S3 User Guide, "User-defined object metadata").
 */

/** Decodes a value that is made of encoded words only; any other value stays as it is. */
export function decodeWords(value: string): string {
  if (!value.startsWith('=?') || !value.endsWith('?=')) return value;
  const words = value.split(/\?=\s+=\?/).map((word, index, all) => {
    const start = index === 0 ? word.slice(2) : word;
    return index === all.length - 1 ? start.slice(0, -2) : start;
  });
  const decoded = words.map(decodeWord);
  return decoded.includes(undefined) ? value : decoded.join('');
}

function decodeWord(word: string): string | undefined {
  const match = /^(utf-8|us-ascii|iso-8859-1)\?([bq])\?([^?]*)$/i.exec(word);
  if (match === null) return undefined;
  const [, charset, encoding, text] = match as unknown as [string, string, string, string];
  const bytes =
    encoding.toLowerCase() === 'b'
      ? Buffer.from(text, 'base64')
      : Buffer.from(
          text
            .replaceAll('_', ' ')
            .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
          'latin1',
        );
  const decoded = bytes.toString(charset.toLowerCase() === 'iso-8859-1' ? 'latin1' : 'utf8');
  return decoded.includes('\ufffd') ? undefined : decoded;
}

/** As it may stand in a header: printable ASCII unchanged, anything else as one encoded word. */
export function encodeWords(value: string): string {
  if (/^[\t\u0020-\u007e]*$/.test(value)) return value;
  return `=?UTF-8?B?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}
