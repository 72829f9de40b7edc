import { type Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';

/** AvId (MS-NLMP 2.2.2.1). */
export const AvId = {
  EOL: 0x0000,
  NB_COMPUTER_NAME: 0x0001,
  NB_DOMAIN_NAME: 0x0002,
  DNS_COMPUTER_NAME: 0x0003,
  DNS_DOMAIN_NAME: 0x0004,
  DNS_TREE_NAME: 0x0005,
  FLAGS: 0x0006,
  TIMESTAMP: 0x0007,
  SINGLE_HOST: 0x0008,
  TARGET_NAME: 0x0009,
  CHANNEL_BINDINGS: 0x000a,
} as const;

/** MsvAvFlags: the AUTHENTICATE_MESSAGE has a MIC. */
export const AV_FLAG_MIC = 0x0000_0002;

/** AV_PAIR (MS-NLMP 2.2.2.1). */
export interface AvPair {
  readonly avId: number;
  readonly value: Uint8Array;
}

/** AV_PAIRs up to MsvAvEOL, which is not part of the value. */
export const targetInfo: Codec<readonly AvPair[]> = {
  read(r: Reader): readonly AvPair[] {
    const pairs: AvPair[] = [];
    for (;;) {
      const avId = r.u16le();
      const length = r.u16le();
      if (avId === AvId.EOL) {
        if (length !== 0) throw new WireError('MsvAvEOL with a value');
        return pairs;
      }
      pairs.push({ avId, value: r.bytes(length) });
    }
  },
  write(w: Writer, pairs: readonly AvPair[]): void {
    for (const pair of pairs) {
      w.u16le(pair.avId);
      w.u16le(pair.value.length);
      w.bytes(pair.value);
    }
    w.u16le(AvId.EOL);
    w.u16le(0);
  },
};

export function findAv(pairs: readonly AvPair[], avId: number): Uint8Array | undefined {
  return pairs.find((pair) => pair.avId === avId)?.value;
}

export function avText(avId: number, text: string): AvPair {
  return { avId, value: Buffer.from(text, 'utf16le') };
}
