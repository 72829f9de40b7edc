import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST (MS-SMB2 2.2.13.2.5): a FILETIME or nothing. */
export const maximalAccessRequest: Codec<{ readonly timestamp: bigint | undefined }> = {
  read(r: Reader) {
    return { timestamp: r.remaining === 0 ? undefined : r.u64le() };
  },
  write(w: Writer, value: { readonly timestamp: bigint | undefined }): void {
    if (value.timestamp !== undefined) w.u64le(value.timestamp);
  },
};

/** SMB2_CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE (MS-SMB2 2.2.14.2.5). */
export interface MaximalAccessResponse {
  readonly queryStatus: number;
  readonly maximalAccess: number;
}

export const maximalAccessResponse: Codec<MaximalAccessResponse> = {
  read(r: Reader): MaximalAccessResponse {
    return { queryStatus: r.u32le(), maximalAccess: r.u32le() };
  },
  write(w: Writer, value: MaximalAccessResponse): void {
    w.u32le(value.queryStatus);
    w.u32le(value.maximalAccess);
  },
};
