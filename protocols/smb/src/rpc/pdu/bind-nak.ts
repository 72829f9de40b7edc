import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../../messages/codec.ts';

/** provider_reject_reason (C706 12.6.3.1, MS-RPCE 2.2.2.5). */
export const BindNakReason = {
  NOT_SPECIFIED: 0,
  LOCAL_LIMIT_EXCEEDED: 2,
  PROTOCOL_VERSION_NOT_SUPPORTED: 4,
  AUTHENTICATION_TYPE_NOT_RECOGNIZED: 8,
} as const;

/** Body of bind_nak (C706 12.6.4.5). */
export interface BindNak {
  readonly reason: number;
  /** Versions of the protocol that are spoken, as [major, minor]. */
  readonly versions: readonly (readonly [number, number])[];
}

export const bindNak: Codec<BindNak> = {
  read(r: Reader): BindNak {
    const reason = r.u16le();
    const versions: [number, number][] = [];
    const count = r.u8();
    for (let index = 0; index < count; index++) versions.push([r.u8(), r.u8()]);
    return { reason, versions };
  },
  write(w: Writer, value: BindNak): void {
    w.u16le(value.reason);
    w.u8(value.versions.length);
    for (const [major, minor] of value.versions) {
      w.u8(major);
      w.u8(minor);
    }
  },
};
