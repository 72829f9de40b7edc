const answersPerTurn = 64;

/**
 * Answers out of memory resolve without the event loop going round, so a caller that asks in a loop would keep everybody else
 * waiting. After a number of them in one turn the next one waits for the next turn.
 */
export class Turn {
  #answers = 0;
  #next: Promise<void> | undefined;

  /** `undefined`: go on at once. */
  spend(): Promise<void> | undefined {
    this.#next ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#answers = 0;
        this.#next = undefined;
        resolve();
      });
    });
    this.#answers += 1;
    return this.#answers > answersPerTurn ? this.#next : undefined;
  }
}
