import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/** VS Code asks again within this time, however busy the machine is; in milliseconds. */
const patienceMs = 5_000;

/**
 * What is selected in a tree, also while its rows are read anew. VS Code forgets the rows of a parent when it
 * is told that the parent has changed, and knows them again once it was given them: in between its selection
 * has gaps, and so has an event of that time (microsoft/vscode#144250, #283655). It is the same row if it has
 * the same id.
 */
export class TreeSelection<T> implements Disposable {
  readonly #view: Pick<vscode.TreeView<T>, 'selection' | 'onDidChangeSelection'>;
  readonly #clock: Clock;
  readonly #listener: Disposable;
  /** Parents whose rows VS Code does not know just now. */
  readonly #parents = new Set<string>();
  #known: readonly T[] = [];
  /** Whether nobody has selected anything else since the rows are being read. */
  #isSure = true;
  #whole = Promise.withResolvers<undefined>();

  constructor(view: Pick<vscode.TreeView<T>, 'selection' | 'onDidChangeSelection'>, clock: Clock) {
    this.#view = view;
    this.#clock = clock;
    this.#listener = view.onDidChangeSelection(({ selection }) => {
      if (this.#parents.size === 0) this.#known = selection;
      else this.#isSure = false;
    });
  }

  dispose(): void {
    this.#listener.dispose();
    this.#whole.resolve(undefined);
  }

  /**
   * What the person sees selected: at once when that is known, else when the rows are there again. A command
   * that acts on nothing is better than one that acts on another row.
   */
  async current(): Promise<readonly T[]> {
    if (this.#parents.size === 0) return this.#view.selection;
    if (this.#isSure) return this.#known;
    const late = Promise.withResolvers<undefined>();
    const timer = this.#clock.after(patienceMs, () => late.resolve(undefined));
    await Promise.race([this.#whole.promise, late.promise]);
    timer.dispose();
    return this.#view.selection;
  }

  /** VS Code is about to be told that the rows below these parents are others. */
  forget(parents: readonly string[]): void {
    if (this.#parents.size === 0) this.#known = this.#view.selection;
    for (const parent of parents) this.#parents.add(parent);
  }

  /** VS Code is being given the rows below these parents. */
  give(parents: readonly string[]): void {
    // It takes them up before the next task.
    this.#clock.after(0, () => this.#taken(parents));
  }

  #taken(parents: readonly string[]): void {
    if (this.#parents.size === 0) return;
    for (const parent of parents) this.#parents.delete(parent);
    if (this.#parents.size > 0) return;
    this.#known = this.#view.selection;
    this.#isSure = true;
    this.#whole.resolve(undefined);
    this.#whole = Promise.withResolvers<undefined>();
  }
}
