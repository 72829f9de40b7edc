import type { Session } from './recording-proxy.ts';

/** A random source that a number starts, so that a run can be had again (mulberry32). */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Random = (below: number) => number;
type Mutation = (bytes: Buffer, random: Random) => Buffer;

const extremes = [0, 1, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffc, 0xffff_ffff];

const at = (bytes: Buffer, random: Random): number => random(Math.max(1, bytes.length));

/** Each takes bytes of a client and makes bytes of an attacker of them. */
const mutations: Readonly<Record<string, Mutation>> = {
  flipBits(bytes, random) {
    const copy = Buffer.from(bytes);
    for (let count = 1 + random(8); count > 0 && copy.length > 0; count -= 1) {
      const place = at(copy, random);
      copy[place] = copy[place]! ^ (1 << random(8));
    }
    return copy;
  },
  /** Lengths and counts of XDR are words at multiples of four. */
  extremeWord(bytes, random) {
    const copy = Buffer.from(bytes);
    if (copy.length >= 4)
      copy.writeUInt32BE(extremes[random(extremes.length)]!, random(Math.floor(copy.length / 4)) * 4);
    return copy;
  },
  truncate: (bytes, random) => bytes.subarray(0, at(bytes, random)),
  insert(bytes, random) {
    const place = at(bytes, random);
    const junk = Buffer.from(Array.from({ length: 1 + random(64) }, () => random(256)));
    return Buffer.concat([bytes.subarray(0, place), junk, bytes.subarray(place)]);
  },
  remove(bytes, random) {
    const from = at(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random(32))]);
  },
  repeat(bytes, random) {
    const from = at(bytes, random);
    const piece = bytes.subarray(from, from + 1 + random(200));
    return Buffer.concat([
      bytes.subarray(0, from),
      ...Array.from({ length: 2 + random(50) }, () => piece),
      bytes.subarray(from),
    ]);
  },
  /** Numbers in text: Content-Length, chunk sizes, ranges, part numbers. */
  digits(bytes, random) {
    const text = bytes.toString('latin1');
    const found = [...text.matchAll(/\d+/g)];
    const match = found[random(Math.max(1, found.length))];
    if (!match) return bytes;
    const numbers = ['0', '-1', '99999999999999999999', '1e9', '9007199254740993', '0x10', ''];
    const number = numbers[random(numbers.length)]!;
    return Buffer.from(text.slice(0, match.index) + number + text.slice(match.index + match[0].length), 'latin1');
  },
  noise: (bytes, random) => Buffer.from(Array.from({ length: 1 + random(4096) }, () => random(256))),
};

const names = Object.keys(mutations);

/** One session with some of its pieces spoilt. */
export function mutated(session: Session, random: Random): Buffer {
  const pieces = session.map((piece) => {
    if (random(3) > 0) return piece;
    return mutations[names[random(names.length)]!]!(piece, random);
  });
  const whole = Buffer.concat(pieces);
  return random(2) === 0 ? mutations[names[random(names.length)]!]!(whole, random) : whole;
}

/** A record mark (RFC 5531 §11) of some length before random bytes, so that they get as far as the decoders. */
export function randomFrame(random: Random): Buffer {
  const noise = Buffer.from(Array.from({ length: random(600) }, () => random(256)));
  const mark = Buffer.alloc(4);
  mark.writeUInt32BE(random(3) === 0 ? extremes[random(extremes.length)]! : (0x8000_0000 | noise.length) >>> 0);
  return random(4) === 0 ? noise : Buffer.concat([mark, noise]);
}
