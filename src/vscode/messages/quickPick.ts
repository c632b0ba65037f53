import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import { Cancelled } from './errors.ts';
import { drawnText, plain, type Drawn } from './plain.ts';

/** What a row of a list says. */
export interface RowText {
  readonly label: string;
  /** The id of a codicon beside the label. */
  readonly icon?: string | undefined;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
}

/** A row of a list as it is drawn. */
export interface Row extends Omit<vscode.QuickPickItem, 'label' | 'description' | 'detail'> {
  readonly label: Drawn;
  readonly description?: Drawn;
  readonly detail?: Drawn;
}

/** A list that can be set up, and takes only rows that are drawn. */
export type Pick<Item extends Row> = Omit<vscode.QuickPick<Item>, 'title' | 'placeholder'>;

/** The row of a list; of its words none forms a link, an icon or a line break. The rest stays as it is. */
export function row<const Item extends RowText>(item: Item): Omit<Item, keyof RowText> & Row {
  const { label, icon, description, detail, ...rest } = item;
  return {
    ...rest,
    label: drawnText(label),
    // In the label it would be read aloud as "circle-slash", in every language.
    ...(icon !== undefined && { iconPath: new vscode.ThemeIcon(icon) }),
    ...(description !== undefined && { description: drawnText(description, undefined, 'description') }),
    ...(detail !== undefined && { detail: drawnText(detail, undefined, 'detail') }),
  };
}

/** A line between rows, with a word about those below it. */
export function separator(label: string): { readonly kind: vscode.QuickPickItemKind; readonly label: Drawn } {
  return { kind: vscode.QuickPickItemKind.Separator, label: drawnText(label) };
}

/** A list to be shown with `showPick`. */
export function createPick<Item extends Row>({ title, placeholder }: PickWords): Pick<Item> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = plain(title, 'title');
  if (placeholder !== undefined) pick.placeholder = plain(placeholder, 'title');
  return pick;
}

/** Says something else in the box of a list while nothing is typed. */
export function setPlaceholder<Item extends Row>(pick: Pick<Item>, text: string): void {
  (pick as vscode.QuickPick<Item>).placeholder = plain(text, 'title');
}

/** What a list says about itself. */
interface PickWords {
  readonly title: string;
  readonly placeholder?: string | undefined;
}

/** How a list behaves; see `vscode.QuickPickOptions`. */
interface PickOptions extends PickWords {
  readonly matchOnDescription?: boolean;
  readonly matchOnDetail?: boolean;
  readonly ignoreFocusOut?: boolean;
}

/** A row to choose, with whatever stands for it. */
type Choice = RowText & Omit<vscode.QuickPickItem, keyof RowText>;

/** Lets the person choose one of the rows. @throws Cancelled when they leave the list */
export async function chooseOne<Item extends Choice>(
  items: readonly Item[],
  options: PickOptions,
): Promise<Item> {
  const rows = items.map((item): vscode.QuickPickItem => row(item));
  const picked = await vscode.window.showQuickPick(rows, drawnOptions(options));
  const item = picked && items[rows.indexOf(picked)];
  if (!item) throw new Cancelled();
  return item;
}

/**
 * Lets the person choose any number of the rows, while the title says what the ticked ones come to.
 * @throws Cancelled when they leave the list
 */
export async function chooseManyCounted<Item extends Choice>(
  items: readonly Item[],
  {
    titleOf,
    placeholder,
    ...rest
  }: Omit<PickOptions, 'title'> & {
    readonly titleOf: (ticked: readonly Item[]) => string;
  },
): Promise<Item[]> {
  const rows = items.map((item): Row => row<Choice>(item));
  const itemsOf = (ticked: readonly Row[]): Item[] => ticked.flatMap(each => items[rows.indexOf(each)] ?? []);
  const first = items.filter(({ picked }) => picked === true);
  const pick = vscode.window.createQuickPick<Row>();
  const say = (ticked: readonly Item[]): void => {
    pick.title = plain(titleOf(ticked), 'title');
  };
  Object.assign(pick, rest, placeholder !== undefined && { placeholder: plain(placeholder, 'title') });
  pick.canSelectMany = true;
  pick.items = rows;
  pick.selectedItems = rows.filter(each => each.picked === true);
  say(first);
  pick.onDidChangeSelection(ticked => say(itemsOf(ticked)));
  return new Promise<Item[]>((resolve, reject) => {
    pick.onDidAccept(() => {
      resolve(itemsOf(pick.selectedItems));
      pick.hide();
    });
    pick.onDidHide(() => reject(new Cancelled()));
    pick.show();
  }).finally(() => pick.dispose());
}

/** Lets the person choose any number of the rows. @throws Cancelled when they leave the list */
export async function chooseMany<Item extends Choice>(
  items: readonly Item[],
  options: PickOptions,
): Promise<Item[]> {
  const rows = items.map((item): vscode.QuickPickItem => row(item));
  const picked = await vscode.window.showQuickPick(rows, { ...drawnOptions(options), canPickMany: true });
  if (!picked) throw new Cancelled();
  return picked.flatMap(each => items[rows.indexOf(each)] ?? []);
}

function drawnOptions({ title, placeholder, ...rest }: PickOptions): vscode.QuickPickOptions {
  return {
    ...rest,
    title: plain(title, 'title'),
    ...(placeholder !== undefined && { placeHolder: plain(placeholder, 'title') }),
  };
}

/** What a person can do with an open list. */
export interface PickActions<Item extends Row, Result> {
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
export function showPick<Item extends Row, Result>(
  pick: Pick<Item>,
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
