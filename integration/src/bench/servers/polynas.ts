import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Daemon, freePorts } from '../../peers/daemon.ts';
import { type BenchServer, benchUser, groupsWith, type Protocol } from '../server.ts';
import type { HeadStorage } from '../storage/storage.ts';

export interface PolynasOptions {
  /** Folder for its data, log and configuration, on the disk that is to be measured. */
  readonly directory: string;
  /** Doors to open. */
  readonly protocols: readonly Protocol[];
  readonly storage: HeadStorage;
  /** Arguments of node before the program, such as `--cpu-prof`. */
  readonly nodeArguments?: readonly string[];
}

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const share = 'bench';
const region = 'us-east-1';

/** The head as a user starts it, with one share and one user declared in its configuration file. */
export async function startPolynas(options: PolynasOptions): Promise<BenchServer> {
  const { directory, protocols, storage, nodeArguments = [] } = options;
  mkdirSync(directory, { recursive: true });
  const [nfsPort = 0, mountPort = 0, s3Port = 0, smbPort = 0, swiftPort = 0] = await freePorts(5);
  const accessKey = randomBytes(10).toString('hex').toUpperCase();
  const secretKey = randomBytes(20).toString('hex');
  const password = randomBytes(12).toString('hex');
  const configuration = join(directory, 'polynas.yaml');
  // JSON is YAML.
  writeFileSync(
    configuration,
    JSON.stringify(
      declared({ storage, protocols, nfsPort, mountPort, s3Port, smbPort, swiftPort, accessKey, secretKey, password }),
      undefined,
      2,
    ),
  );
  const serve = ['serve', '--config', configuration, '--data', join(directory, 'data')];
  const daemon = new Daemon({
    name: 'Polynas',
    argv: [process.execPath, ...nodeArguments, join(root, 'head/bin/polynas.js'), ...serve],
    log: join(directory, 'polynas.log'),
    cwd: directory,
  });
  try {
    const ports = { nfs: [nfsPort, mountPort], s3: [s3Port], smb: [smbPort], swift: [swiftPort] };
    for (const port of protocols.flatMap((protocol) => ports[protocol])) await daemon.listening(port, 60);
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  const { version } = JSON.parse(readFileSync(join(root, 'head/package.json'), 'utf8')) as { version: string };
  return {
    name: 'Polynas',
    version: `${version}, Node.js ${process.versions.node}`,
    durability: storage.durability,
    cpuGroups: groupsWith('Polynas', [daemon.pid], storage.pids),
    endpoint: (protocol) => {
      switch (protocol) {
        case 'nfs':
          return { protocol, server: { nfsPort, mountPort, exportPath: `/${share}`, ...benchUser } };
        case 's3':
          return { protocol, server: { port: s3Port, bucket: share, accessKey, secretKey, region } };
        case 'smb':
          return { protocol, server: { port: smbPort, share, user: { name: 'bench', password } } };
        case 'swift': {
          const authUrl = `http://127.0.0.1:${swiftPort}/auth/v1.0`;
          const user = 'default:bench';
          return { protocol, server: { port: swiftPort, authUrl, user, key: password, container: share } };
        }
      }
    },
    // A profile is written when the process ends.
    stop: () => daemon.stop(30),
  };
}

interface Declared {
  readonly storage: HeadStorage;
  readonly protocols: readonly Protocol[];
  readonly nfsPort: number;
  readonly mountPort: number;
  readonly s3Port: number;
  readonly smbPort: number;
  readonly swiftPort: number;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly password: string;
}

function declared(what: Declared): object {
  const { storage, protocols, nfsPort, mountPort, s3Port, smbPort, swiftPort, accessKey, secretKey, password } = what;
  const address = '127.0.0.1';
  return {
    log: { level: 'warn' },
    ...(storage.volumes !== undefined && { volumes: storage.volumes }),
    doors: {
      nfs: { enabled: protocols.includes('nfs'), address, port: nfsPort, mountPort },
      s3: { enabled: protocols.includes('s3'), address, port: s3Port, region },
      smb: { enabled: protocols.includes('smb'), address, port: smbPort },
      swift: { enabled: protocols.includes('swift'), address, port: swiftPort },
    },
    users: [{ name: 'bench', ...benchUser, password, keys: [{ id: accessKey, secret: secretKey }] }],
    shares: [
      {
        name: share,
        owner: 'bench',
        mode: '0777',
        doors: { nfs: { rules: [{ clients: address, access: 'rw', squash: 'none' }] }, s3: {}, smb: {}, swift: {} },
      },
    ],
  };
}
