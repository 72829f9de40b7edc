import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../system-random.ts';
import { loadHeadKey } from './head-key.ts';
import { PasswordHasher } from './passwords.ts';
import { Sealer } from './sealer.ts';
import { secretBox } from './secret-box.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polynas-key-'));
});

describe('head key', () => {
  it('is made once, mode 0600, and is the same from then on', async () => {
    const first = await loadHeadKey(directory, systemRandom);
    const second = await loadHeadKey(directory, systemRandom);
    expect([first.made, second.made]).toEqual([true, false]);
    expect(second.key.derive('a')).toEqual(first.key.derive('a'));
    expect(first.key.derive('a')).not.toEqual(first.key.derive('b'));
    expect((await stat(join(directory, 'head.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['head.key']);
  });

  it('is one key however many make it at once', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadHeadKey(directory, systemRandom)));
    expect(new Set(keys.map(({ key }) => Buffer.from(key.derive('x')).toString('hex'))).size).toBe(1);
    expect(await readdir(directory)).toEqual(['head.key']);
  });

  it('is refused when others may read it, or when it is none', async () => {
    await loadHeadKey(directory, systemRandom);
    await chmod(join(directory, 'head.key'), 0o640);
    await expect(loadHeadKey(directory, systemRandom)).rejects.toThrow(
      /may be read by others \(mode 0640\): chmod 600/,
    );
    await chmod(join(directory, 'head.key'), 0o600);
    await writeFile(join(directory, 'head.key'), '');
    await expect(loadHeadKey(directory, systemRandom)).rejects.toThrow(/is no head key/);
    expect(await readFile(join(directory, 'head.key'), 'utf8')).toBe('');
  });
});

describe('sealed secrets', () => {
  const sealer = new Sealer(systemRandom(32), systemRandom);

  it('open with the same key for the same purpose only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const sealed = sealer.seal(text, 'a');
        expect(sealer.open(sealed, 'a')).toBe(Buffer.from(text).toString());
        expect(sealer.open(sealed, 'b')).toBeUndefined();
        expect(new Sealer(systemRandom(32), systemRandom).open(sealed, 'a')).toBeUndefined();
        expect(sealer.seal(text, 'a')).not.toBe(sealed);
      }),
    );
  });

  it('do not open when changed', () => {
    const sealed = sealer.seal('the secret', 'a');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const forged = Buffer.from(bytes);
      forged[index] = (forged[index] ?? 0) ^ 1;
      expect(sealer.open(`v1.${forged.toString('base64url')}`, 'a')).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (text) => sealer.open(text, 'a') === undefined));
  });

  it('are reported as corrupt by the box', () => {
    const box = secretBox(sealer);
    expect(box.open(box.seal('s'))).toBe('s');
    expect(() => box.open('v1.AAAA')).toThrow(/not sealed by this head.key/);
  });
});

describe('passwords', () => {
  const hasher = new PasswordHasher(systemRandom);

  it('verify against their own hash only, however they are composed', async () => {
    const hash = await hasher.hash('caf\u00e9 au lait');
    expect(hash).not.toContain('lait');
    expect(await hasher.verify('caf\u00e9 au lait', hash)).toBe(true);
    expect(await hasher.verify('cafe\u0301 au lait', hash)).toBe(true);
    expect(await hasher.verify('cafe au lait', hash)).toBe(false);
    expect(await hasher.hash('caf\u00e9 au lait')).not.toBe(hash);
  });

  it('have the NT hash of MS-NLMP 4.2.2.1.2', async () => {
    expect(await hasher.ntHash('Password')).toBe('a4f49c406510bdcab6824ee7c30fd852');
    expect(await hasher.ntHash('cafe\u0301')).toBe(await hasher.ntHash('caf\u00e9'));
  });

  it('do not verify against what is no hash, nor let it cost the world', async () => {
    const salt = 'AAAAAAAAAAAAAAAAAAAAAA';
    const hash = 'A'.repeat(43);
    for (const stored of ['', 'x', 'scrypt$15$8$1', `scrypt$31$8$1$${salt}$${hash}`, `scrypt$x$8$1$${salt}$${hash}`]) {
      expect(await hasher.verify('p', stored)).toBe(false);
    }
  });
});
