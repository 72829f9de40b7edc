/** Lower-case name → the values in the order sent, one character a byte (what `node:http` gives). */
export type RawHeaders = ReadonlyMap<string, readonly string[]>;

/** Lower-case name → value; repetitions are joined by `, ` and UTF-8 is decoded. */
export type Headers = ReadonlyMap<string, string>;

/** From `IncomingMessage.rawHeaders`, which, unlike `.headers`, drops no repetition. */
export function collectHeaders(flat: readonly string[]): RawHeaders {
  const headers = new Map<string, string[]>();
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = flat[i]!.toLowerCase();
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [flat[i + 1]!]);
    else values.push(flat[i + 1]!);
  }
  return headers;
}

/** The first value of a header. */
export function firstValue(headers: RawHeaders, name: string): string | undefined {
  return headers.get(name)?.[0];
}

/** What handlers see. Values that are not UTF-8 stay as one character a byte. */
export function decodeHeaders(raw: RawHeaders): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, values] of raw)
    headers.set(name, decodeValue(values.length === 1 ? values[0]! : values.join(', ')));
  return headers;
}

function decodeValue(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value)) return value;
  const text = Buffer.from(value, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? value : text;
}

/** A header's value as a part of a request target stands in one: percent-encoded, or plain UTF-8. */
export function rawValue(value: string): string {
  return /[\u0080-\uffff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}

/** The reverse of {@link decodeHeaders} for a reply: UTF-8 bytes, one character each, and nothing that ends a line. */
export function encodeHeaderValue(value: string): string {
  const clean = value.replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, ' ');
  return /[\u0080-\uffff]/.test(clean) ? Buffer.from(clean, 'utf8').toString('latin1') : clean;
}
