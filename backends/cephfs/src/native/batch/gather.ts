/** Messages under way at most: what comes meanwhile is gathered for the next. */
const mostUnderWay = 2;
/** Inodes in one message that was gathered: the thread asks for them one after another, and each may take a round trip to the metadata server. */
const mostTogether = 32;

interface Waiting<Answer> {
  readonly inode: bigint;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Attributes that are asked for one by one at the same time, each by somebody else, go together to a batch thread. */
export class Gather<Answer> {
  readonly #ask: (inodes: BigUint64Array) => Promise<readonly Answer[]>;
  #waiting: Waiting<Answer>[] = [];
  #underWay = 0;

  /** `ask` answers as many as it is asked, in order. */
  constructor(ask: (inodes: BigUint64Array) => Promise<readonly Answer[]>) {
    this.#ask = ask;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  one(inode: bigint): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ inode, resolve, reject });
      if (this.#underWay < mostUnderWay) void this.#send();
    });
  }

  async #send(): Promise<void> {
    this.#underWay += 1;
    // Who asks in this turn of the event loop is still waited for.
    await Promise.resolve();
    const together = this.#waiting.splice(0, mostTogether);
    try {
      const answers = together.length === 0 ? [] : await this.#ask(BigUint64Array.from(together, ({ inode }) => inode));
      for (const [index, { resolve, reject }] of together.entries()) {
        const answer = answers[index];
        if (answer === undefined) reject(new Error('a batch thread left out an answer'));
        else resolve(answer);
      }
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
    this.#underWay -= 1;
    if (this.#waiting.length > 0 && this.#underWay < mostUnderWay) void this.#send();
  }
}
