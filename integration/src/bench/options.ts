import { parseArgs } from 'node:util';
import { type Protocol, protocols } from './server.ts';

export const usage = `npm run bench -- [options]

  --quick            one short round of each load, for a first look and for CI (under a minute without peers)
  --rounds N         rounds of each load and server, one server after the other in turn (default 3)
  --seconds S        length of a round (default 2)
  --depth N,N        steps in flight, where a load does not say its own (default 1,16)
  --only PROTOCOL    one of nfs, s3, smb, swift
  --load TEXT        only loads whose name contains TEXT; may be given several times
  --backend NAME     what the head and its peers store on: local (default; the disk) or cephfs (one Ceph cluster for all)
  --no-peers         the head alone
  --peers-only       the peers without the head, to look at the load generators
  --install          installs the peers' Debian packages where they are missing (needs root)
  --no-syncs         does not count the servers' syncs with strace
  --dir DIR          folder on the disk to measure (default /var/tmp)
  --json FILE        writes everything that was measured
  --markdown FILE    puts the tables between the markers in FILE that are for the backend (docs/benchmarks.md)
  --profile DIR      the head writes a CPU profile there; its functions with most time are printed
`;

export const backends = ['local', 'cephfs'] as const;
export type Backend = (typeof backends)[number];

export interface BenchOptions {
  readonly backend: Backend;
  readonly quick: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly depths: readonly number[];
  readonly protocols: readonly Protocol[];
  readonly loads: readonly string[];
  readonly head: boolean;
  readonly peers: boolean;
  readonly install: boolean;
  readonly syncs: boolean;
  readonly directory: string;
  readonly json?: string;
  readonly markdown?: string;
  readonly profile?: string;
}

/** @throws Error with one line for the user; `undefined` for `--help` */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      depth: { type: 'string', default: '1,16' },
      only: { type: 'string' },
      load: { type: 'string', multiple: true, default: [] },
      backend: { type: 'string', default: 'local' },
      'no-peers': { type: 'boolean', default: false },
      'peers-only': { type: 'boolean', default: false },
      install: { type: 'boolean', default: false },
      'no-syncs': { type: 'boolean', default: false },
      dir: { type: 'string', default: '/var/tmp' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  if (values.help) return undefined;
  const { only, quick, json, markdown, profile } = values;
  const wanted = protocols.filter((protocol) => only === undefined || only === protocol);
  if (wanted.length === 0) throw new Error(`--only is one of ${protocols.join(', ')}, not ${only}`);
  const backend = backends.find((name) => name === values.backend);
  if (backend === undefined) throw new Error(`--backend is one of ${backends.join(', ')}, not ${values.backend}`);
  return {
    backend,
    quick,
    rounds: positive('--rounds', values.rounds ?? (quick ? '1' : '3')),
    seconds: positive('--seconds', values.seconds ?? (quick ? '0.3' : '2')),
    depths: values.depth.split(',').map((depth) => positive('--depth', depth)),
    protocols: wanted,
    loads: values.load,
    head: !values['peers-only'],
    peers: !values['no-peers'],
    install: values.install,
    syncs: !values['no-syncs'],
    directory: values.dir,
    ...(json !== undefined && { json }),
    ...(markdown !== undefined && { markdown }),
    ...(profile !== undefined && { profile }),
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name} is a number above 0, not ${text}`);
  return value;
}
