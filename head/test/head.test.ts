import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort, HeadProcess, polynas } from './head-process.ts';

// Real processes, several for each test, on machines that have other things to do.
vi.setConfig({ testTimeout: 120_000 });

let directory: string;
let ports: { nfs: number; smb: number; s3: number; swift: number };
const heads: HeadProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polynas-head-'));
  ports = { nfs: await freePort(), smb: await freePort(), s3: await freePort(), swift: await freePort() };
  await configure('');
});

afterEach(async () => {
  await Promise.all(heads.splice(0).map((head) => head.end('SIGKILL')));
  await rm(directory, { recursive: true, force: true });
});

function configure(more: string): Promise<void> {
  const doors = Object.entries(ports).map(([name, port]) => `  ${name}: { port: ${port} }\n`);
  return writeFile(join(directory, 'polynas.yaml'), `doors:\n${doors.join('')}${more}`);
}

function start(args: readonly string[] = [], environment: Record<string, string> = {}): HeadProcess {
  const head = new HeadProcess(directory, args, environment);
  heads.push(head);
  return head;
}

const cli = (...args: string[]) => polynas(directory, args);
const data = (...parts: string[]) => join(directory, 'polynas-data', ...parts);

async function everything(path: string): Promise<string> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')));
  return texts.join('\n');
}

describe('a first start', () => {
  it('makes a key, an administrator and a share, and tells the credentials once', async () => {
    const head = await start().ready();
    const [, password = ''] = /Password +(\S+)/.exec(head.stdout) ?? [];
    const [, key = ''] = /Access key +(\S+)/.exec(head.stdout) ?? [];
    const [, secret = ''] = /Secret key +(\S+)/.exec(head.stdout) ?? [];
    expect(password).toMatch(/^([0-9a-z]{4}-){4}[0-9a-z]{4}$/);
    expect(key).toMatch(/^[A-Z0-9]{16,}$/);
    expect(secret.length).toBeGreaterThanOrEqual(30);
    expect(head.stdout).toContain(
      `mount -t nfs -o vers=3,proto=tcp,port=${ports.nfs},mountport=${ports.nfs},mountproto=tcp,nolock 127.0.0.1:/share /mnt`,
    );
    expect(head.stdout).toContain(`export AWS_SECRET_ACCESS_KEY=${secret}`);
    expect(head.stdout).toContain(`aws --endpoint-url http://127.0.0.1:${ports.s3} s3 ls s3://share/`);
    expect(head.stdout).toContain(`smbclient -p ${ports.smb} -U admin //127.0.0.1/share`);
    expect(head.stdout).toContain(
      `swift -A http://127.0.0.1:${ports.swift}/auth/v1.0 -U default:admin -K PASSWORD list share`,
    );
    expect(head.stdout).toContain('--listen 0.0.0.0');

    expect((await stat(data())).mode & 0o777).toBe(0o700);
    for (const file of ['head.key', 'admin.sock', 'state/registry.json']) {
      expect((await stat(data(file))).mode & 0o777, file).toBe(0o600);
    }
    const kept = await everything(data());
    for (const told of [password, secret]) {
      expect(head.stderr).not.toContain(told);
      expect(kept).not.toContain(told);
    }
    expect(await head.end()).toBe(0);

    const again = await start().ready();
    expect(again.stdout).not.toMatch(/Password|Secret key|Shown once/);
    expect(again.stdout).toContain('127.0.0.1:/share /mnt');
    expect((await cli('user', 'list')).out).toContain(key);
    expect((await cli('share', 'list', '--json')).out).toContain('"share"');
  });

  it('that was killed before it told goes on, with credentials that are told', async () => {
    const head = await start().ready();
    const [, lost = ''] = /Access key +(\S+)/.exec(head.stdout) ?? [];
    await head.end('SIGKILL');
    // As if the kill had come a moment before the mark was cleared.
    await writeFile(data('state', 'first-start'), '');
    const again = await start().ready();
    const [, told = ''] = /Access key +(\S+)/.exec(again.stdout) ?? [];
    expect(told).not.toBe('');
    const { out } = await cli('user', 'list');
    expect(out).toContain(told);
    expect(out).not.toContain(lost);
    expect((await cli('share', 'list', '--json')).out.match(/"name"/g)).toHaveLength(1);
    await expect(stat(data('state', 'first-start'))).rejects.toThrow();
  });

  it('gives the administrator the uid of who called it through sudo', async () => {
    const head = await start([], { SUDO_UID: '1234', SUDO_GID: '1235' }).ready();
    expect(head.stdout).toContain('anonuid=');
    const { users } = JSON.parse((await cli('user', 'list', '--json')).out) as {
      users: { uid: number; gid: number }[];
    };
    const uid = process.getuid?.() === 0 ? 1234 : process.getuid?.();
    expect(users[0]?.uid).toBe(uid);
    const { shares } = JSON.parse((await cli('share', 'list', '--json')).out) as {
      shares: { doors: { nfs: { rules: object[] } } }[];
    };
    expect(shares[0]?.doors.nfs.rules[0]).toMatchObject({ squash: 'root', anonymousUid: uid, privilegedPort: true });
  });
});

