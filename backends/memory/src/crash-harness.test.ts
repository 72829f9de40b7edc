import { fileURLToPath } from 'node:url';
import {
  crashRound,
  runLanes,
  verifyLanes,
  type Acknowledgement,
  type Hello,
  type Plan,
} from '@polynas/backend-conformance';
import type { DirectoryEntry, FileId, Volume } from '@polynas/core/spi';
import { describe, expect, test } from 'vitest';
import { openMemoryVolume } from './index.ts';

// A memory volume that lives on plays a volume that lost nothing in a crash; damage is then done to it by hand.
describe('crash harness', () => {
  const call = {};
  const name = (value: string) => new TextEncoder().encode(value);
  const plan: Plan = { seed: 11, lanes: 3, operations: 80 };

  async function survivor(): Promise<{ volume: Volume; hello: Hello; acknowledged: Acknowledgement[] }> {
    const volume = openMemoryVolume({ epoch: 2n });
    let hello: Hello | undefined;
    const acknowledged: Acknowledgement[] = [];
    await runLanes(volume, plan, (line) => {
      if (line.kind === 'fault') throw new Error(line.message);
      if (line.kind === 'hello') hello = { ...line, epoch: 1n };
      if (line.kind === 'done') acknowledged.push(line);
    });
    if (hello === undefined) throw new Error('no hello');
    return { volume, hello, acknowledged };
  }

  test('verify_undamaged_findsNothing', async () => {
    const { volume, hello, acknowledged } = await survivor();
    expect(acknowledged).toHaveLength(240);
    expect(await verifyLanes(volume, plan, hello, acknowledged)).toEqual([]);
  });

  test('verify_oneAcknowledgementMissing_takesItForInFlight', async () => {
    const { volume, hello, acknowledged } = await survivor();
    for (const lane of [0, 1, 2]) {
      const last = acknowledged.findLastIndex((answer) => answer.lane === lane);
      acknowledged.splice(last, 1);
    }
    expect(await verifyLanes(volume, plan, hello, acknowledged)).toEqual([]);
  });

  test('verify_manyAcknowledgementsMissing_findsWhatShouldNotBeThere', async () => {
    const { volume, hello, acknowledged } = await survivor();
    const early = acknowledged.slice(0, acknowledged.length / 2);
    expect(await verifyLanes(volume, plan, hello, early)).not.toEqual([]);
  });

  test('verify_sameEpoch_isFound', async () => {
    const { volume, hello, acknowledged } = await survivor();
    expect(await verifyLanes(volume, plan, { ...hello, epoch: 2n }, acknowledged)).toHaveLength(1);
  });

  test('verify_changeThatWentBack_isFound', async () => {
    const { volume, hello, acknowledged } = await survivor();
    const ahead = acknowledged.map((answer) => ({
      ...answer,
      ...(answer.change && { change: answer.change + 10_000n }),
    }));
    expect((await verifyLanes(volume, plan, hello, ahead)).join()).toContain('went back');
  });

  test.each(['lostName', 'lostBytes', 'otherMode', 'extraName'])('verify_%s_isFound', async (damage) => {
    const { volume, hello, acknowledged } = await survivor();
    await damageTree(volume, damage);
    expect(await verifyLanes(volume, plan, hello, acknowledged)).not.toEqual([]);
  });

  async function damageTree(volume: Volume, damage: string): Promise<void> {
    const { directory, file } = await someFile(volume, volume.root);
    if (damage === 'lostName') await volume.unlink(call, directory, file.name);
    if (damage === 'otherMode') await volume.setattr(call, file.id, { mode: 0o7000 });
    if (damage === 'lostBytes') await volume.setattr(call, file.id, { size: 0 });
    if (damage === 'extraName') await volume.mkdir(call, directory, name('extra'), { uid: 0, gid: 0, mode: 0o755 });
  }

  async function someFile(volume: Volume, directory: FileId): Promise<{ directory: FileId; file: DirectoryEntry }> {
    const { entries } = await volume.readdir(call, directory, 0n, { limit: 100, attributes: true });
    const file = entries.find((entry) => entry.type === 'file' && (entry.attributes?.size ?? 0) > 0);
    if (file !== undefined) return { directory, file };
    for (const entry of entries) if (entry.type === 'directory') return someFile(volume, entry.id);
    throw new Error('this seed leaves no file to damage');
  }

  test('round_volumeThatForgets_isFound', async () => {
    const worker = fileURLToPath(new URL('./test/forgetful-worker.ts', import.meta.url));
    const options = { worker, open: async () => openMemoryVolume() };
    const faults = await crashRound(options, '/nowhere', { seed: 1, lanes: 2, operations: 50 }, 60);
    expect(faults.join()).toContain('its directory is missing');
  });

  test('round_workerThatFails_isAnError', async () => {
    const options = { worker: '/nowhere/worker.ts', open: async () => openMemoryVolume() };
    await expect(crashRound(options, '/nowhere', plan, 10)).rejects.toThrow('ended by itself');
  });
});
