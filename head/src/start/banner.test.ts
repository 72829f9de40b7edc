import { describe, expect, it } from 'vitest';
import type { Share } from '@polynas/core/service';
import type { Settings } from '../config/settings.ts';
import type { BannerFacts } from './banner.ts';
import { banner } from './banner.ts';

const settings = { dataDirectory: '/data', doors: { s3: { region: 'eu-1' } } } as Settings;

function share(name: string, more: Partial<Share> = {}): Share {
  const rule = {
    clients: '*',
    access: 'rw',
    squash: 'root',
    anonymousUid: 7,
    anonymousGid: 8,
    privilegedPort: false,
  } as const;
  const doors = { nfs: { rules: [rule] }, s3: {} };
  return {
    id: 1,
    tenant: 'default',
    name,
    volume: 'main',
    root: 1n,
    owner: 'u',
    createdAt: 0,
    readOnly: false,
    doors,
    ...more,
  };
}

function facts(more: Partial<BannerFacts>): BannerFacts {
  return {
    version: '1.0.0',
    settings,
    nfs: { address: '127.0.0.1', port: 12049, mountPort: 12050 },
    s3: { address: '127.0.0.1', port: 9000 },
    shares: [share('docs')],
    nameAt: (door, { name }) => (door === 's3' && /[^a-z-]/.test(name) ? undefined : name),
    hostAddress: '192.0.2.7',
    ...more,
  };
}

describe('what the head prints when it is ready', () => {
  it('has a command for each open door, and none for a closed one', () => {
    const both = banner(facts({}));
    expect(both).toContain('port=12049,mountport=12050,mountproto=tcp,nolock 127.0.0.1:/docs /mnt');
    expect(both).toContain('aws --endpoint-url http://127.0.0.1:9000 s3 ls s3://docs/');
    expect(both).toContain("--nfs-add '192.168.1.0/24(rw,anonuid=7,anongid=8)'");
    expect(banner(facts({ s3: undefined }))).not.toContain('aws');
    expect(banner(facts({ nfs: undefined, s3: undefined }))).toContain('no door is open');
  });

  it('quotes names, and shows tenants in the path', () => {
    expect(banner(facts({ shares: [share("Ada's files")] }))).toContain(`'127.0.0.1:/Ada'\\''s files' /mnt`);
    expect(banner(facts({ shares: [share('docs', { tenant: 'acme' })] }))).toContain('127.0.0.1:/@acme/docs /mnt');
  });

  it('names an address that others reach when a door listens on all', () => {
    const text = banner(facts({ nfs: { address: '0.0.0.0', port: 1, mountPort: 1 }, s3: { address: '::', port: 2 } }));
    expect(text).toContain('192.0.2.7:/docs');
    expect(text).toContain('http://192.0.2.7:2');
    expect(text).not.toContain('Only this machine');
    expect(text).not.toContain('--nfs-add');
    const local = { ...share('docs').doors.nfs?.rules[0], clients: '127.0.0.0/8' } as const;
    const shut = share('docs', { doors: { nfs: { rules: [local as never] } } });
    const open = facts({ nfs: { address: '0.0.0.0', port: 1, mountPort: 1 }, shares: [shut] });
    expect(banner(open)).toContain('To let a network in:\n    npx polynas share doors docs --nfs-add');
    expect(banner(facts({ s3: { address: '::1', port: 2 } }))).toContain('http://[::1]:2');
  });

  it('shows a few shares and counts the others', () => {
    const text = banner(facts({ shares: ['a', 'b', 'c', 'd', 'e'].map((name) => share(name)) }));
    expect(text.match(/ {2}Share /g)).toHaveLength(3);
    expect(text).toContain('and 2 more');
  });
});
