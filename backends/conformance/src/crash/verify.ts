import { isStorageError } from '@polynas/core/spi';
import type { Attributes, FileId, Volume } from '@polynas/core/spi';
import { differences } from '../model/compare.ts';
import type { Operation } from '../model/operation.ts';
import { TreeModel } from '../model/tree-model.ts';
import type { ModelNode } from '../model/tree-model.ts';
import { laneName, operationsOf } from './lane.ts';
import type { Acknowledgement, Hello, Plan } from './lane.ts';

const call = {};

/**
 * Everything that a volume, opened again after its worker was killed, has against the contract: each acknowledged
 * operation is there, of each lane at most the one in flight may be there too, and unstable writes may be lost only
 * under a new epoch, a new content stamp and a change counter that never went back.
 */
export async function verifyLanes(
  volume: Volume,
  plan: Plan,
  hello: Hello,
  acknowledged: readonly Acknowledgement[],
): Promise<string[]> {
  const faults: string[] = [];
  if (volume.epoch() === hello.epoch) faults.push('the write epoch is that of the killed process');
  for (let lane = 0; lane < plan.lanes; lane += 1) {
    const answers = acknowledged.filter((answer) => answer.lane === lane);
    for (const fault of await verifyLane(volume, plan, hello, lane, answers)) faults.push(`lane ${lane}: ${fault}`);
  }
  return faults;
}

async function verifyLane(
  volume: Volume,
  plan: Plan,
  hello: Hello,
  lane: number,
  answers: readonly Acknowledgement[],
): Promise<string[]> {
  const directory = await volume.lookup(call, volume.root, laneName(lane));
  if (directory === undefined) return ['its directory is missing'];
  const operations = operationsOf(plan, lane);
  const inFlight = operations[answers.length];
  const before = replay(hello, operations.slice(0, answers.length), answers);
  const faults = [
    ...(await answerFaults(volume, answers)),
    ...(await stampFaults(volume, before.root, answers, inFlight)),
  ];
  const withoutIt = await differences(volume, directory.id, before.root, true);
  if (withoutIt.length === 0) return faults;
  if (inFlight === undefined) return [...faults, ...withoutIt];
  const after = replay(hello, operations.slice(0, answers.length), answers);
  after.apply(asCutShort(inFlight));
  const withIt = await differences(volume, directory.id, after.root, true);
  if (withIt.length === 0) return faults;
  return [
    ...faults,
    `neither what was acknowledged (${answers.length} operations: ${withoutIt.join('; ')})`,
    `nor that with ${JSON.stringify(inFlight)} (${withIt.join('; ')})`,
  ];
}

/** A write that was not answered may be there in part, whatever it asked for. */
function asCutShort(operation: Operation): Operation {
  return operation.kind === 'write' ? { ...operation, stability: 'unstable' } : operation;
}

function replay(hello: Hello, operations: readonly Operation[], answers: readonly Acknowledgement[]): TreeModel {
  const model = new TreeModel(hello.traits);
  for (const [index, operation] of operations.entries()) {
    const { made } = model.apply(operation);
    if (made !== undefined) made.id = answers[index]?.id;
  }
  return model;
}

/** The change counter of no file may be below one that was answered. */
async function answerFaults(volume: Volume, answers: readonly Acknowledgement[]): Promise<string[]> {
  const faults: string[] = [];
  for (const [id, { change }] of latestById(answers)) {
    const found = await attributesOf(volume, id);
    if (found !== undefined && change !== undefined && found.change < change) {
      faults.push(`the change counter of ${id} went back from ${change} to ${found.change}`);
    }
  }
  return faults;
}

/** A stamp that was answered must still mean the very content that was there then, and nothing else. */
async function stampFaults(
  volume: Volume,
  root: ModelNode,
  answers: readonly Acknowledgement[],
  inFlight: Operation | undefined,
): Promise<string[]> {
  const latest = latestById(answers);
  const faults: string[] = [];
  for (const node of new Set(filesBelow(root))) {
    const stamp = node.id === undefined ? undefined : latest.get(node.id)?.stamp;
    const found = node.id === undefined ? undefined : await attributesOf(volume, node.id);
    if (stamp === undefined || found === undefined) continue;
    const same = Buffer.compare(await contentOf(volume, found), node.content.current) === 0;
    if (!same && found.contentStamp === stamp) faults.push(`${node.id} has the stamp of a content that it lost`);
    const untouched = !node.content.hasUnstable && !touchesContent(inFlight);
    if (same && untouched && found.contentStamp !== stamp)
      faults.push(`${node.id} has another stamp for the same content`);
  }
  return faults;
}

function touchesContent(operation: Operation | undefined): boolean {
  return operation !== undefined && ['write', 'truncate', 'clone', 'replace', 'publish'].includes(operation.kind);
}

function latestById(answers: readonly Acknowledgement[]): Map<FileId, Acknowledgement> {
  return new Map(answers.flatMap((answer) => (answer.id === undefined ? [] : [[answer.id, answer] as const])));
}

function* filesBelow(directory: ModelNode): Generator<ModelNode> {
  for (const child of directory.children.values()) {
    if (child.type === 'directory') yield* filesBelow(child);
    if (child.type === 'file') yield child;
  }
}

async function attributesOf(volume: Volume, id: FileId): Promise<Attributes | undefined> {
  try {
    return await volume.getattr(call, id);
  } catch (error) {
    if (isStorageError(error, 'stale')) return undefined;
    throw error;
  }
}

async function contentOf(volume: Volume, { id, size }: Attributes): Promise<Uint8Array> {
  const handle = await volume.open(call, id, 'read');
  try {
    return (await handle.read(call, 0, size)).bytes;
  } finally {
    await handle.close();
  }
}
