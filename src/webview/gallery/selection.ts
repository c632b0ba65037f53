/** The most that is selected at once; the host takes no more. */
const most = 1_000;

/** Which jobs are selected, and from where a selection reaches. */
export class Selection {
  #ids = new Set<string>();
  #anchor = 0;
  #request = 0;

  /** Another set after each change. */
  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** Another number whenever the selection was begun anew, so that late answers are told. */
  get request(): number {
    return this.#request;
  }

  clear(): void {
    this.#request++;
    this.#ids = new Set();
  }

  /** Nothing is selected, and the next selection reaches from here. */
  startAt(index: number): void {
    this.#anchor = index;
    this.clear();
  }

  toggle(id: string, index: number): void {
    this.#request++;
    const ids = new Set(this.#ids);
    if (!ids.delete(id) && ids.size < most) ids.add(id);
    this.#ids = ids;
    this.#anchor = index;
  }

  /** The stretch from where the selection began to here; it takes the place of what was selected. */
  begin(index: number): { readonly offset: number; readonly count: number } {
    this.clear();
    const offset = Math.max(Math.min(this.#anchor, index), index - most + 1);
    return { offset, count: Math.min(most, Math.max(this.#anchor, index) - offset + 1) };
  }

  add(ids: readonly string[]): void {
    this.#ids = new Set([...this.#ids, ...ids].slice(0, most));
  }
}
