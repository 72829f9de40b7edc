import { readFileSync } from 'node:fs';
import { WireError, Writer } from '@polynas/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../messages/codec.ts';
import { decode, encode } from '../messages/whole.ts';
import { ChainWriter, readChain, writeChain } from './chain.ts';
import { FileInformationClass } from './classes.ts';
import { DIRECTORY_ENTRY_UNIT, directoryEntries, type DirectoryInformation } from './directory.ts';
import { EA_ENTRY_UNIT, fileFullEaInformation, fileGetEaInformation } from './extended-attributes.ts';
import * as fs from './file-system.ts';
import { fileTime, timeChange, unixTime } from './file-time.ts';
import * as file from './file.ts';
import { fileNotifyInformation, NOTIFY_ENTRY_UNIT } from './notify.ts';

/** Buffers of QUERY_INFO, QUERY_DIRECTORY, SET_INFO and CHANGE_NOTIFY between smbtorture or smbclient and smbd. */
const captured = JSON.parse(
  readFileSync(new URL('../test/captures/information.json', import.meta.url), 'utf8'),
) as Record<string, string[]>;

const single: Record<string, Codec<unknown>> = {
  'query 1/4': file.fileBasicInformation,
  'query 1/5': file.fileStandardInformation,
  'query 1/6': file.fileInternalInformation,
  'query 1/7': file.fileEaInformation,
  'query 1/8': file.fileAccessInformation,
  'query 1/14': file.filePositionInformation,
  'query 1/16': file.fileModeInformation,
  'query 1/17': file.fileAlignmentInformation,
  'query 1/18': file.fileAllInformation,
  'query 1/21': file.fileNameInformation,
  'query 1/28': file.fileCompressionInformation,
  'query 1/34': file.fileNetworkOpenInformation,
  'query 1/35': file.fileAttributeTagInformation,
  'query 1/48': file.fileNameInformation,
  'query 2/1': fs.fileFsVolumeInformation,
  'query 2/3': fs.fileFsSizeInformation,
  'query 2/4': fs.fileFsDeviceInformation,
  'query 2/5': fs.fileFsAttributeInformation,
  'query 2/11': fs.fileFsSectorSizeInformation,
  'set 1/4': file.fileBasicInformation,
  'set 1/10': file.fileRenameInformation,
  'set 1/11': file.fileRenameInformation,
  'set 1/13': file.fileDispositionInformation,
  'set 1/14': file.filePositionInformation,
  'set 1/20': file.fileEndOfFileInformation,
};

describe('classes as peers send them', () => {
  for (const [name, codec] of Object.entries(single)) {
    it(`${name}: decoded and encoded to the same bytes`, () => {
      for (const hex of captured[name]!) {
        const again = Buffer.from(encode(codec, decode(codec, Buffer.from(hex, 'hex')))).toString('hex');
        // Padding behind the value is the peer's own.
        expect(hex.startsWith(again), `${again} of ${hex}`).toBe(true);
        expect(hex.slice(again.length)).toMatch(/^(00){0,7}$/);
      }
    });
  }

  const lists: [string, Codec<unknown>, number][] = [
    ['query 1/15', fileFullEaInformation, EA_ENTRY_UNIT],
    ['query 1/22', file.fileStreamInformation, file.STREAM_ENTRY_UNIT],
    ['notify', fileNotifyInformation, NOTIFY_ENTRY_UNIT],
  ];
  for (const [name, codec, unit] of lists) {
    it(`${name}: decoded and encoded to the same bytes`, () => {
      for (const hex of captured[name]!) {
        const entries = readChain(Buffer.from(hex, 'hex'), codec, unit);
        expect(entries.length).toBeGreaterThan(0);
        const w = new Writer();
        writeChain(w, codec, unit, entries);
        const again = Buffer.concat(w.finish().parts).toString('hex');
        expect(hex.startsWith(again), `${again} of ${hex}`).toBe(true);
        expect(hex.slice(again.length)).toMatch(/^(00){0,7}$/);
      }
    });
  }

  for (const [informationClass, codec] of directoryEntries) {
    it(`directory class ${informationClass}: entries decoded, encoded and decoded again`, () => {
      for (const hex of captured[`directory ${informationClass}`] ?? []) {
        const entries = readChain(Buffer.from(hex, 'hex'), codec, DIRECTORY_ENTRY_UNIT);
        expect(entries.length).toBeGreaterThan(0);
        expect(entries.every((entry) => entry.fileName.length > 0)).toBe(true);
        const w = new Writer();
        writeChain(w, codec, DIRECTORY_ENTRY_UNIT, entries);
        const again = Buffer.concat(w.finish().parts);
        expect(readChain(again, codec, DIRECTORY_ENTRY_UNIT)).toEqual(entries);
        // smbd makes 8.3 names where ours says that there are none; the layout is the same.
        if (![3, 37].includes(informationClass)) expect(hex.startsWith(again.toString('hex'))).toBe(true);
        else expect(hex.length - again.length * 2).toBeLessThan(16);
      }
    });
  }
});

const entry: DirectoryInformation = {
  fileIndex: 0,
  creationTime: 1n,
  lastAccessTime: 2n,
  lastWriteTime: 3n,
  changeTime: 4n,
  endOfFile: 5,
  allocationSize: 4096,
  fileAttributes: 0x80,
  eaSize: 0,
  fileId: 0x0807060504030201n,
  fileName: 'ab',
};

