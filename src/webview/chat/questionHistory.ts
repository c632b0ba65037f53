/** Walking through earlier questions with the arrow keys; what was being written waits at the near end. */
export class QuestionHistory {
  #index = -1;
  #own = '';
  #shown = '';

  /**
   * The question before the one that is shown, or undefined at the far end. `questions` has the newest first.
   */
  older(questions: readonly string[], current: string): string | undefined {
    if (!this.#isWalking(current)) {
      this.#index = -1;
      this.#own = current;
    }
    const text = questions[this.#index + 1];
    return text === undefined ? undefined : this.#show(this.#index + 1, text);
  }

  /** The question after the one that is shown, at last the own text; undefined when nobody is walking. */
  newer(questions: readonly string[], current: string): string | undefined {
    if (!this.#isWalking(current)) return undefined;
    return this.#show(this.#index - 1, questions[this.#index - 1] ?? this.#own);
  }

  /** Whether what stands there came from here unchanged. */
  #isWalking(current: string): boolean {
    return this.#index >= 0 && current === this.#shown;
  }

  #show(index: number, text: string): string {
    this.#index = index;
    this.#shown = text;
    return text;
  }
}
