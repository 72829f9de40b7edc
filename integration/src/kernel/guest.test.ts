import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KernelLab } from './guest.ts';
import type { Guest } from './guest.ts';
import { startTime } from './run-directory.ts';

describe.skipIf(KernelLab.availability().unavailable !== undefined)('kernel-client guest', () => {
  let lab: KernelLab;
  let guest: Guest;
  let scratch: string;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'guest-test-'));
    lab = await KernelLab.open();
    guest = await lab.boot();
  }, 600_000);

  afterAll(async () => {
    await lab?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('run_gives_exit_status_and_output', async () => {
    const result = await guest.run(`echo "out é"; echo 'err "quoted" $x' >&2; exit 3`);
    expect(result).toEqual({ status: 3, output: 'out é\nerr "quoted" $x\n', timedOut: false });
  });

  test('run_by_signal_gives_128_and_signal', async () => {
    expect((await guest.run('kill -TERM $$')).status).toBe(143);
  });

  test('run_as_user_has_its_identity', async () => {
    const { output } = await guest.run('id -un; id -G; echo $HOME; id -u bob carol', { user: 'alice' });
    expect(output).toBe('alice\n1000\n/home/alice\n1001\n1002\n');
  });

  test('run_twice_keeps_what_the_first_left', async () => {
    await guest.expect('echo kept >/tmp/kept; sleep 1000 >/dev/null 2>&1 & disown');
    expect(await guest.expect('cat /tmp/kept; pgrep -c -x sleep')).toBe('kept\n1\n');
    await guest.expect('pkill -x sleep');
  });

  test('run_at_once_gives_each_its_own_output', async () => {
    const results = await Promise.all([1, 2, 3].map((n) => guest.run(`sleep 0.${4 - n}; echo ${n}; exit ${n}`)));
    expect(results.map(({ status, output }) => [status, output])).toEqual([
      [1, '1\n'],
      [2, '2\n'],
      [3, '3\n'],
    ]);
  });

  test('run_past_its_timeout_ends_with_all_its_processes', async () => {
    const result = await guest.run('echo before; sleep 1001 & sleep 1001; echo after', { timeout: 1000 });
    expect(result).toEqual({ status: 124, output: 'before\n', timedOut: true });
    expect((await guest.run('pgrep -f "sleep 100[1]"')).status).toBe(1);
  });

  test('root_is_not_written_to', async () => {
    await guest.expect('echo changed >>/etc/profile; rm /bin/ls');
    expect(await guest.expect('grep -c changed /etc/profile')).toBe('1\n');
    const other = await lab.boot({ memory: 256 });
    expect(await other.expect('grep -c changed /etc/profile; ls -d /etc')).toBe('0\n/etc\n');
    await other.shutdown();
  });

  test('has_the_kernel_clients', async () => {
    const output = await guest.expect('modprobe nfs; modprobe nfsv3; modprobe cifs; cat /proc/filesystems');
    expect(output).toMatch(/\tnfs\n/);
    expect(output).toMatch(/\tcifs\n/);
  });

  test('share_shows_a_host_folder_read_only_and_live', async () => {
    const at = await guest.share(scratch);
    writeFileSync(join(scratch, 'later.txt'), 'live');
    expect(await guest.expect(`cat ${at}/later.txt`)).toBe('live');
    expect((await guest.run(`touch ${at}/new`)).status).not.toBe(0);
    expect(readdirSync(scratch)).toEqual(['later.txt']);
  });

  test('put_copies_a_file', async () => {
    const file = join(scratch, 'put.sh');
    writeFileSync(file, 'echo from the host');
    expect(await guest.expect(`bash ${guest.put(file)}`)).toBe('from the host\n');
  });

  test('command_serves_inside_the_network', async () => {
    const program = `require('net').createServer((s) => s.end('inside ' + s.remoteAddress)).listen(5000, '10.0.2.2', () => console.log('up'))`;
    const [first = '', ...rest] = lab.command(process.execPath, ['-e', program]);
    const server = spawn(first, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(server.stdout, 'data');
    expect(await guest.expect('cat </dev/tcp/10.0.2.2/5000')).toBe(`inside ${guest.address}`);
    server.kill('SIGKILL'); // its pid is the server's own
    await once(server, 'exit');
    expect((await guest.run('cat </dev/tcp/10.0.2.2/5000')).status).not.toBe(0);
  });

  test('relay_carries_both_ways_and_half_closes', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      let bytes = 0;
      socket.on('data', (data) => (bytes += data.length));
      socket.on('end', () => socket.end(`got ${bytes}`));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const relay = await lab.relay(5001, (server.address() as AddressInfo).port);
    const script = `import socket
s = socket.create_connection(('10.0.2.2', 5001))
s.sendall(bytes(3_000_000))
s.shutdown(socket.SHUT_WR)
print(s.recv(100).decode())`;
    expect(await guest.expect(`python3 -c "${script}"`)).toBe('got 3000000\n');
    await relay.close();
    server.close();
    expect((await guest.run('cat </dev/tcp/10.0.2.2/5001')).status).not.toBe(0);
  });

  test('mount_without_a_server_throws_the_words_of_mount', async () => {
    const options = 'vers=3,proto=tcp,mountproto=tcp,port=9,mountport=9,nolock,retry=0';
    const attempt = guest.mount({ kind: 'nfs', export: '/nothing', options, at: '/mnt/nothing' });
    await expect(attempt).rejects.toThrow(/mount\.nfs/);
  });

  test('two_guests_are_two_clients', async () => {
    const other = await lab.boot({ memory: 256 });
    expect(other.address).not.toBe(guest.address);
    expect((await guest.run(`busybox ping -c 10 -W 5 ${other.address}`)).status).toBe(0);
    await other.kill();
    expect(other.running).toBe(false);
    await expect(other.run('true')).rejects.toThrow('the guest is not running');
  });

  test('close_leaves_no_process_and_no_network', async () => {
    const before = new Set(recordedPids());
    const second = await KernelLab.open();
    const brief = await second.boot({ memory: 256 });
    await second.relay(5002);
    const pids = recordedPids().filter((pid) => !before.has(pid) && pid !== process.pid);
    const networks = new Set(pids.map(networkOf));
    expect(pids.length).toBe(3); // network, guest and relay
    expect(networks.has(undefined)).toBe(false);
    await second.close();
    expect(brief.running).toBe(false);
    for (const pid of pids) expect(startTime(pid)).toBeUndefined();
    expect(allNetworks().filter((network) => networks.has(network))).toEqual([]);
  });

  test('killed_test_run_leaves_no_process_and_its_folder_is_swept', async () => {
    const module = fileURLToPath(new URL('./guest.ts', import.meta.url));
    const program = `import { KernelLab } from ${JSON.stringify(module)};
      const lab = await KernelLab.open({ progress: () => {} });
      await lab.boot({ memory: 256 });
      console.log(process.pid);
      setInterval(() => {}, 1000);`;
    const before = new Set(recordedPids());
    const run = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(run.stdout, 'data');
    const folder = runFolders().find((path) => readFileSync(join(path, 'pids'), 'utf8').startsWith(`${run.pid} `));
    const pids = recordedPids().filter((pid) => !before.has(pid) && pid !== run.pid);
    const networks = new Set(pids.map(networkOf));
    expect(pids.length).toBe(2);
    run.kill('SIGKILL');
    await once(run, 'exit');
    await expect.poll(() => pids.filter((pid) => startTime(pid) !== undefined), { timeout: 10_000 }).toEqual([]);
    await expect.poll(() => allNetworks().filter((network) => networks.has(network)), { timeout: 10_000 }).toEqual([]);

    expect(existsSync(folder!)).toBe(true);
    await (await KernelLab.open({ progress: () => undefined })).close();
    expect(existsSync(folder!)).toBe(false);
  });

  test('shutdown_ends_the_guest_and_frees_its_place', async () => {
    await guest.shutdown();
    expect(guest.running).toBe(false);
    guest = await lab.boot();
  });
});

function runFolders(): string[] {
  const names = readdirSync(tmpdir()).filter((name) => name.startsWith('polynas-lab-'));
  return names.map((name) => join(tmpdir(), name));
}

function recordedPids(): number[] {
  const lines = runFolders().flatMap((folder) => readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n'));
  return lines.map((line) => Number(line.split(' ')[0]));
}

function networkOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined; // gone while we looked
  }
}

/** Network namespaces that any process of this machine is in. */
function allNetworks(): (string | undefined)[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => networkOf(Number(pid)));
}
