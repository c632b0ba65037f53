import type * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import { Cancelled } from '../messages.ts';

/** What a person can do with an open list. */
export interface PickActions<Item extends vscode.QuickPickItem, Result> {
  /** Enter or a click on a row; undefined keeps the list open. */
  readonly accept: (item: Item) => Result | undefined;
  /** Enter while no row is there to be taken. */
  readonly acceptText?: () => Result | undefined;
  /** A button on a row. */
  readonly button?: (item: Item, button: vscode.QuickInputButton) => Result | undefined;
  /** The text in the box has changed. */
  readonly changed?: (value: string) => void;
}

/**
 * Shows a list that was set up, and closes it with the first result.
 * @throws Cancelled when the person leaves it; what `work` throws, which may still fill the list
 */
export function showPick<Item extends vscode.QuickPickItem, Result>(
  pick: vscode.QuickPick<Item>,
  { accept, acceptText, button, changed }: PickActions<Item, Result>,
  work: Promise<void> = Promise.resolve(),
): Promise<Result> {
  const store = new DisposableStore();
  store.add(pick);
  return new Promise<Result>((resolve, reject) => {
    const settle = (result: Result | undefined): void => {
      if (result === undefined) return;
      resolve(result);
      pick.hide();
    };
    store.add(
      pick.onDidAccept(() => {
        const [item] = pick.selectedItems;
        settle(item ? accept(item) : acceptText?.());
      }),
    );
    if (button) store.add(pick.onDidTriggerItemButton(event => settle(button(event.item, event.button))));
    if (changed) store.add(pick.onDidChangeValue(changed));
    store.add(pick.onDidHide(() => reject(new Cancelled())));
    work.catch(reject);
    pick.show();
  }).finally(() => store.dispose());
}
