import { invalidArgument } from '../errors.ts';

/** How the body is protected: what `x-amz-content-sha256` says. */
export type PayloadMode =
  | { readonly kind: 'unsigned' }
  /** The body has this SHA-256 (64 lower-case hexadecimal digits). */
  | { readonly kind: 'sha256'; readonly hex: string }
  /** The body is aws-chunked; each chunk is signed, or none; a trailer follows, or not. */
  | { readonly kind: 'chunked'; readonly signed: boolean; readonly trailer: boolean };

const modes: ReadonlyMap<string, PayloadMode> = new Map<string, PayloadMode>([
  ['UNSIGNED-PAYLOAD', { kind: 'unsigned' }],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', { kind: 'chunked', signed: true, trailer: false }],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', { kind: 'chunked', signed: true, trailer: true }],
  ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', { kind: 'chunked', signed: false, trailer: true }],
]);

/** Throws `InvalidArgument` for anything else, the ECDSA (SigV4A) forms included. */
export function parsePayloadMode(value: string): PayloadMode {
  const mode = modes.get(value);
  if (mode !== undefined) return mode;
  if (/^[0-9a-f]{64}$/i.test(value)) return { kind: 'sha256', hex: value.toLowerCase() };
  throw invalidArgument(
    'x-amz-content-sha256',
    value,
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
  );
}
