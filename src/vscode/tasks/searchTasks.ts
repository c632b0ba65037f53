import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { describeError } from '../../base/log.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import { altTextOf } from '../../core/references/altText.ts';
import { isRunningState, storedFiles, type Task } from '../../shared/task.ts';
import type { CommandId } from '../ids.ts';
import { messageOf, show } from '../messages.ts';
import type { Services } from '../services.ts';
import { ageText, stateText } from './taskText.ts';

/** More than that nobody reads; another word narrows the list. */
const limit = 100;

interface TaskItem extends vscode.QuickPickItem {
  readonly task: Task;
}

interface TaskButton extends vscode.QuickInputButton {
  readonly command: CommandId;
}

/** Finds tasks by words of their prompts as the user types. Enter does what is likeliest; the buttons do the rest. */
export function searchTasks({ ledger, log }: Services): void {
  const { t } = vscode.l10n;
  const store = new DisposableStore();
  const picker = store.add(vscode.window.createQuickPick<TaskItem>());
  picker.title = t('Search Tasks');
  picker.placeholder = t('Words of the prompt');
  const look = (words: string): void => {
    try {
      const found = words.trim() === '' ? ledger.tasks({ limit }) : ledger.search(words, limit);
      picker.items = found.map(taskItem);
    } catch (error) {
      // The picker stays open, and the next letter tries again.
      log.error(`The tasks could not be searched: ${describeError(error)}`);
      const message = messageOf(error);
      if (message) show('error', message, log);
    }
  };
  const run = (command: CommandId, { task }: TaskItem): void => {
    picker.hide();
    void vscode.commands.executeCommand(command, task.id);
  };
  store.add(picker.onDidChangeValue(look));
  store.add(picker.onDidTriggerItemButton(({ button, item }) => run((button as TaskButton).command, item)));
  store.add(
    picker.onDidAccept(() => {
      const [item] = picker.activeItems;
      if (item) run(likeliest(item.task), item);
    }),
  );
  store.add(picker.onDidHide(() => store.dispose()));
  look('');
  picker.show();
}

/** To see what it made; or, when it made nothing, to have its words again. */
function likeliest(task: Task): CommandId {
  return storedFiles(task).length > 0 ? 'rivya.task.open' : 'rivya.task.copyPrompt';
}

function taskItem(task: Task): TaskItem {
  return {
    task,
    label: altTextOf(task.prompt),
    description: [stateText(task), task.model, ageText(task.createdAt, systemClock.now())].join(' · '),
    // The ledger has chosen: it finds parts of words and ignores accents, which the picker's own filter does not.
    alwaysShow: true,
    buttons: buttonsOf(task),
  };
}

function buttonsOf(task: Task): TaskButton[] {
  const { t } = vscode.l10n;
  const button = (icon: string, tooltip: string, command: CommandId): TaskButton => ({
    iconPath: new vscode.ThemeIcon(icon),
    tooltip,
    command,
  });
  return [
    ...(storedFiles(task).length > 0
      ? [
          button('insert', t('Insert Result'), 'rivya.task.insert'),
          button('save-as', t('Save Result As'), 'rivya.task.saveAs'),
        ]
      : []),
    ...(isRunningState(task.state) ? [] : [button('debug-rerun', t('Run Again'), 'rivya.task.rerun')]),
    button('copy', t('Copy Prompt'), 'rivya.task.copyPrompt'),
  ];
}
