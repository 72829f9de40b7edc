import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reader, Writer } from '@polynas/core/wire';
import { describe, expect, it } from 'vitest';
import { Mountstat3, mountV3Procedures as mount } from '../src/xdr/mount.ts';
import {
  Createmode3,
  decodeEntryplus3,
  encodeEntryplus3,
  encodeReaddirplus3Res,
  encodeReaddir3Res,
  FSF3_CANSETTIME,
  FSF3_HOMOGENEOUS,
  FSF3_LINK,
  FSF3_SYMLINK,
  type Fattr3,
  Ftype3,
  Nfsstat3,
  nfsV3Procedures as nfs,
  type Sattr3,
  sizeEntryplus3,
  sizeReaddir3Res,
  sizeReaddirplus3Res,
  StableHow,
  TimeHow,
} from '../src/xdr/nfs3.ts';
import { pmapVersProcedures as pmap, rpcbversProcedures as rpcb } from '../src/xdr/portmap.ts';
import {
  AcceptStat,
  AuthFlavor,
  AuthStat,
  decodeAuthsysParms,
  decodeRpcMsg,
  encodeAuthsysParms,
  encodeRpcMsg,
  MsgType,
  RejectStat,
  ReplyStat,
  type RpcMsg,
} from '../src/xdr/rpc.ts';
import { TABLES } from './procedures.ts';

interface Captured {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly part: 'args' | 'result' | 'credentials';
  readonly peer: string;
  readonly hex: string;
}

type Decode<T> = (r: Reader) => T;
type Encode<T> = (w: Writer, value: T) => void;

const captured = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors', 'captured.json'), 'utf8')) as Captured[];
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const reader = (hex: string): Reader => new Reader(new Uint8Array(Buffer.from(hex, 'hex')));

function written<T>(encode: Encode<T>, value: T): string {
  const w = new Writer();
  encode(w, value);
  return Buffer.concat(w.finish().parts).toString('hex');
}

/** Both directions: the bytes are this value, and this value is the bytes. */
function holds<T>(decode: Decode<T>, encode: Encode<T>, hex: string, value: T): void {
  const flat = hex.replaceAll(/\s+/g, '');
  const r = reader(flat);
  expect(decode(r)).toEqual(value);
  expect(r.remaining).toBe(0);
  expect(written(encode, value)).toBe(flat);
}