describe('a data directory', () => {
  it('has one head only', async () => {
    const head = await start().ready();
    const second = start();
    const code = await new Promise((resolve) => second.child.once('close', resolve));
    expect(code).toBe(6);
    expect(second.stderr).toContain(`polynas: another head (process ${head.child.pid}) has the data directory`);
    expect((await cli('status')).code).toBe(0);
  });

  it('is served again after a kill', async () => {
    const head = await start().ready();
    await cli('user', 'add', 'ada');
    expect(await head.end('SIGKILL')).toBe('SIGKILL');
    expect((await cli('status')).code).toBe(3);
    await start().ready();
    expect((await cli('user', 'list')).out).toContain('ada');
  });

  it('is refused without its key, or open to others', async () => {
    const head = await start().ready();
    await head.end();
    const refused = async () => {
      const next = start();
      const code = await new Promise((resolve) => next.child.once('close', resolve));
      return { code, stderr: next.stderr };
    };
    await chmod(data(), 0o755);
    expect(await refused()).toMatchObject({ code: 7, stderr: expect.stringContaining('chmod 700') as string });
    await chmod(data(), 0o700);
    await unlink(data('head.key'));
    expect(await refused()).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('restore it from a backup') as string,
    });
    expect(await readdir(data())).not.toContain('head.key');
  });

  it('is refused without its registry, and with the key of another', async () => {
    const refused = async () => {
      const next = start();
      const code = await new Promise((resolve) => next.child.once('close', resolve));
      expect(next.stderr).not.toMatch(/\n {4}at /);
      return { code, stderr: next.stderr };
    };
    await (await start().ready()).end();
    const [registry, away] = [data('state', 'registry.json'), join(directory, 'away')];
    await rename(registry, away);
    expect(await refused()).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/registry\.json is missing.* restore it from a backup/) as string,
    });
    await rename(away, registry);
    const key = await readFile(data('head.key'), 'utf8');
    await writeFile(data('head.key'), `${'0'.repeat(64)}\n`);
    expect(await refused()).toMatchObject({ code: 7, stderr: expect.stringContaining('another head.key') as string });
    await writeFile(data('head.key'), key);
    await start().ready();
    expect((await cli('share', 'list', '--json')).out).toContain('"share"');
  });
});

