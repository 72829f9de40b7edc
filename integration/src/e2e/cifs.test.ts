import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CifsDialect, CifsMount } from '../clients/cifs-mount.ts';
import { sha256 } from '../clients/command.ts';
import { Doors, noKernel } from './doors.ts';

interface Kind {
  readonly dialect: CifsDialect;
  readonly sealed: boolean;
}

const kinds: readonly Kind[] = [
  { dialect: '2.0', sealed: false },
  { dialect: '2.1', sealed: false },
  { dialect: '3.0', sealed: true },
  { dialect: '3.1.1', sealed: false },
  { dialect: '3.1.1', sealed: true },
];

describe.skipIf(noKernel !== undefined)('the kernel’s SMB client', () => {
  let doors: Doors;

  beforeAll(async () => {
    doors = await Doors.open({ kernel: true });
  });

  afterAll(async () => {
    await doors?.[Symbol.asyncDispose]();
  });

  test.for(kinds)('by $dialect, sealed $sealed', async ({ dialect, sealed }) => {
    const { guest, sdk } = doors;
    const at = `/mnt/smb-${dialect}-${sealed}`;
    const mount = await doors.cifs({ dialect, sealed, at });
    const options = await guest.expect(`grep ' ${at} ' /proc/mounts`);
    expect(options).toContain(`vers=${dialect.replace('0.2', '02')},`);
    expect(options.includes(',seal,')).toBe(sealed);

    const file = join(doors.scratch, 'file');
    writeFileSync(file, `${dialect} `.repeat(300_000));
    const folder = `of-${dialect}-${sealed}`;
    await mount.put(file, `${folder}/a/file`);
    const wanted = await sha256(file);
    expect(await mount.sum(`${folder}/a/file`)).toBe(wanted);
    expect(await sdk.sum(`${folder}/a/file`)).toBe(wanted);

    const script = `set -e; cd ${at}/${folder}
      mv a/file a/moved && mv a b
      truncate -s 5 b/moved && stat -c %s b/moved
      for i in $(seq 80); do : >b/entry-$i; done
      ls b | sort -u | wc -l
      setfattr -n user.colour -v blue b/moved && getfattr --only-values -n user.colour b/moved && echo
      touch -d '2001-02-03 04:05:06 UTC' b/moved && date -u -r b/moved +%FT%T
      cp b/moved b/copied && cmp b/moved b/copied
      rm b/entry-* b/copied && ls b
      df --output=size . | tail -n 1 | grep -c '[1-9]'`;
    expect(await guest.expect(script)).toBe('5\n81\nblue\n2001-02-03T04:05:06\nmoved\n1\n');
    expect(await sdk.keys(`${folder}/b/m`)).toEqual([`${folder}/b/moved`]);
    expect((await sdk.bytes(`${folder}/b/moved`)).toString()).toBe(`${dialect} `.repeat(5).slice(0, 5));
    await guest.expect(`rm -r ${at}/${folder}`);
    expect(await sdk.keys(folder)).toEqual([]);
    await guest.unmount(at);
  });

  test('a wrong password, and a share that is not there, in the words of mount', async () => {
    const { guest, head } = doors;
    const mount = (password: string, share: string): Promise<void> =>
      guest.mount({
        kind: 'cifs',
        export: share,
        options: `vers=3.1.1,port=${head.smbPort},username=alice,password=${password}`,
        at: '/mnt/wrong',
      });
    await expect(mount('wrong', 'files')).rejects.toThrow(/error\(13\): Permission denied/);
    await expect(mount(head.smbTarget('alice').password, 'nowhere')).rejects.toThrow(
      /error\(2\): No such file or directory/,
    );
  });

  describe('at work', () => {
    let mount: CifsMount;

    beforeAll(async () => {
      // Locks are kept within the client: SMB's bind everyone, and POSIX programs read what they have locked through another descriptor.
      mount = await doors.cifs({ dialect: '3.1.1', at: '/mnt/work', options: 'nobrl,mfsymlinks' });
    });

    async function workload(name: string, ...args: string[]): Promise<string[]> {
      const { guest } = doors;
      const { status, output } = await guest.run(guest.workload(name, mount.at, ...args), { timeout: 280_000 });
      expect(output.split('\n').filter((line) => line.startsWith('not ok '))).toEqual([]);
      expect(status, output.slice(-2000)).toBe(0);
      return output.split('\n').filter((line) => line.startsWith('ok '));
    }

    test('git: commits, clone, gc, fsck', async () => {
      expect(await workload('git', '8')).toHaveLength(7);
      expect(await doors.sdk.keys('git/repository/.git/HEAD')).toEqual(['git/repository/.git/HEAD']);
    });

    test('SQLite in WAL mode', async () => {
      expect(await workload('sqlite-wal', '40')).toHaveLength(5);
    });

    test('fio with verification', async () => {
      expect(await workload('fio-verify', '8')).toHaveLength(3);
    });

    test('many entries', async () => {
      const script = `set -e; mkdir ${mount.at}/many; cd ${mount.at}/many
        python3 -c 'for i in range(600): open("entry-%05d" % i, "w").close()'
        ls | sort -u | wc -l; ls -l | grep -c entry; cd ..; rm -r many; ls -d many 2>&1 || true`;
      expect(await doors.guest.expect(script, { timeout: 280_000 })).toMatch(/^600\n600\n.*No such file/);
    });
  });

  test('the head saw no fault, and its volume is whole', async () => {
    expect(doors.head.faults()).toEqual([]);
    expect(await doors.head.volumeProblems()).toEqual([]);
  });
});
