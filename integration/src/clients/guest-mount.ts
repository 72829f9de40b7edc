import { basename, dirname } from 'node:path';
import { quote, type Guest } from '../kernel/guest.ts';

/** What is mounted in a guest, whichever the protocol is. */
export class GuestMount {
  readonly guest: Guest;
  /** Folder of the guest. */
  readonly at: string;
  readonly #shared = new Map<string, Promise<string>>();

  constructor(guest: Guest, at: string) {
    this.guest = guest;
    this.at = at;
  }

  async put(file: string, path: string): Promise<void> {
    const target = quote(`${this.at}/${path}`);
    const source = quote(`${await this.#folder(dirname(file))}/${basename(file)}`);
    await this.guest.expect(`mkdir -p "$(dirname ${target})" && cp ${source} ${target}`, { timeout: 600_000 });
  }

  async sum(path: string): Promise<string> {
    const script = `echo 3 >/proc/sys/vm/drop_caches; sha256sum <${quote(`${this.at}/${path}`)}`;
    return (await this.guest.expect(script, { timeout: 600_000 })).slice(0, 64);
  }

  /** All files below `path`, from the server: name (bytes as latin1) and SHA-256. */
  async tree(path = ''): Promise<Map<string, string>> {
    const script = `
import hashlib, os, sys
os.sync()
open('/proc/sys/vm/drop_caches', 'w').write('3')
top = os.fsencode(sys.argv[1])
for folder, _, names in os.walk(top):
    for name in names:
        file = os.path.join(folder, name)
        if os.path.isfile(file) and not os.path.islink(file):
            print(file[len(top):].lstrip(b'/').hex(), hashlib.sha256(open(file, 'rb').read()).hexdigest())
`;
    const output = await this.guest.expect(`python3 -c ${quote(script)} ${quote(`${this.at}/${path}`)}`, {
      timeout: 600_000,
    });
    const lines = output.split('\n').filter((line) => line !== '');
    return new Map(
      lines.map((line) => {
        const [name = '', sum = ''] = line.split(' ');
        return [Buffer.from(name, 'hex').toString('latin1'), sum];
      }),
    );
  }

  #folder(folder: string): Promise<string> {
    let shared = this.#shared.get(folder);
    if (shared === undefined) this.#shared.set(folder, (shared = this.guest.share(folder)));
    return shared;
  }
}
