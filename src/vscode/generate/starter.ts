import * as vscode from 'vscode';

/**
 * Who has started a command. `hand`: nothing speaks against a person's hand. `other`: the values that it was
 * called with are none that menus, keys and palette of VS Code pass, or nobody was at the window.
 */
export type Starter = 'hand' | 'other';

/**
 * Who has started a command of the editor. VS Code tells nothing but the values: the palette, a key and the
 * status bar pass none, a menu of the editor the address of its document. A variable in a task
 * (`${command:…}`, `${input:…}`) always passes one value: the task itself, or what its file says.
 */
export function starterOf(values: readonly unknown[]): Starter {
  if (values.length === 0) return starterWithoutValues();
  const [target] = values;
  const shown = vscode.window.activeTextEditor?.document.uri.toString();
  return target instanceof vscode.Uri && target.toString() === shown ? 'hand' : 'other';
}

/** As `starterOf`, for a command on tasks. No file can know the id of a task: what names one is a hand. */
export function starterOnTasks(values: readonly unknown[]): Starter {
  if (values.length === 0) return starterWithoutValues();
  return values.some(value => value !== undefined) ? 'hand' : 'other';
}

/** Whoever uses the palette or a key has the window before them. */
function starterWithoutValues(): Starter {
  return vscode.window.state.focused ? 'hand' : 'other';
}
