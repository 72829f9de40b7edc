import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingProgram } from '../../clients/available.ts';
import { endedWithin, endNow, endWithDescendants, endWithParent, start } from '../../kernel/children.ts';
import type { TestCluster } from '../test-cluster.ts';
import { agentProgram, FileAgent } from './file-agent.ts';
import type { ForeignClient } from './foreign-client.ts';

/**
 * In a mount namespace of its own: whatever becomes of the test process, nothing of it stays. The program is waited for, or its session would
 * stay with the MDS until that gives it up.
 */
const script = `mnt=$1 agent=$2; shift 2
ceph-fuse -f "$@" "$mnt" >&2 & fuse=$!
until mountpoint -q "$mnt"; do kill -0 $fuse || exit; sleep 0.05; done
(cd "$mnt" && python3 -B "$agent")
umount "$mnt"; wait $fuse`;

/**
 * What the kernel has read through FUSE it answers from its page cache, whoever writes meanwhile: Ceph's documentation says so of this setting,
 * and that ceph-fuse cannot take the cache away when files come to be shared.
 */
const noPageCache = '--fuse_disable_pagecache=true';

/** `ceph-fuse`, in processes that end with this one. */
export class FuseClient implements ForeignClient {
  readonly files: FileAgent;
  readonly #child: ChildProcess;
  readonly #at: string;

  /** Why it cannot be had here; said aloud. */
  static get unavailable(): string | undefined {
    const missing = missingProgram('ceph-fuse', 'ceph-fuse');
    if (missing !== undefined) return missing;
    try {
      closeSync(openSync('/dev/fuse', 'r+'));
      return undefined;
    } catch (error) {
      const reason = `no FUSE on this machine: ${(error as Error).message}`;
      process.stderr.write(`\n*** SKIPPED: tests with ceph-fuse: ${reason} ***\n\n`);
      return reason;
    }
  }

  /** @param root directory of the file system */
  static async mount({ configuration, fileSystem }: TestCluster, root: string): Promise<FuseClient> {
    const at = mkdtempSync(join(tmpdir(), 'polynas-fuse-'));
    const options = ['-c', configuration, '-n', 'client.admin', '--client_fs', fileSystem, '-r', root, noPageCache];
    const shell = ['sh', '-c', script, 'ceph-fuse', at, agentProgram, ...options];
    const child = start([...endWithParent, ...endWithDescendants, ...shell], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
    try {
      return new FuseClient(await FileAgent.on(child.stdout!, child.stdin!, () => said), child, at);
    } catch (error) {
      await endNow(child);
      rmSync(at, { recursive: true });
      throw error;
    }
  }

  private constructor(files: FileAgent, child: ChildProcess, at: string) {
    this.files = files;
    this.#child = child;
    this.#at = at;
  }

  async close(): Promise<void> {
    this.files.end();
    if (!(await endedWithin(this.#child, 20_000))) await endNow(this.#child);
    rmSync(this.#at, { recursive: true });
  }
}
