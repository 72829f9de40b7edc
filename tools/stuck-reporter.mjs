// A vitest reporter that names every minute what has been running for one, so that a run that ends at its limit tells
// which test kept it.

const everyMs = 60_000;

/** What runs and since when. */
export class Running {
  #since = new Map();

  begin(name, now) {
    this.#since.set(name, now);
  }

  end(name) {
    this.#since.delete(name);
  }

  /** A line for each that has been running for a minute at `now`, in milliseconds. */
  lines(now) {
    return [...this.#since]
      .filter(([, since]) => now - since >= everyMs)
      .map(([name, since]) => `still running after ${Math.round((now - since) / 1000)} s: ${name}`);
  }
}

export default class StuckReporter {
  #running = new Running();
  #timer;

  onTestRunStart() {
    this.#timer = setInterval(() => {
      for (const line of this.#running.lines(performance.now())) console.log(line);
    }, everyMs);
    this.#timer.unref();
  }

  onTestRunEnd() {
    clearInterval(this.#timer);
  }

  onTestModuleStart(module) {
    this.#running.begin(nameOf(module), performance.now());
  }

  onTestModuleEnd(module) {
    this.#running.end(nameOf(module));
  }

  onTestCaseReady(test) {
    this.#running.begin(nameOf(test), performance.now());
  }

  onTestCaseResult(test) {
    this.#running.end(nameOf(test));
  }
}

function nameOf({ project, relativeModuleId, module, fullName }) {
  const file = relativeModuleId ?? module.relativeModuleId;
  return [project.name, file, fullName].filter((part) => part !== undefined).join(' > ');
}
