import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsCli } from '../clients/aws-cli.ts';
import { AwsSdk, AwsSdkUpload } from '../clients/aws-sdk.ts';
import { KernelMount } from '../clients/kernel-mount.ts';
import { Libnfs } from '../clients/libnfs.ts';
import { Rclone } from '../clients/rclone.ts';
import { S3cmd } from '../clients/s3cmd.ts';
import { Head, type HeadOptions } from '../head/head.ts';
import { KernelLab, type Guest } from '../kernel/guest.ts';

/** Said in the list of skipped tests. */
export const noKernel = KernelLab.availability().unavailable;

export interface DoorOptions extends Omit<HeadOptions, 'lab'> {
  /** Whether to boot a guest whose kernel mounts the share `files` at /mnt/files, where this machine can. */
  readonly kernel?: boolean;
}

/**
 * A head at 127.0.0.1 with its share `files`, and every client at its doors as alice. The guest reaches the head through
 * a relay, so that the head sees it as 127.0.0.1 as well.
 */
export class Doors implements AsyncDisposable {
  readonly head: Head;
  /** A folder of this machine for the test, which the guest can be shown. */
  readonly scratch = mkdtempSync(join(tmpdir(), 'polynas-e2e-scratch-'));
  readonly aws: AwsCli;
  readonly rclone: Rclone;
  readonly s3cmd: S3cmd;
  readonly sdk: AwsSdk;
  readonly libnfs: Libnfs;
  #lab: KernelLab | undefined;
  #kernel: KernelMount | undefined;

  private constructor(head: Head) {
    this.head = head;
    const target = { endpoint: head.endpoint, bucket: 'files', ...head.key('alice') };
    this.aws = new AwsCli(target);
    this.rclone = Rclone.s3(target);
    this.s3cmd = new S3cmd(target);
    this.sdk = new AwsSdk(target);
    this.libnfs = this.nfsAs(1000);
  }

  static async open(options: DoorOptions = {}): Promise<Doors> {
    const doors = new Doors(await Head.start(options));
    try {
      if (options.kernel === true && noKernel === undefined) await doors.#boot();
      return doors;
    } catch (error) {
      await doors[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The mount of the share `files`; root in the guest is root on it. */
  get kernel(): KernelMount {
    if (this.#kernel === undefined) throw new Error('these doors were opened without a guest');
    return this.#kernel;
  }

  get guest(): Guest {
    return this.kernel.guest;
  }

  get clients() {
    const kernel = this.#kernel ? [this.#kernel] : [];
    return [this.aws, this.rclone, this.s3cmd, this.sdk, new AwsSdkUpload(this.sdk), this.libnfs, ...kernel];
  }

  /** Another mount of an export in the guest, with caches of its own. */
  mount(at: string, exported = '/files', options?: string): Promise<KernelMount> {
    const { nfsPort: port } = this.head;
    return KernelMount.mount(this.guest, { port, exported, at, ...(options !== undefined && { options }) });
  }

  nfsAs(uid: number, exported = '/files', gid = uid): Libnfs {
    const { address, nfsPort } = this.head;
    return new Libnfs({ address, nfsPort, exported, uid, gid });
  }

  s3As(user: string, bucket = 'files'): AwsSdk {
    return new AwsSdk({ endpoint: this.head.endpoint, bucket, ...this.head.key(user) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sdk.close();
    // The guest first: it would wait for a server that is gone.
    await this.#lab?.close();
    await this.head[Symbol.asyncDispose]();
    rmSync(this.scratch, { recursive: true, force: true });
  }

  async #boot(): Promise<void> {
    this.#lab = await KernelLab.open();
    const { nfsPort: port } = this.head;
    await this.#lab.relay(port);
    const guest = await this.#lab.boot();
    this.#kernel = await KernelMount.mount(guest, { port, exported: '/files', at: '/mnt/files' });
  }
}
