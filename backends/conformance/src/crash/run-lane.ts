import type { Volume } from '@polynas/core/spi';
import { execute } from '../model/execute.ts';
import { modelTraitsOf, TreeModel } from '../model/tree-model.ts';
import { laneName, operationsOf } from './lane.ts';
import type { Hello, Line, Plan } from './lane.ts';

const call = {};

/** Says hello, runs all lanes at once, and tells each answer through `say` before the lane goes on. */
export async function runLanes(volume: Volume, plan: Plan, say: (line: Line) => void): Promise<void> {
  const lanes: { lane: number; directory: bigint }[] = [];
  for (let lane = 0; lane < plan.lanes; lane += 1) {
    const made = await volume.mkdir(call, volume.root, laneName(lane), { uid: 0, gid: 0, mode: 0o755 });
    lanes.push({ lane, directory: made.attributes.id });
  }
  const traits = modelTraitsOf(volume);
  say({ kind: 'hello', traits, epoch: volume.epoch() });
  await Promise.all(lanes.map(({ lane, directory }) => runLane(volume, plan, lane, directory, traits, say)));
  say({ kind: 'finished' });
}

async function runLane(
  volume: Volume,
  plan: Plan,
  lane: number,
  directory: bigint,
  traits: Hello['traits'],
  say: (line: Line) => void,
): Promise<void> {
  const model = new TreeModel(traits, directory);
  for (const operation of operationsOf(plan, lane)) {
    const { code, attributes } = await execute(volume, model, operation);
    const { codes, made } = model.apply(operation);
    if (codes.length === 0 ? code !== undefined : code === undefined || !codes.includes(code)) {
      const wanted = codes.length === 0 ? 'success' : codes.join(' or ');
      say({ kind: 'fault', message: `${JSON.stringify(operation)}: ${code ?? 'success'} instead of ${wanted}` });
      return;
    }
    if (made !== undefined) made.id = attributes?.id;
    say({
      kind: 'done',
      lane,
      ...(code === undefined ? {} : { code }),
      ...(attributes === undefined ? {} : { id: attributes.id, change: attributes.change }),
      ...(attributes?.contentStamp === undefined ? {} : { stamp: attributes.contentStamp }),
    });
  }
}
