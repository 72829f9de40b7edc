/** The load generator as a program of its own, started by {@link LoadGenerator}: requests and answers over IPC. */
import { type Load, type LoadPlan, type PreparedLoad, runRound } from './load.ts';
import type { Answer, FixtureRequest, Request } from './load-messages.ts';
import { nfsFixture, nfsLoads } from './nfs/nfs-loads.ts';
import { largeObjectLoads, s3Fixture, s3Loads } from './s3/s3-loads.ts';
import { smbFixture, smbLoads } from './smb/smb-loads.ts';
import { swiftFixture, swiftLoads } from './swift/swift-loads.ts';

/** A load bound to its fixture. */
type Prepare = (plan: LoadPlan) => Promise<PreparedLoad>;

const prepared = new Map<string, Prepare>();
let ready: { readonly load: PreparedLoad; readonly plan: LoadPlan } | undefined;

function bind<Fixture>(fixture: Fixture, table: readonly Load<Fixture>[]): void {
  for (const load of table) prepared.set(load.name, (plan) => load.prepare(fixture, plan));
}

async function makeFixture(request: FixtureRequest): Promise<void> {
  switch (request.protocol) {
    case 'nfs':
      return bind(await nfsFixture(request.server, request.options), nfsLoads);
    case 's3': {
      const loads = [...s3Loads, ...largeObjectLoads(request.options.largeBytes)];
      return bind(await s3Fixture(request.server, request.options), loads);
    }
    case 'smb':
      return bind(await smbFixture(request.server, request.options), smbLoads);
    case 'swift':
      return bind(await swiftFixture(request.server, request.options), swiftLoads);
  }
}

async function answer(request: Request): Promise<Answer> {
  switch (request.kind) {
    case 'fixture':
      await makeFixture(request.fixture);
      return { kind: 'done' };
    case 'prepare': {
      const prepare = prepared.get(request.load);
      if (prepare === undefined) throw new Error(`no load ${request.load}`);
      ready = { load: await prepare(request.plan), plan: request.plan };
      return { kind: 'done' };
    }
    case 'run': {
      if (ready === undefined) throw new Error('nothing is prepared');
      return { kind: 'round', round: await runRound(ready.load, ready.plan) };
    }
  }
}

process.on('message', (request: Request) => {
  answer(request)
    .catch((error: unknown): Answer => ({
      kind: 'failed',
      message: error instanceof Error ? error.message : String(error),
    }))
    .then((reply) => process.send?.(reply))
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
});
// The bench is gone.
process.on('disconnect', () => process.exit(0));