describe('the command line', () => {
  it('changes users, keys, shares and tenants of the running head', async () => {
    const head = await start().ready();
    const added = await cli('user', 'add', 'ada', '--groups', '5,6', '--uid', '4000');
    expect(added.out).toMatch(/uid 4000[^]*Password +\S+[^]*Access key +\S+[^]*Secret key +\S+/);
    expect((await cli('user', 'add', 'Ada')).code).toBe(1);
    const given = await polynas(
      directory,
      ['user', 'key', 'add', 'ada', '--id', 'GIVENKEY', '--secret-stdin'],
      'given-secret\n',
    );
    expect(given.out).toContain('GIVENKEY');
    expect(given.out).not.toContain('given-secret');
    expect((await cli('user', 'key', 'remove', 'ada', 'GIVENKEY')).code).toBe(0);
    expect((await cli('user', 'key', 'remove', 'ada', 'GIVENKEY')).code).toBe(4);
    expect((await cli('user', 'disable', 'ada')).out).toContain('disabled');
    expect((await cli('user', 'enable', 'ada')).out).not.toContain('disabled');
    expect((await cli('user', 'groups', 'ada')).out).not.toContain('5,6');
    expect((await cli('user', 'password', 'ada', '--random')).out).toMatch(/Password of ada: \S+/);
    expect((await polynas(directory, ['user', 'password', 'ada', '--password-stdin'], 'long enough\n')).code).toBe(0);
    expect((await polynas(directory, ['user', 'password', 'ada', '--password-stdin'], 'short\n')).code).toBe(1);
    expect((await cli('user', 'password', 'ada')).code).toBe(2);

    const share = await cli('share', 'add', 'docs', '--owner', 'ada', '--nfs', '10.0.0.0/8(ro)', '--s3', 'docs-bucket');
    expect(share.out).toContain('nfs 10.0.0.0/8(ro,root_squash,anonuid=65534,anongid=65534); s3 as docs-bucket');
    expect((await cli('share', 'doors', 'docs', '--nfs-add', '::1', '--no-s3')).out).toMatch(
      /10\.0\.0\.0\/8.* ::1\(rw[^;]*\)\n/,
    );
    expect((await cli('share', 'set', 'docs', '--owner', 'admin', '--read-only')).out).toMatch(/docs +admin +main +ro/);
    expect((await cli('user', 'remove', 'ada')).code).toBe(0);
    expect((await cli('share', 'remove', 'docs')).code).toBe(0);
    expect((await cli('share', 'remove', 'docs')).code).toBe(4);
    expect((await cli('tenant', 'add', 'acme')).code).toBe(0);
    expect((await cli('tenant', 'list')).out).toContain('acme');
    expect(head.stderr).not.toContain('given-secret');
    expect(head.log().filter((line) => line.level === 'error')).toEqual([]);
  });

  it('tells the status of the head', async () => {
    await start().ready();
    const { out } = await cli('status');
    expect(out).toMatch(/^Polynas \d+\.\d+\.\d+ \(process \d+/);
    expect(out).toContain(`127.0.0.1:${ports.nfs}`);
    const status = JSON.parse((await cli('--json', 'status')).out) as {
      volumes: { capacity: { totalBytes: number }; epoch: string }[];
      doors: { name: string; port: number }[];
    };
    expect(status.volumes[0]?.capacity.totalBytes).toBeGreaterThan(0);
    expect(status.volumes[0]?.epoch).toMatch(/^[0-9a-f]{16}$/);
    expect(status.doors.map(({ name, port }) => [name, port])).toEqual([
      ['nfs', ports.nfs],
      ['smb', ports.smb],
      ['s3', ports.s3],
      ['swift', ports.swift],
    ]);
    expect((await cli('state')).out).toContain('SHARE');
    for (const port of Object.values(ports)) {
      const client = connect(port, '127.0.0.1');
      await once(client, 'connect');
      await vi.waitFor(async () =>
        expect((await cli('status')).out).toMatch(new RegExp(`127.0.0.1:${port} +1( |\\n)`)),
      );
      client.destroy();
    }
  });

  it('says when no head is running, and when it is used wrongly', async () => {
    const answer = await cli('status');
    expect(answer).toMatchObject({ code: 3, err: expect.stringContaining('no head is running') as string });
    expect((await cli('nonsense')).code).toBe(2);
    expect((await cli('user', 'add')).code).toBe(2);
    expect((await cli('--version')).out).toMatch(/^\d+\.\d+\.\d+/);
    expect((await cli('user', '--help')).code).toBe(0);
    expect((await cli('config', 'check')).out).toContain('is good');
    await configure('colour: red\n');
    expect(await cli('config', 'check')).toMatchObject({
      code: 5,
      err: 'polynas: polynas.yaml:6:1: colour: unknown key\n',
    });
  });
});

describe('what polynas.yaml declares', () => {
  const declared = `
tenants: [{ name: acme }]
users:
  - name: ada
    uid: 4000
    password: ada's own password
    keys: [{ id: ADAKEY, secret: ada-secret-key }]
  - { name: eve, tenant: acme, disabled: true }
shares:
  - name: docs
    owner: ada
    mode: 0750
    doors:
      nfs: { rules: [{ clients: 10.0.0.0/8, squash: all }] }
      s3: {}
`;

  it('is there after the start, and again after the next, without any secret at rest', async () => {
    await configure(declared);
    const head = await start().ready();
    expect(head.stdout).not.toMatch(/Password|Secret key/);
    expect((await cli('user', 'list')).out).toMatch(/acme +eve .*disabled/);
    expect((await cli('user', 'list')).out).toMatch(/default +ada +4000 .* ADAKEY/);
    expect((await cli('share', 'list')).out).toContain('10.0.0.0/8(rw,all_squash');
    const before = await readFile(data('state', 'registry.json'), 'utf8');
    expect(await head.end()).toBe(0);
    await (await start().ready()).end();
    expect(await readFile(data('state', 'registry.json'), 'utf8')).toBe(before);
    const kept = (await everything(data())) + head.stderr;
    for (const secret of ["ada's own password", 'ada-secret-key']) expect(kept).not.toContain(secret);
  });

  it('is brought in line when it changes, and what is not declared stays', async () => {
    await configure(declared);
    const head = await start().ready();
    await cli('user', 'add', 'bob');
    await head.end();
    await configure(declared.replace('squash: all', 'squash: none').replace('disabled: true', 'disabled: false'));
    await start().ready();
    const users = (await cli('user', 'list')).out;
    expect(users).toContain('bob');
    expect(users).not.toContain('disabled');
    expect((await cli('share', 'list')).out).toContain('10.0.0.0/8(rw,no_root_squash)');
  });

  it('may be shares alone, owned by the administrator of the first start', async () => {
    await configure('shares: [{ name: docs, owner: admin }]\n');
    const head = await start().ready();
    expect(head.stdout).toMatch(/Administrator +admin/);
    const { out } = await cli('share', 'list');
    expect(out).toMatch(/docs +admin/);
    expect(out).not.toMatch(/ share +admin/);
  });

  it('stops the start when it contradicts what is there', async () => {
    await configure(declared);
    await (await start().ready()).end();
    await configure(declared.replace('uid: 4000', 'uid: 4001'));
    const next = start();
    const code = await new Promise((resolve) => next.child.once('close', resolve));
    expect(code).toBe(5);
    expect(next.stderr).toMatch(/polynas: .*polynas.yaml cannot be carried out: user ada has uid 4000/);
  });
});

describe('the admin API over TCP', () => {
  it('wants the bearer token', async () => {
    const port = await freePort();
    await configure(`admin:\n  listen: { port: ${port} }\n`);
    await start().ready();
    const url = `http://127.0.0.1:${port}/v1/status`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    const token = (await readFile(data('admin.token'), 'utf8')).trim();
    expect((await stat(data('admin.token'))).mode & 0o777).toBe(0o600);
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect((await cli('status')).out).toContain(`127.0.0.1:${port}`);
  });
});

describe('a door that cannot listen', () => {
  it('stops the start with a line that says which', async () => {
    const head = await start().ready();
    const other = start(['--data', join(directory, 'other')]);
    const code = await new Promise((resolve) => other.child.once('close', resolve));
    expect(code).toBe(8);
    expect(other.stderr).toContain(`doors.nfs cannot listen at 127.0.0.1:${ports.nfs}: another program does`);
    expect(await head.end('SIGINT')).toBe(0);
    expect(head.log().at(-1)).toMatchObject({ msg: 'stopped', clean: true });
  });
});