describe('captured from real peers', () => {
  it.each(captured.map((vector, index) => ({ ...vector, index })))(
    '$index: $peer, program $program version $version procedure $procedure, $part',
    ({ program, version, procedure, part, hex }) => {
      const r = reader(hex);
      if (part === 'credentials') {
        expect(written(encodeAuthsysParms, decodeAuthsysParms(r))).toBe(hex);
        return;
      }
      const table = TABLES.find((candidate) => candidate.program === program && candidate.version === version)!;
      const codec = table.codecs.find((candidate) => candidate.number === procedure)!;
      const [decode, encode] =
        part === 'args' ? [codec.decodeArgs, codec.encodeArgs] : [codec.decodeResult, codec.encodeResult];
      const value = decode(r);
      expect(r.remaining).toBe(0);
      // Ganesha names a largest file of 2^63 - 1 bytes, which we can read as "very large" and would never send.
      if (hex.includes('7fffffffffffffff')) expect(() => written(encode, value)).toThrow('is not a size');
      else expect(written(encode, value)).toBe(hex);
    },
  );

  it('covers every NFSv3 procedure that has a body', () => {
    const seen = new Set(captured.filter((vector) => vector.program === 100_003).map((vector) => vector.procedure));
    expect([...seen].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  });
});

const FH = bytes('handle'); // length 6, two bytes of padding
const FH_HEX = '00000006 68616e646c650000';
const UNCHANGED: Sattr3 = {
  mode: undefined,
  uid: undefined,
  gid: undefined,
  size: undefined,
  atime: { setIt: TimeHow.DONT_CHANGE },
  mtime: { setIt: TimeHow.SET_TO_SERVER_TIME },
};
const UNCHANGED_HEX = '00000000 00000000 00000000 00000000 00000000 00000001';
const ATTRIBUTES: Fattr3 = {
  type: Ftype3.NF3REG,
  mode: 0o644,
  nlink: 2,
  uid: 1000,
  gid: 100,
  size: 2 ** 33,
  used: 4096,
  rdev: { specdata1: 8, specdata2: 1 },
  fsid: 0xfedcba9876543210n,
  fileid: 2n ** 64n - 1n,
  atime: { seconds: 1, nseconds: 2 },
  mtime: { seconds: 3, nseconds: 4 },
  ctime: { seconds: 0xffffffff, nseconds: 999_999_999 },
};
const ATTRIBUTES_HEX = `
  00000001 000001a4 00000002 000003e8 00000064 0000000200000000 0000000000001000 00000008 00000001
  fedcba9876543210 ffffffffffffffff 00000001 00000002 00000003 00000004 ffffffff 3b9ac9ff`;
const WCC = {
  before: { size: 5, mtime: { seconds: 1, nseconds: 2 }, ctime: { seconds: 3, nseconds: 4 } },
  after: undefined,
};
const WCC_HEX = '00000001 0000000000000005 00000001 00000002 00000003 00000004 00000000';

describe('by hand from RFC 1813', () => {
  it('GETATTR (§3.3.1)', () => {
    holds(nfs.NFSPROC3_GETATTR.decodeArgs, nfs.NFSPROC3_GETATTR.encodeArgs, FH_HEX, { object: FH });
    holds(nfs.NFSPROC3_GETATTR.decodeResult, nfs.NFSPROC3_GETATTR.encodeResult, `00000000 ${ATTRIBUTES_HEX}`, {
      status: Nfsstat3.NFS3_OK,
      resok: { objAttributes: ATTRIBUTES },
    });
    holds(nfs.NFSPROC3_GETATTR.decodeResult, nfs.NFSPROC3_GETATTR.encodeResult, '00000046', {
      status: Nfsstat3.NFS3ERR_STALE,
    });
  });

  it('SETATTR with every attribute and a guard (§3.3.2)', () => {
    holds(
      nfs.NFSPROC3_SETATTR.decodeArgs,
      nfs.NFSPROC3_SETATTR.encodeArgs,
      `${FH_HEX} 00000001 000001ed 00000001 00000000 00000001 00000001 00000001 001fffffffffffff
       00000001 00000002 00000005 00000006 00000001 00000007 00000008`,
      {
        object: FH,
        newAttributes: {
          mode: 0o755,
          uid: 0,
          gid: 1,
          size: Number.MAX_SAFE_INTEGER,
          atime: { setIt: TimeHow.SET_TO_SERVER_TIME },
          mtime: { setIt: TimeHow.SET_TO_CLIENT_TIME, mtime: { seconds: 5, nseconds: 6 } },
        },
        guard: { seconds: 7, nseconds: 8 },
      },
    );
    holds(nfs.NFSPROC3_SETATTR.decodeResult, nfs.NFSPROC3_SETATTR.encodeResult, `00002712 ${WCC_HEX}`, {
      status: Nfsstat3.NFS3ERR_NOT_SYNC,
      resfail: { objWcc: WCC },
    });
  });

  it('LOOKUP (§3.3.3)', () => {
    holds(nfs.NFSPROC3_LOOKUP.decodeArgs, nfs.NFSPROC3_LOOKUP.encodeArgs, `${FH_HEX} 00000003 c3a97800`, {
      what: { dir: FH, name: bytes('éx') },
    });
    holds(
      nfs.NFSPROC3_LOOKUP.decodeResult,
      nfs.NFSPROC3_LOOKUP.encodeResult,
      `00000000 ${FH_HEX} 00000001 ${ATTRIBUTES_HEX} 00000000`,
      { status: Nfsstat3.NFS3_OK, resok: { object: FH, objAttributes: ATTRIBUTES, dirAttributes: undefined } },
    );
  });

  it('READ (§3.3.6): a reply of a byte count that is no multiple of four', () => {
    holds(nfs.NFSPROC3_READ.decodeArgs, nfs.NFSPROC3_READ.encodeArgs, `${FH_HEX} 0000000200000001 00000005`, {
      file: FH,
      offset: 2 ** 33 + 1,
      count: 5,
    });
    holds(
      nfs.NFSPROC3_READ.decodeResult,
      nfs.NFSPROC3_READ.encodeResult,
      '00000000 00000000 00000005 00000001 00000005 68656c6c 6f000000',
      {
        status: Nfsstat3.NFS3_OK,
        resok: { fileAttributes: undefined, count: 5, eof: true, data: bytes('hello') },
      },
    );
  });

  it('READ and WRITE at offsets beyond 2^53 are decoded, as something too big', () => {
    const { offset } = nfs.NFSPROC3_READ.decodeArgs(reader(`${FH_HEX}ffffffffffffffff00000005`.replaceAll(' ', '')));
    expect(offset).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    const write = nfs.NFSPROC3_WRITE.decodeArgs(
      reader(`${FH_HEX}0020000000000000000000010000000000000001aa000000`.replaceAll(' ', '')),
    );
    expect(write.offset).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    expect([...write.data]).toEqual([0xaa]);
  });

  it('WRITE (§3.3.7)', () => {
    holds(
      nfs.NFSPROC3_WRITE.decodeArgs,
      nfs.NFSPROC3_WRITE.encodeArgs,
      `${FH_HEX} 0000000000000004 00000003 00000002 00000003 61626300`,
      { file: FH, offset: 4, count: 3, stable: StableHow.FILE_SYNC, data: bytes('abc') },
    );
    holds(
      nfs.NFSPROC3_WRITE.decodeResult,
      nfs.NFSPROC3_WRITE.encodeResult,
      `00000000 ${WCC_HEX} 00000003 00000000 0102030405060708`,
      {
        status: Nfsstat3.NFS3_OK,
        resok: {
          fileWcc: WCC,
          count: 3,
          committed: StableHow.UNSTABLE,
          verf: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
        },
      },
    );
  });

  it('CREATE in each mode (§3.3.8)', () => {
    const where = { dir: FH, name: bytes('f') };
    const where_hex = `${FH_HEX} 00000001 66000000`;
    const { decodeArgs, encodeArgs } = nfs.NFSPROC3_CREATE;
    for (const mode of [Createmode3.UNCHECKED, Createmode3.GUARDED]) {
      holds(decodeArgs, encodeArgs, `${where_hex} 0000000${mode} ${UNCHANGED_HEX}`, {
        where,
        how: { mode, objAttributes: UNCHANGED },
      });
    }
    holds(decodeArgs, encodeArgs, `${where_hex} 00000002 7665726966696572`, {
      where,
      how: { mode: Createmode3.EXCLUSIVE, verf: bytes('verifier') },
    });
    holds(
      nfs.NFSPROC3_CREATE.decodeResult,
      nfs.NFSPROC3_CREATE.encodeResult,
      `00000000 00000001 ${FH_HEX} 00000000 ${WCC_HEX}`,
      { status: Nfsstat3.NFS3_OK, resok: { obj: FH, objAttributes: undefined, dirWcc: WCC } },
    );
  });

  it('MKDIR, SYMLINK, LINK, RENAME, REMOVE (§3.3.9, §3.3.10, §3.3.15, §3.3.14, §3.3.12)', () => {
    const where = { dir: FH, name: bytes('d') };
    const where_hex = `${FH_HEX} 00000001 64000000`;
    holds(nfs.NFSPROC3_MKDIR.decodeArgs, nfs.NFSPROC3_MKDIR.encodeArgs, `${where_hex} ${UNCHANGED_HEX}`, {
      where,
      attributes: UNCHANGED,
    });
    holds(
      nfs.NFSPROC3_SYMLINK.decodeArgs,
      nfs.NFSPROC3_SYMLINK.encodeArgs,
      `${where_hex} ${UNCHANGED_HEX} 00000004 2e2e2f74`,
      { where, symlink: { symlinkAttributes: UNCHANGED, symlinkData: bytes('../t') } },
    );
    holds(nfs.NFSPROC3_LINK.decodeArgs, nfs.NFSPROC3_LINK.encodeArgs, `${FH_HEX} ${where_hex}`, {
      file: FH,
      link: where,
    });
    holds(nfs.NFSPROC3_RENAME.decodeArgs, nfs.NFSPROC3_RENAME.encodeArgs, `${where_hex} ${where_hex}`, {
      from: where,
      to: where,
    });
    holds(nfs.NFSPROC3_REMOVE.decodeArgs, nfs.NFSPROC3_REMOVE.encodeArgs, where_hex, { object: where });
  });

  it('MKNOD of each type (§3.3.11)', () => {
    const where = { dir: FH, name: bytes('n') };
    const where_hex = `${FH_HEX} 00000001 6e000000`;
    const { decodeArgs, encodeArgs } = nfs.NFSPROC3_MKNOD;
    holds(decodeArgs, encodeArgs, `${where_hex} 00000004 ${UNCHANGED_HEX} 00000008 00000001`, {
      where,
      what: { type: Ftype3.NF3CHR, device: { devAttributes: UNCHANGED, spec: { specdata1: 8, specdata2: 1 } } },
    });
    holds(decodeArgs, encodeArgs, `${where_hex} 00000007 ${UNCHANGED_HEX}`, {
      where,
      what: { type: Ftype3.NF3FIFO, pipeAttributes: UNCHANGED },
    });
    holds(decodeArgs, encodeArgs, `${where_hex} 00000001`, { where, what: { type: Ftype3.NF3REG } });
  });

  it('READDIR (§3.3.16): a list of two, and its size', () => {
    holds(
      nfs.NFSPROC3_READDIR.decodeArgs,
      nfs.NFSPROC3_READDIR.encodeArgs,
      `${FH_HEX} ffffffffffffffff 0000000000000000 00001000`,
      { dir: FH, cookie: 2n ** 64n - 1n, cookieverf: new Uint8Array(8), count: 4096 },
    );
    const result = {
      status: Nfsstat3.NFS3_OK,
      resok: {
        dirAttributes: undefined,
        cookieverf: bytes('cookies!'),
        reply: {
          entries: [
            { fileid: 1n, name: bytes('.'), cookie: 1n },
            { fileid: 2n, name: bytes('abcd'), cookie: 7n },
          ],
          eof: true,
        },
      },
    } as const;
    const hex = `00000000 00000000 636f6f6b69657321
      00000001 0000000000000001 00000001 2e000000 0000000000000001
      00000001 0000000000000002 00000004 61626364 0000000000000007 00000000 00000001`;
    holds(nfs.NFSPROC3_READDIR.decodeResult, nfs.NFSPROC3_READDIR.encodeResult, hex, result);
    expect(sizeReaddir3Res(result)).toBe(written(encodeReaddir3Res, result).length / 2);
  });

  it('READDIRPLUS (§3.3.17): sizes are those of the bytes', () => {
    const entry = { fileid: 3n, name: bytes('abcde'), cookie: 9n, nameAttributes: ATTRIBUTES, nameHandle: FH };
    holds(
      decodeEntryplus3,
      encodeEntryplus3,
      `0000000000000003 00000005 6162636465000000 0000000000000009 00000001 ${ATTRIBUTES_HEX} 00000001 ${FH_HEX}`,
      entry,
    );
    expect(sizeEntryplus3(entry)).toBe(written(encodeEntryplus3, entry).length / 2);
    const result = {
      status: Nfsstat3.NFS3_OK,
      resok: {
        dirAttributes: ATTRIBUTES,
        cookieverf: new Uint8Array(8),
        reply: { entries: [entry, { ...entry, nameAttributes: undefined, nameHandle: undefined }], eof: false },
      },
    } as const;
    expect(sizeReaddirplus3Res(result)).toBe(written(encodeReaddirplus3Res, result).length / 2);
  });

  it('FSINFO, PATHCONF, COMMIT (§3.3.19, §3.3.20, §3.3.21)', () => {
    holds(
      nfs.NFSPROC3_FSINFO.decodeResult,
      nfs.NFSPROC3_FSINFO.encodeResult,
      `00000000 00000000 00100000 00020000 00001000 00100000 00020000 00001000 00010000
       001fffffffffffff 00000000 00000001 0000001b`,
      {
        status: Nfsstat3.NFS3_OK,
        resok: {
          objAttributes: undefined,
          rtmax: 1 << 20,
          rtpref: 1 << 17,
          rtmult: 4096,
          wtmax: 1 << 20,
          wtpref: 1 << 17,
          wtmult: 4096,
          dtpref: 1 << 16,
          maxfilesize: Number.MAX_SAFE_INTEGER,
          timeDelta: { seconds: 0, nseconds: 1 },
          properties: FSF3_LINK | FSF3_SYMLINK | FSF3_HOMOGENEOUS | FSF3_CANSETTIME,
        },
      },
    );
    holds(
      nfs.NFSPROC3_PATHCONF.decodeResult,
      nfs.NFSPROC3_PATHCONF.encodeResult,
      '00000000 00000000 0000ffff 000000ff 00000001 00000001 00000000 00000001',
      {
        status: Nfsstat3.NFS3_OK,
        resok: {
          objAttributes: undefined,
          linkmax: 65_535,
          nameMax: 255,
          noTrunc: true,
          chownRestricted: true,
          caseInsensitive: false,
          casePreserving: true,
        },
      },
    );
    holds(nfs.NFSPROC3_COMMIT.decodeArgs, nfs.NFSPROC3_COMMIT.encodeArgs, `${FH_HEX} 0000000100000000 00000000`, {
      file: FH,
      offset: 2 ** 32,
      count: 0,
    });
  });

  it('MOUNT (appendix I): a handle with flavors, the lists', () => {
    holds(
      mount.MOUNTPROC3_MNT.decodeResult,
      mount.MOUNTPROC3_MNT.encodeResult,
      `00000000 ${FH_HEX} 00000002 00000001 00000006`,
      { fhsStatus: Mountstat3.MNT3_OK, mountinfo: { fhandle: FH, authFlavors: [1, 6] } },
    );
    holds(
      mount.MOUNTPROC3_EXPORT.decodeResult,
      mount.MOUNTPROC3_EXPORT.encodeResult,
      '00000001 00000002 2f610000 00000001 00000001 2a000000 00000000 00000001 00000002 2f620000 00000000 00000000',
      [
        { exDir: bytes('/a'), exGroups: [{ grName: bytes('*') }] },
        { exDir: bytes('/b'), exGroups: [] },
      ],
    );
    holds(
      mount.MOUNTPROC3_DUMP.decodeResult,
      mount.MOUNTPROC3_DUMP.encodeResult,
      '00000001 00000001 68000000 00000002 2f610000 00000000',
      [{ mlHostname: bytes('h'), mlDirectory: bytes('/a') }],
    );
  });
});

describe('by hand from RFC 1833 and RFC 5531', () => {
  it('port mapper arguments', () => {
    holds(pmap.PMAPPROC_GETPORT.decodeArgs, pmap.PMAPPROC_GETPORT.encodeArgs, '000186a3 00000003 00000006 00000000', {
      prog: 100_003,
      vers: 3,
      prot: 6,
      port: 0,
    });
    holds(
      rpcb.RPCBPROC_GETADDR.decodeArgs,
      rpcb.RPCBPROC_GETADDR.encodeArgs,
      '000186a3 00000003 00000003 74637000 00000000 00000000',
      { rProg: 100_003, rVers: 3, rNetid: 'tcp', rAddr: '', rOwner: '' },
    );
  });

  it('messages of each kind', () => {
    const none = { flavor: AuthFlavor.AUTH_NONE, body: new Uint8Array(0) };
    const message = (hex: string, value: RpcMsg) => holds(decodeRpcMsg, encodeRpcMsg, hex, value);
    message('00000007 00000000 00000002 000186a3 00000003 00000001 00000001 00000004 aabbccdd 00000000 00000000', {
      xid: 7,
      body: {
        mtype: MsgType.CALL,
        cbody: {
          rpcvers: 2,
          prog: 100_003,
          vers: 3,
          proc: 1,
          cred: { flavor: AuthFlavor.AUTH_SYS, body: Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd) },
          verf: none,
        },
      },
    });
    message('00000007 00000001 00000000 00000000 00000000 00000002 00000003 00000004', {
      xid: 7,
      body: {
        mtype: MsgType.REPLY,
        rbody: {
          stat: ReplyStat.MSG_ACCEPTED,
          areply: { verf: none, replyData: { stat: AcceptStat.PROG_MISMATCH, mismatchInfo: { low: 3, high: 4 } } },
        },
      },
    });
    message('00000007 00000001 00000001 00000001 00000005', {
      xid: 7,
      body: {
        mtype: MsgType.REPLY,
        rbody: { stat: ReplyStat.MSG_DENIED, rreply: { stat: RejectStat.AUTH_ERROR, authStat: AuthStat.AUTH_TOOWEAK } },
      },
    });
  });
});