describe('directory entries', () => {
  it('of FileIdExtdDirectoryInformation', () => {
    const codec = directoryEntries.get(FileInformationClass.FileIdExtdDirectoryInformation)!;
    const hex =
      '00000000' +
      '0100000000000000020000000000000003000000000000000400000000000000' +
      '05000000000000000010000000000000' +
      '80000000' +
      '04000000' +
      '00000000' +
      '00000000' +
      '01020304050607080000000000000000' +
      '61006200';
    expect(Buffer.from(encode(codec, entry)).toString('hex')).toBe(hex);
    expect(decode(codec, Buffer.from(hex, 'hex'))).toEqual(entry);
  });

  it('stop where the buffer is full, without a trace of the one that did not fit', () => {
    const codec = directoryEntries.get(FileInformationClass.FileNamesInformation)!;
    const w = new Writer();
    w.zeros(3);
    const chain = new ChainWriter(w, codec, DIRECTORY_ENTRY_UNIT, 40);
    expect(chain.add(entry)).toBe(true);
    expect(chain.add({ ...entry, fileName: 'abc' })).toBe(true);
    expect(chain.add({ ...entry, fileName: 'x' })).toBe(false);
    const bytes = Buffer.concat(w.finish().parts).subarray(3);
    expect(bytes.toString('hex')).toBe('100000000000000004000000610062000000000000000000060000006100620063' + '00');
    expect(readChain(bytes, codec, DIRECTORY_ENTRY_UNIT).map((one) => one.fileName)).toEqual(['ab', 'abc']);
  });
});

describe('what the captures do not have', () => {
  const both = <T>(codec: Codec<T>, hex: string, value: T): void => {
    expect(Buffer.from(encode(codec, value)).toString('hex')).toBe(hex);
    expect(decode(codec, Buffer.from(hex, 'hex'))).toEqual(value);
  };

  it('reads and writes it', () => {
    both(file.fileIdInformation, '010000000000000002000000000000000300000000000000', {
      volumeSerialNumber: 1n,
      fileId: 2n,
      fileIdHigh: 3n,
    });
    both(file.fileRenameInformationEx, '03000000000000000000000000000000020000006100', {
      flags: 3,
      rootDirectory: 0n,
      fileName: 'a',
    });
    both(file.fileDispositionInformationEx, '03000000', 3);
    both(file.fileAllocationInformation, '0010000000000000', 4096);
    both(fs.fileFsFullSizeInformation, '0a0000000000000009000000000000000800000000000000' + '0800000000020000', {
      totalAllocationUnits: 10,
      callerAvailableAllocationUnits: 9,
      actualAvailableAllocationUnits: 8,
      sectorsPerAllocationUnit: 8,
      bytesPerSector: 512,
    });
    both(fs.fileFsControlInformation, '00'.repeat(24) + 'ff'.repeat(16) + '0000000000000000', {
      freeSpaceStartFiltering: 0n,
      freeSpaceThreshold: 0n,
      freeSpaceStopFiltering: 0n,
      defaultQuotaThreshold: 2n ** 64n - 1n,
      defaultQuotaLimit: 2n ** 64n - 1n,
      fileSystemControlFlags: 0,
    });
    const id = decode(fs.fileFsObjectIdInformation, Buffer.alloc(64, 7));
    expect(Buffer.from(encode(fs.fileFsObjectIdInformation, id)).equals(Buffer.alloc(64, 7))).toBe(true);
    both(fileGetEaInformation, '02414200', 'AB');
    expect(() => decode(file.fileRenameInformation, Buffer.from('00'.repeat(16) + '020000000000', 'hex'))).toThrow(
      WireError,
    );
  });
});

it('any bytes are a value or a WireError', () => {
  const codecs: Codec<unknown>[] = [
    ...Object.values(single),
    ...directoryEntries.values(),
    fileFullEaInformation,
    fileGetEaInformation,
    file.fileStreamInformation,
    fileNotifyInformation,
    file.fileRenameInformationEx,
  ];
  fc.assert(
    fc.property(fc.constantFrom(...codecs), fc.uint8Array({ maxLength: 160 }), fc.nat(9), (codec, bytes, next) => {
      const chained = Buffer.concat([Uint8Array.of(next * 8, 0, 0, 0), bytes]);
      for (const read of [() => decode(codec, bytes), () => readChain(chained, codec, 4)]) {
        try {
          read();
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
        }
      }
    }),
    { numRuns: 2000 },
  );
});

describe('FILETIME', () => {
  it('counts from 1601', () => {
    expect(fileTime({ seconds: 0n, nanoseconds: 0 })).toBe(116_444_736_000_000_000n);
    expect(fileTime({ seconds: -11_644_473_600n, nanoseconds: 0 })).toBe(0n);
    // 2015-07-04T19:50:42.3Z; below 100 ns is cut.
    expect(fileTime({ seconds: 1_436_039_442n, nanoseconds: 300_000_099 })).toBe(130_805_130_423_000_000n);
    expect(fileTime({ seconds: -20_000_000_000n, nanoseconds: 0 })).toBe(0n);
    expect(fileTime({ seconds: 10n ** 15n, nanoseconds: 0 })).toBe(2n ** 63n - 1n);
  });

  it('goes there and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (steps) => {
        const time = unixTime(steps);
        expect(time.nanoseconds).toBeGreaterThanOrEqual(0);
        expect(time.nanoseconds).toBeLessThan(1e9);
        expect(fileTime(time)).toBe(steps);
      }),
    );
  });

  it('knows what a SET asks for', () => {
    expect([0n, 2n ** 64n - 1n, 2n ** 64n - 2n, 2n ** 64n - 3n].map(timeChange)).toEqual([
      'keep',
      'freeze',
      'thaw',
      'invalid',
    ]);
    expect(timeChange(116_444_736_000_000_000n)).toEqual({ seconds: 0n, nanoseconds: 0 });
  });
});
