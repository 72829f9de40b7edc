import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../../messages/codec.ts';
import { readUuid, writeUuid } from '../uuid.ts';

/** p_syntax_id_t (C706 12.6.3.1): an interface, or a transfer syntax. */
export interface Syntax {
  /** Text in lower case. */
  readonly uuid: string;
  readonly major: number;
  readonly minor: number;
}

export const syntax: Codec<Syntax> = {
  read: (r: Reader): Syntax => ({ uuid: readUuid(r), major: r.u16le(), minor: r.u16le() }),
  write(w: Writer, value: Syntax): void {
    writeUuid(w, value.uuid);
    w.u16le(value.major);
    w.u16le(value.minor);
  },
};

/** Transfer syntax NDR 2.0 (C706 appendix I), the one spoken here. */
export const NDR: Syntax = { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', major: 2, minor: 0 };

/** What a refused context is answered with. */
export const NO_SYNTAX: Syntax = { uuid: '00000000-0000-0000-0000-000000000000', major: 0, minor: 0 };

/** How the UUID of a bind-time feature negotiation begins (MS-RPCE 2.2.2.14); its last eight octets are features. */
const FEATURES = '6cb71c2c-9812-4540-';

export function isFeatureNegotiation(value: Syntax): boolean {
  return value.uuid.startsWith(FEATURES);
}
