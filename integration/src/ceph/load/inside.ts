import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Bytes that a process uses, by who has them. */
export interface Inner {
  /** V8's heap. */
  readonly heap: number;
  /** Buffers outside of it. */
  readonly external: number;
  /** Given out by malloc, to libcephfs above all; external buffers are among them. */
  readonly allocated: number;
  /** Held by malloc and given to nobody: mallinfo2(3), fordblks. */
  readonly free: number;
}

const inspector = 'http://127.0.0.1:9229/json/list';
const backend = fileURLToPath(new URL('../../../../backends/cephfs/package.json', import.meta.url));
const fields = [
  'arena',
  'ordblks',
  'smblks',
  'hblks',
  'hblkhd',
  'usmblks',
  'fsmblks',
  'uordblks',
  'fordblks',
  'keepcost',
];

/** In the process that is looked at. */
const look = `(() => {
  globalThis.mallinfo2OfTheTest ??= (() => {
    const koffi = process.getBuiltinModule('module').createRequire(${JSON.stringify(backend)})('koffi');
    const sizes = Object.fromEntries(${JSON.stringify(fields)}.map((name) => [name, 'size_t']));
    koffi.struct('mallinfo2OfTheTest', sizes);
    return koffi.load('libc.so.6').func('mallinfo2OfTheTest mallinfo2()');
  })();
  const { heapUsed, external } = process.memoryUsage();
  const { uordblks, fordblks } = globalThis.mallinfo2OfTheTest();
  return { heap: heapUsed, external, allocated: Number(uordblks), free: Number(fordblks) };
})()`;

interface Answer {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown }; readonly exceptionDetails?: unknown };
}

/** Looks into a running Node by its inspector. One at a time on a machine: the inspector has one port. */
export class Inside {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  static async open(pid: number): Promise<Inside> {
    process.kill(pid, 'SIGUSR1');
    await sleep(1000);
    const [target] = (await (await fetch(inspector)).json()) as { webSocketDebuggerUrl: string }[];
    if (target === undefined) throw new Error(`no inspector of process ${pid}`);
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    const inside = new Inside(socket);
    const seen = await inside.#valueOf('process.pid');
    if (seen === pid) return inside;
    inside.close();
    throw new Error(`the inspector's port belongs to process ${String(seen)}, not to ${pid}`);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  /** What is in use after a collection of garbage. */
  async inUse(): Promise<Inner> {
    await this.#send('HeapProfiler.collectGarbage', {});
    return (await this.#valueOf(look)) as Inner;
  }

  close(): void {
    this.#socket.close();
  }

  async #valueOf(expression: string): Promise<unknown> {
    const { result } = await this.#send('Runtime.evaluate', { expression, returnByValue: true });
    if (result?.exceptionDetails !== undefined) throw new Error(JSON.stringify(result.exceptionDetails));
    return result?.result?.value;
  }

  async #send(method: string, params: object): Promise<Answer> {
    const id = ++this.#last;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const answer = await answered;
    this.#waiting.delete(id);
    return answer;
  }
}
