import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsCli } from '../clients/aws-cli.ts';
import { AwsSdk, AwsSdkUpload } from '../clients/aws-sdk.ts';
import { CifsMount, type CifsMountOptions } from '../clients/cifs-mount.ts';
import { KernelMount } from '../clients/kernel-mount.ts';
import { Libnfs } from '../clients/libnfs.ts';
import { NpmSmb2 } from '../clients/npm-smb2.ts';
import { Rclone } from '../clients/rclone.ts';
import { S3cmd } from '../clients/s3cmd.ts';
import { SambaLibrary } from '../clients/samba-library.ts';
import { Smbclient, type SmbclientChange } from '../clients/smbclient.ts';
import type { StoreClient } from '../clients/store-client.ts';
import { SwiftCli } from '../clients/swift-cli.ts';
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
  readonly smbclient: Smbclient;
  readonly npmSmb2: NpmSmb2;
  readonly rcloneSmb: Rclone;
  readonly swift: SwiftCli;
  readonly rcloneSwift: Rclone;
  #lab: KernelLab | undefined;
  #kernel: KernelMount | undefined;

  private constructor(head: Head, rcloneSmb: Rclone) {
    this.head = head;
    const target = { endpoint: head.endpoint, bucket: 'files', ...head.key('alice') };
    this.aws = new AwsCli(target);
    this.rclone = Rclone.s3(target);
    this.s3cmd = new S3cmd(target);
    this.sdk = new AwsSdk(target);
    this.libnfs = this.nfsAs(1000);
    this.smbclient = this.smbAs('alice');
    this.npmSmb2 = new NpmSmb2(head.smbTarget('alice'));
    this.rcloneSmb = rcloneSmb;
    this.swift = new SwiftCli(head.swiftTarget('alice'));
    this.rcloneSwift = Rclone.swift(head.swiftTarget('alice'));
  }

  static async open(options: DoorOptions = {}): Promise<Doors> {
    const head = await Head.start(options);
    const doors = new Doors(head, await Rclone.smb(head.smbTarget('alice')));
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

  /** The clients of the SMB and the Swift door, but for mounts. */
  get newerClients(): StoreClient[] {
    return [this.smbclient, this.npmSmb2, this.rcloneSmb, this.swift, this.rcloneSwift];
  }

  /** A mount of the share by the guest's SMB client, as alice. */
  cifs(options: CifsMountOptions): Promise<CifsMount> {
    return CifsMount.mount(this.guest, this.head.smbTarget('alice'), options);
  }

  /** Samba's library, in the guest's network, where the SMB door has port 445. */
  samba(user = 'alice'): Promise<SambaLibrary> {
    const lab = this.#lab;
    if (lab === undefined) throw new Error('these doors were opened without a guest');
    const target = { ...this.head.smbTarget(user), address: lab.address };
    return SambaLibrary.connect(target, (program, args) => lab.command(program, args));
  }

  smbAs(user: string, change?: SmbclientChange): Smbclient {
    return new Smbclient(this.head.smbTarget(user), change);
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
    const { nfsPort: port, smbPort } = this.head;
    await this.#lab.relay(port);
    await this.#lab.relay(smbPort);
    await this.#lab.relay(445, smbPort);
    const guest = await this.#lab.boot();
    this.#kernel = await KernelMount.mount(guest, { port, exported: '/files', at: '/mnt/files' });
  }
}
