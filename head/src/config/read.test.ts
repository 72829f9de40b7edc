import { describe, expect, it } from 'vitest';
import { ConfigurationError, readConfiguration } from './read.ts';

function faults(text: string): string[] {
  try {
    readConfiguration(text, 'polynas.yaml');
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('polynas.yaml', () => {
  it('may be empty, or have empty sections', () => {
    for (const text of ['', '# nothing\n', 'doors:\n', 'doors:\n  nfs:\nlog:\nadmin:\n']) {
      const { configuration } = readConfiguration(text, 'polynas.yaml');
      const nfs = { enabled: true, address: '127.0.0.1', port: 12049, portmapper: false, connectionsPerClient: 1024 };
      expect(configuration.doors.nfs).toEqual(nfs);
      expect(configuration.doors.s3).toMatchObject({ port: 9000, region: 'us-east-1', domains: [] });
      expect(configuration.log.level).toBe('info');
    }
  });

  it('says where a value is wrong', () => {
    expect(faults('doors:\n  nfs:\n    port: many\n')).toEqual([
      'polynas.yaml:3:11: doors.nfs.port: expected a number, got text',
    ]);
    expect(faults('doors:\n  s3:\n    port: 70000\n')).toEqual([
      'polynas.yaml:3:11: doors.s3.port: expected at most 65535',
    ]);
    expect(faults('doors:\n  nfs: { port: 2049.5 }\n')[0]).toMatch(
      /^polynas.yaml:2:16: doors.nfs.port: expected a whole number/,
    );
    expect(faults('log: { level: loud }')).toEqual([
      'polynas.yaml:1:15: log.level: expected one of trace, debug, info, warn, error, fatal, silent, got text',
    ]);
    expect(faults('doors:\n  nfs:\n    address: everywhere')).toEqual([
      'polynas.yaml:3:14: doors.nfs.address: expected an IP address',
    ]);
    expect(faults('users: yes please')).toEqual(['polynas.yaml:1:8: users: expected a list, got text']);
    expect(faults('- a\n- b')).toEqual(['polynas.yaml:1:1: expected a mapping, got a list']);
  });

  it('says where a key is unknown, missing or there twice', () => {
    expect(faults('doors:\n  nfs:\n    port: 1\n    prot: 2\n  ftp: {}\n')).toEqual([
      'polynas.yaml:4:5: doors.nfs.prot: unknown key',
      'polynas.yaml:5:3: doors.ftp: unknown key',
    ]);
    expect(faults('users:\n  - name: ada\n  - uid: 5\n')).toEqual([
      'polynas.yaml:3:5: users[1].name: is required: text',
    ]);
    expect(faults('data: a\nlog: {}\ndata: b\n')[0]).toMatch(/^polynas.yaml:3:1: /);
    expect(faults('users:\n  - name: ada\n    uid: 5\n   gid: 6\n')[0]).toMatch(/^polynas.yaml:4:/);
  });

  it('says where aliases multiply, or refer to nothing', () => {
    const of = (name: string) => Array.from({ length: 10 }, () => `*${name}`).join(', ');
    const bomb = `a: &a [x]\nb: &b [${of('a')}]\nc: &c [${of('b')}]\nd: [${of('c')}]\n`;
    expect(faults(bomb)).toEqual(['polynas.yaml:2:8: Excessive alias count indicates a resource exhaustion attack']);
    expect(faults('data: *none\n')[0]).toMatch(/^polynas.yaml:1:7: /);
  });

  it('says where one thing contradicts another', () => {
    expect(faults('users:\n  - name: ada\n  - name: Ada\n')).toEqual([
      'polynas.yaml:3:11: users[1].name: user Ada is declared twice',
    ]);
    expect(faults('users:\n  - name: ada\n    password: long enough\n    passwordFile: f\n')).toEqual([
      'polynas.yaml:4:19: users[0].passwordFile: given besides password: one of password, passwordFile, passwordEnv',
    ]);
    expect(faults('users:\n  - name: ada\n    keys:\n      - id: KEY1\n')).toEqual([
      'polynas.yaml:4:9: users[0].keys[0]: needs one of secret, secretFile, secretEnv',
    ]);
    expect(faults('shares:\n  - { name: s, owner: ada, volume: fast }\n')).toEqual([
      'polynas.yaml:2:36: shares[0].volume: no volume fast is declared',
    ]);
    expect(faults('doors:\n  nfs: { port: 9000 }\n')[0]).toContain('doors.s3.port: the NFS door has port 9000 already');
    expect(faults('doors:\n  smb: { port: 8090 }\n')[0]).toContain(
      'doors.swift.port: the SMB door has port 8090 already',
    );
    expect(faults('doors:\n  swift: { publicUrl: "https://a.example/v1" }\n')[0]).toContain(
      'expected a URL without a path',
    );
    expect(faults('doors:\n  smb: { name: a.b }\n')[0]).toContain('expected a NetBIOS name');
    expect(faults('volumes:\n  - name: v\n    backend: memory\n    directory: /x\n')).toEqual([
      'polynas.yaml:4:16: volumes[0].directory: a memory volume has no directory',
    ]);
  });

  it('never repeats what could be a secret', () => {
    const text = 'users:\n  - name: ada\n    password: [hunter2hunter2]\n    keys: hunter3hunter3\n';
    expect(faults(text)).toEqual([
      'polynas.yaml:3:15: users[0].password: expected text, got a list',
      'polynas.yaml:4:11: users[0].keys: expected a list, got text',
    ]);
    expect(faults(text).join()).not.toContain('hunter');
    expect(faults('users:\n  - name: ada\n    password: hunter2\n')).toEqual([
      'polynas.yaml:3:15: users[0].password: expected at least 8 characters',
    ]);
  });

  it('reads permission bits as they are written', () => {
    for (const mode of ['0750', '750', '0o750', '"0750"']) {
      const { configuration } = readConfiguration(`shares: [{ name: s, owner: a, mode: ${mode} }]`, 'f');
      expect(configuration.shares[0]?.mode).toBe(0o750);
    }
    expect(faults('shares: [{ name: s, owner: a, mode: 0780 }]')[0]).toContain('expected octal permission bits');
  });

  it('needs address rules for NFS', () => {
    const share = (rules: string) =>
      `shares:\n  - name: s\n    owner: a\n    doors:\n      nfs:\n        rules: ${rules}\n`;
    expect(faults(share('[]'))).toEqual(['polynas.yaml:6:16: shares[0].doors.nfs.rules: expected at least 1 entries']);
    expect(faults(share('[{ clients: 10.0.0.0/33 }]'))[0]).toContain(
      '6:28: shares[0].doors.nfs.rules[0].clients: expected',
    );
    expect(faults(share('[{ clients: "*", squash: some }]'))[0]).toContain('expected one of none, root, all');
    const { configuration } = readConfiguration(share('[{ clients: "fd00::/8" }]'), 'f');
    expect(configuration.shares[0]?.doors?.nfs?.rules[0]).toMatchObject({ squash: 'root', anonymousUid: 65534 });
  });

  it('opens S3 by its mere name', () => {
    const { configuration } = readConfiguration('shares:\n  - name: s\n    owner: a\n    doors:\n      s3:\n', 'f');
    expect(configuration.shares[0]?.doors).toEqual({ s3: {} });
  });
});
