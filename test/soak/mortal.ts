// A process that may die at any point: whatever it does to the world is a step, and once it is dead no step is done and
// none answers, as after kill -9.

export class Mortal {
  #stepsLeft = Number.POSITIVE_INFINITY;
  #isLastDone = false;
  #underWay = 0;
  #death = Promise.withResolvers<void>();
  isDead = false;

  /** Resolves when it is dead. */
  get died(): Promise<void> {
    return this.#death.promise;
  }

  /** Steps of it that have no answer yet; none when it is dead. */
  get underWay(): number {
    return this.isDead ? 0 : this.#underWay;
  }

  /** It dies at its so-manieth step from now, before the world has noticed or, with `isLastDone`, just after. */
  killAt(step: number, isLastDone: boolean): void {
    this.#stepsLeft = step;
    this.#isLastDone = isLastDone;
  }

  kill(): void {
    this.isDead = true;
    this.#death.resolve();
  }

  async step<T>(effect: () => Promise<T>): Promise<T> {
    if (this.isDead) return never();
    this.#stepsLeft -= 1;
    if (this.#stepsLeft <= 0) {
      if (this.#isLastDone) await effect().catch(() => {});
      this.kill();
      return never();
    }
    this.#underWay += 1;
    try {
      return await this.#unlessDead(effect());
    } finally {
      this.#underWay -= 1;
    }
  }

  async #unlessDead<T>(answer: Promise<T>): Promise<T> {
    // An error is an answer, too.
    await answer.catch(() => {});
    return this.isDead ? never() : answer;
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => {});
}
