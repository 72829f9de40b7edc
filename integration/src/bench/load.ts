/** One kind of load against a server, over a fixture (connections and files) that was made for it before. */
export interface Load<Fixture> {
  readonly name: string;
  /** What one step is, in words. */
  readonly unit: string;
  /** Steps in flight; absent: those that the run asks for. */
  readonly depths?: readonly number[];
  /** Payload bytes of a step, where throughput is what matters. */
  readonly bytes?: number;
  /** Most steps of one round; absent: as many as fit into its time. */
  readonly maximum?: (seconds: number) => number;
  /** What must be there before the clock starts. */
  prepare(fixture: Fixture, plan: LoadPlan): Promise<PreparedLoad>;
}

export interface LoadPlan {
  /** Steps in flight. */
  readonly depth: number;
  /** Length of the round; it ends earlier after `maximum` steps. */
  readonly seconds: number;
  readonly maximum: number;
}

export interface PreparedLoad {
  /** @param worker 0 … depth-1: who makes this step; one worker makes one step at a time */
  step(index: number, worker: number): Promise<void>;
  /** What belongs to the load after the last step, such as a COMMIT; timed. */
  finish?(): Promise<void>;
}

/** What one round showed at the client. */
export interface RoundAtClient {
  readonly steps: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** CPU seconds of the load generator: near `seconds`, it was the generator that set the pace. */
  readonly generatorCpu: number;
}

export async function runRound(load: PreparedLoad, plan: LoadPlan): Promise<RoundAtClient> {
  const latencies: number[] = [];
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  const end = begin + plan.seconds * 1000;
  let next = 0;
  const work = async (worker: number) => {
    let from = performance.now();
    while (next < plan.maximum && from < end) {
      await load.step(next++, worker);
      const now = performance.now();
      latencies.push(now - from);
      from = now;
    }
  };
  await Promise.all(Array.from({ length: plan.depth }, (_, worker) => work(worker)));
  await load.finish?.();
  const seconds = (performance.now() - begin) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const sorted = Float64Array.from(latencies).toSorted();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    steps: sorted.length,
    seconds,
    p50: at(0.5),
    p99: at(0.99),
    generatorCpu: (cpu.user + cpu.system) / 1e6,
  };
}

/** Calls `work` for 0 … count-1, `depth` at a time. */
export async function inParallel(depth: number, count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(depth, count) }, worker));
}

/** Bytes that differ from place to place, always the same. */
export function patterned(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let state = 0x2545_f491;
  for (let i = 0; i + 4 <= length; i += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes.writeInt32LE(state, i);
  }
  return bytes;
}

/** A place of 0 … count-1 for each step, far from that of the step before. */
export function scattered(step: number, count: number): number {
  return (step * 7919) % count;
}
