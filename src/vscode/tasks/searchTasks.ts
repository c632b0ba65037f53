import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import type { ModelCatalogue } from '../../core/models/modelCatalogue.ts';
import { keptModelNames } from '../../core/models/modelNames.ts';
import type { Library } from '../../core/assets/library.ts';
import { searchWords, type SearchLanguage } from '../../core/tasks/searchWords.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { isRunningState, storedFiles, type Task } from '../../shared/task.ts';
import type { CommandId } from '../manifest/ids.ts';
import { createPick, row, type Row } from '../messages/quickPick.ts';
import { showError } from '../messages/showError.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { taskAbout, taskIcon } from './tasksTreeItems.ts';
import { l10n } from '../text/l10n.ts';

/** More than that nobody reads; another word narrows the list. */
const limit = 100;

interface TaskItem extends Row {
  /** Undefined in the row that says that there is none. */
  readonly task: Task | undefined;
}

interface TaskButton extends vscode.QuickInputButton {
  readonly command: CommandId;
}

interface SearchServices {
  readonly ledger: Ledger;
  readonly library: Library;
  /** For the names of the models. */
  readonly catalogue: Pick<ModelCatalogue, 'kept'>;
  readonly server: { readonly origin: string | undefined };
  readonly log: Log;
}

/**
 * Finds tasks by words of prompt, model, kind, file and date as the user types. Enter does what is likeliest;
 * the buttons do the rest.
 */
export async function searchTasks(services: SearchServices): Promise<void> {
  const { ledger, library, catalogue, server, log } = services;
  const { t } = l10n;
  const names = await keptModelNames(catalogue, server.origin);
  const nameOf = (model: string): string => names.get(model) ?? model;
  const store = new DisposableStore();
  const picker = store.add(
    createPick<TaskItem>({
      title: t('Search Tasks'),
      placeholder: t('Search prompts, models, kinds, file names, dates (today, 2026-11)'),
    }),
  );
  const look = (words: string): void => {
    try {
      const found = ledger.lists.page({ words: searchWords(words, searchLanguage(names)) }, { limit });
      picker.items = found.length > 0 ? found.map(task => taskItem(task, library, nameOf)) : [nothingItem()];
    } catch (error) {
      // The picker stays open, and the next letter tries again.
      void showError(error, 'The tasks could not be searched', log);
    }
  };
  const run = (command: CommandId, { task }: TaskItem): void => {
    if (!task) return;
    picker.hide();
    void vscode.commands.executeCommand(command, task.id);
  };
  store.add(picker.onDidChangeValue(look));
  store.add(picker.onDidTriggerItemButton(({ button, item }) => run((button as TaskButton).command, item)));
  store.add(
    picker.onDidAccept(() => {
      const [item] = picker.activeItems;
      if (item?.task) run(likeliest(item.task), item);
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

function nothingItem(): TaskItem {
  const label = l10n.t('No matching tasks');
  return row({ task: undefined, label, icon: 'info', alwaysShow: true });
}

/** What words may mean to this person. */
function searchLanguage(modelNames: ReadonlyMap<string, string>): SearchLanguage {
  const kindNames = {
    image: mediaKindLabels('image').name,
    video: mediaKindLabels('video').name,
    audio: mediaKindLabels('audio').name,
  };
  return { language: l10n.language, kindNames, modelNames, now: systemClock.now() };
}

function taskItem(task: Task, library: Library, nameOf: (model: string) => string): TaskItem {
  return row({
    task,
    iconPath: taskIcon(task, library),
    label: `${task.isFavourite ? '★ ' : ''}${promptTitle(task.prompt)}`,
    description: taskAbout(task, systemClock.now(), { nameOf }),
    // The ledger has chosen: it finds parts of words and ignores accents, which the picker's own filter does
    // not.
    alwaysShow: true,
    buttons: buttonsOf(task),
  });
}

function buttonsOf(task: Task): TaskButton[] {
  const { t } = l10n;
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
    button('edit', t('Edit and Generate...'), 'rivya.task.edit'),
    button('copy', t('Copy Prompt'), 'rivya.task.copyPrompt'),
  ];
}
