import type { FileId, StorageErrorCode, WriteEpoch } from '@polynas/core/spi';
import { sequence } from '../model/operation.ts';
import type { Operation } from '../model/operation.ts';
import type { ModelTraits } from '../model/tree-model.ts';

/**
 * A lane is one sequence of operations in a directory of its own. A worker runs several at once, each lane one operation
 * after the other: so of each lane at most one operation is in flight when the worker is killed.
 */
export interface Plan {
  readonly seed: number;
  readonly lanes: number;
  readonly operations: number;
}

/** What a worker says before its first operation. */
export interface Hello {
  readonly traits: ModelTraits;
  readonly epoch: WriteEpoch;
}

/** What a worker says of each operation once the volume has answered it. */
export interface Acknowledgement {
  readonly lane: number;
  readonly code?: StorageErrorCode;
  /** Of the file that was made or changed, as answered. */
  readonly id?: FileId;
  readonly change?: bigint;
  readonly stamp?: bigint;
}

export type Line =
  | ({ readonly kind: 'hello' } & Hello)
  | ({ readonly kind: 'done' } & Acknowledgement)
  | { readonly kind: 'finished' }
  /** The volume did something else than the contract says, before any crash. */
  | { readonly kind: 'fault'; readonly message: string };

export function laneName(lane: number): Uint8Array {
  return new TextEncoder().encode(`lane-${lane}`);
}

export function operationsOf(plan: Plan, lane: number): Operation[] {
  return sequence(plan.seed * 1000 + lane, plan.operations);
}

export function printed(line: Line): string {
  return `${JSON.stringify(line, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))}\n`;
}

export function parsed(text: string): Line {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as Line;
}
