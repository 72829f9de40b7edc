import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endedWithin, endNow } from '../kernel/children.ts';
import type { LoadPlan, RoundAtClient } from './load.ts';
import type { Answer, FixtureRequest, Request } from './load-messages.ts';

/** A load generator in a process of its own, so that its work is not counted, nor waited for, in the server's loop. */
export class LoadGenerator {
  readonly #child: ChildProcess;

  constructor() {
    // .ts when run from the sources, .js when run from dist.
    const program = new URL(import.meta.url.endsWith('.ts') ? 'load-process.ts' : 'load-process.js', import.meta.url);
    this.#child = fork(fileURLToPath(program), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
    });
  }

  async fixture(fixture: FixtureRequest): Promise<void> {
    await this.#ask({ kind: 'fixture', fixture });
  }

  async prepare(load: string, plan: LoadPlan): Promise<void> {
    await this.#ask({ kind: 'prepare', load, plan });
  }

  async run(): Promise<RoundAtClient> {
    const answer = await this.#ask({ kind: 'run' });
    if (answer.kind !== 'round') throw new Error(`the load generator answered ${answer.kind}`);
    return answer.round;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    if (!(await endedWithin(this.#child, 2000))) await endNow(this.#child);
  }

  #ask(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('the load generator ended'));
      this.#child.once('exit', onExit);
      this.#child.once('message', (answer: Answer) => {
        this.#child.off('exit', onExit);
        if (answer.kind === 'failed') reject(new Error(answer.message));
        else resolve(answer);
      });
      this.#child.send(request);
    });
  }
}
