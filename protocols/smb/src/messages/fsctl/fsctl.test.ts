import { readFileSync } from 'node:fs';
import { Reader, WireError } from '@polynas/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../codec.ts';
import { CtlCode, ioctlRequest, ioctlResponse } from '../ioctl.ts';
import { decode, encode } from '../whole.ts';
import { duplicateExtents } from './duplicate-extents.ts';
import { snapshotArraySize, srvSnapshotArray } from './enumerate-snapshots.ts';
import { networkInterfaceInfo } from './network-interface-info.ts';
import { fileAllocatedRange, fileSetSparse, fileZeroData } from './ranges.ts';
import { srvCopychunkCopy, srvCopychunkResponse, srvRequestResumeKeyResponse } from './srv-copychunk.ts';
import { validateNegotiateInfoRequest, validateNegotiateInfoResponse } from './validate-negotiate-info.ts';

const conversations = JSON.parse(
  readFileSync(new URL('../../test/captures/conversations.json', import.meta.url), 'utf8'),
) as Record<string, string[]>;

const both = <T>(codec: Codec<T>, hex: string, value: T): void => {
  expect(Buffer.from(encode(codec, value)).toString('hex')).toBe(hex);
  const again = decode(codec, Buffer.from(hex, 'hex'));
  expect(Buffer.from(encode(codec, again)).toString('hex')).toBe(hex);
};

it('VALIDATE_NEGOTIATE_INFO between smbclient and smbd', () => {
  let seen = 0;
  for (const line of conversations['signed-3.0']!) {
    const bytes = Buffer.from(line.slice(2), 'hex');
    const fromServer = line.startsWith('<');
    // A DFS referral that smbd has not is answered with an ERROR.
    if (bytes.readUInt16LE(12) !== 0x0b || bytes.readUInt32LE(8) >= 0xc000_0000) continue;
    const r = new Reader(bytes).seek(64);
    const message = fromServer ? ioctlResponse.read(r) : ioctlRequest.read(r);
    if (message.ctlCode !== CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO) continue;
    seen += 1;
    const payload = 'maxOutputResponse' in message ? message.input : message.output;
    const codec: Codec<unknown> = fromServer ? validateNegotiateInfoResponse : validateNegotiateInfoRequest;
    expect(Buffer.from(encode(codec, decode(codec, payload))).equals(payload)).toBe(true);
  }
  expect(seen).toBe(2);
});

describe('payloads of FSCTLs', () => {
  const key = Buffer.alloc(24, 0x11);

  it('are read and written', () => {
    both(
      srvCopychunkCopy,
      `${key.toString('hex')}01000000000000000010000000000000000000000000000000000100` + '00000000',
      { sourceKey: key, chunks: [{ sourceOffset: 4096, targetOffset: 0, length: 65_536 }] },
    );
    both(srvCopychunkResponse, '010000000000000000000100', {
      chunksWritten: 1,
      chunkBytesWritten: 0,
      totalBytesWritten: 65_536,
    });
    both(srvRequestResumeKeyResponse, `${key.toString('hex')}0000000000000000`, key);
    both(fileAllocatedRange, '00100000000000000020000000000000', { fileOffset: 4096, length: 8192 });
    both(fileZeroData, '00100000000000000020000000000000', { fileOffset: 4096, beyondFinalZero: 8192 });
    both(fileSetSparse, '00', false);
    expect(decode(fileSetSparse, Buffer.alloc(0))).toBe(true);
    both(
      duplicateExtents,
      `${'01'.padEnd(16, '0')}${'02'.padEnd(16, '0')}` + '001000000000000000000000000000000020000000000000',
      {
        sourceFileId: { persistent: 1n, volatile: 2n },
        sourceFileOffset: 4096,
        targetFileOffset: 0,
        byteCount: 8192,
      },
    );
    const snapshots = ['@GMT-2026.11.23-05.00.00'];
    expect(snapshotArraySize(snapshots)).toBe(52);
    both(srvSnapshotArray, '010000000100000034000000' + Buffer.from(`${snapshots[0]}\0\0`, 'utf16le').toString('hex'), {
      numberOfSnapshots: 1,
      snapshotArraySize: 52,
      snapshots,
    });
    both(srvSnapshotArray, '0100000000000000340000000000', {
      numberOfSnapshots: 1,
      snapshotArraySize: 52,
      snapshots: [],
    });
  });

  it('name interfaces by either kind of address', () => {
    const speed = '00ca9a3b00000000';
    const v4 = `${'0200'}0000c0000201`.padEnd(256, '0');
    const v6 = `${'1700'}00000000000020010db8000000000000000000000001`.padEnd(256, '0');
    const fixed = (next: string, index: string): string => `${next}000000${index}000000${'00'.repeat(8)}${speed}`;
    both(networkInterfaceInfo, fixed('98', '01') + v4 + fixed('00', '02') + v6, [
      { ifIndex: 1, capability: 0, linkSpeed: 1_000_000_000n, address: '192.0.2.1' },
      { ifIndex: 2, capability: 0, linkSpeed: 1_000_000_000n, address: '2001:db8::1' },
    ]);
    const [loopback] = decode(
      networkInterfaceInfo,
      encode(networkInterfaceInfo, [{ ifIndex: 1, capability: 0, linkSpeed: 1n, address: '::1' }]),
    );
    expect(loopback!.address).toBe('0:0:0:0:0:0:0:1');
  });

  it('any bytes are a value or a WireError', () => {
    const codecs: Codec<unknown>[] = [
      srvCopychunkCopy,
      srvCopychunkResponse,
      srvRequestResumeKeyResponse,
      fileAllocatedRange,
      fileZeroData,
      fileSetSparse,
      duplicateExtents,
      srvSnapshotArray,
      validateNegotiateInfoRequest,
      validateNegotiateInfoResponse,
      networkInterfaceInfo,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...codecs), fc.uint8Array({ maxLength: 120 }), (codec, bytes) => {
        try {
          decode(codec, bytes);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });
});
