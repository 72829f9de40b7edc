import { missingProgram } from './available.ts';
import { expectRun, outputSum, run, type CommandOptions, type Ran, type Wrap } from './command.ts';
import type { SmbTarget, StoreClient } from './store-client.ts';

/** The greatest dialect that smbclient offers, in its own words. */
export type SmbProtocol = 'SMB2_02' | 'SMB2_10' | 'SMB3_00' | 'SMB3_02' | 'SMB3_11';

export interface SmbclientChange {
  readonly protocol?: SmbProtocol;
  /** What is asked of each message after the login; `sign` when not given. */
  readonly protection?: 'sign' | 'encrypt' | 'off';
}

/** Samba's smbclient, with no configuration of this machine. Each command is a connection of its own, as in Nextcloud. */
export class Smbclient implements StoreClient {
  readonly name = 'smbclient';
  readonly door = 'smb';
  readonly #target: SmbTarget;
  readonly #change: SmbclientChange;
  readonly #options: CommandOptions;

  constructor(target: SmbTarget, change: SmbclientChange = {}, wrap?: Wrap) {
    this.#target = target;
    this.#change = change;
    this.#options = { wrap };
  }

  get unavailable(): string | undefined {
    return missingProgram('smbclient', 'smbclient');
  }

  async put(file: string, path: string): Promise<void> {
    const folders = path.split('/').slice(0, -1);
    const parents = folders.map((_, index) => folders.slice(0, index + 1).join('/'));
    // mkdir of what is there fails, and so would the whole command line: each is tried by itself.
    for (const parent of parents) await this.run(`mkdir ${word(parent)}`);
    await this.expect(`put ${word(file, '/')} ${word(path)}`);
  }

  sum(path: string): Promise<string> {
    return outputSum('smbclient', this.args(`get ${word(path)} -`), this.#options);
  }

  /** Commands with `;` between; standard output. */
  async expect(commands: string): Promise<string> {
    return (await expectRun('smbclient', this.args(commands), this.#options)).toString();
  }

  /** Any commands, whatever becomes of them: smbclient says statuses on standard output. */
  run(commands: string): Promise<Ran> {
    return run('smbclient', this.args(commands), this.#options);
  }

  /** `smbclient -L`: what the server shares. */
  shares(): Promise<Ran> {
    const { address } = this.#target;
    return run('smbclient', ['--grepable', '--list', address, ...this.#access()], this.#options);
  }

  /** The command line's arguments, for who starts smbclient by other means. */
  args(commands: string): string[] {
    const { address, share } = this.#target;
    return [`//${address}/${share}`, ...this.#access(), '--command', commands];
  }

  #access(): string[] {
    const { user, password, port } = this.#target;
    const { protocol = 'SMB3_11', protection = 'sign' } = this.#change;
    return [
      ...['--configfile', '/dev/null', '--debuglevel', '0', '--port', String(port)],
      ...['--user', `${user}%${password}`, '--max-protocol', protocol, `--client-protection=${protection}`],
    ];
  }
}

/** A name as smbclient's command line takes it; a double quote cannot be told to it, nor is it a name of SMB. */
export function word(path: string, separator: '/' | '\\' = '\\'): string {
  return `"${path.replaceAll('/', separator)}"`;
}
