import { isIPv6 } from 'node:net';
import { type Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** Capability (MS-SMB2 2.2.32.5). */
export const InterfaceCapability = { RSS: 0x1, RDMA: 0x2 } as const;

/** NETWORK_INTERFACE_INFO (MS-SMB2 2.2.32.5), with its SOCKADDR_STORAGE (2.2.32.5.1) as text. */
export interface NetworkInterfaceInfo {
  readonly ifIndex: number;
  readonly capability: number;
  /** Bits per second. */
  readonly linkSpeed: bigint;
  /** IPv4 or IPv6, without a zone. */
  readonly address: string;
}

const INET = 0x0002;
const INET6 = 0x0017;
const STORAGE = 128;
const SIZE = 24 + STORAGE;

/** The list of interfaces; each but the last says where the next one begins. */
export const networkInterfaceInfo: Codec<readonly NetworkInterfaceInfo[]> = {
  read(r: Reader): readonly NetworkInterfaceInfo[] {
    const interfaces: NetworkInterfaceInfo[] = [];
    for (let at = 0; ;) {
      r.seek(at);
      const next = r.u32le();
      const ifIndex = r.u32le();
      const capability = r.u32le();
      r.skip(4);
      const linkSpeed = r.u64le();
      interfaces.push({ ifIndex, capability, linkSpeed, address: readAddress(r) });
      if (next === 0) return interfaces;
      if (next < SIZE) throw new WireError(`Next ${next} inside a NETWORK_INTERFACE_INFO`);
      at += next;
    }
  },
  write(w: Writer, interfaces: readonly NetworkInterfaceInfo[]): void {
    for (const [index, one] of interfaces.entries()) {
      w.u32le(index < interfaces.length - 1 ? SIZE : 0);
      w.u32le(one.ifIndex);
      w.u32le(one.capability);
      w.zeros(4);
      w.u64le(one.linkSpeed);
      writeAddress(w, one.address);
    }
  },
};

function readAddress(r: Reader): string {
  const family = r.u16le();
  r.skip(2);
  if (family === INET) return [...r.bytes(4)].join('.');
  if (family !== INET6) throw new WireError(`address family ${family}`);
  r.skip(4);
  const groups: string[] = [];
  for (let index = 0; index < 8; index++) groups.push(r.u16().toString(16));
  return groups.join(':');
}

function writeAddress(w: Writer, address: string): void {
  const start = w.length;
  w.u16le(isIPv6(address) ? INET6 : INET);
  w.u16le(0);
  if (isIPv6(address)) {
    w.u32le(0);
    for (const group of groupsOf(address)) w.u16(group);
  } else for (const octet of address.split('.')) w.u8(Number(octet));
  w.zeros(STORAGE - (w.length - start));
}

/** The eight groups of an IPv6 address, whose longest run of zeros may be left out (RFC 4291 §2.2). */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = address.split('::');
  const parse = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const first = parse(head);
  if (tail === undefined) return first;
  const last = parse(tail);
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}
