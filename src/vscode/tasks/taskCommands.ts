import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { removeTask } from '../../core/assets/housekeeping.ts';
import { decide } from '../../core/tasks/runner.ts';
import { isRunningState, storedFiles, type Task } from '../../shared/task.ts';
import { announcePlaced, stopTracking } from '../generate/progress.ts';
import { generateImage } from '../generate/generate.ts';
import { Cancelled, UserError } from '../messages.ts';
import { exists } from '../placement/destination.ts';
import type { Services } from '../services.ts';
import { taskIdOf } from '../trees/tasksTree.ts';

/** The commands on one task; each takes a tree item or the task's id. */
export const taskCommands = {
  async insert(services: Services, argument: unknown): Promise<void> {
    const { id } = taskFrom(services, argument);
    announcePlaced(services, await services.placer.placeNow(id));
  },

  async open(services: Services, argument: unknown): Promise<void> {
    const task = taskFrom(services, argument);
    const link = resultLink(task);
    if (link) await vscode.env.openExternal(link);
    else await vscode.commands.executeCommand('vscode.open', await shownFile(services, task));
  },

  async saveAs(services: Services, argument: unknown): Promise<void> {
    const task = taskFrom(services, argument);
    const source = libraryFile(services, task);
    const name = source.path.split('/').at(-1) ?? '';
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const target = await vscode.window.showSaveDialog({
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
      title: vscode.l10n.t('Save Result As'),
    });
    if (!target) throw new Cancelled();
    // The dialog has already asked whether to replace.
    await vscode.workspace.fs.copy(source, target, { overwrite: true });
  },

  async reveal(services: Services, argument: unknown): Promise<void> {
    const task = taskFrom(services, argument);
    const file = services.ledger.placement(task.id)?.file;
    const uri = file === undefined ? undefined : vscode.Uri.parse(file, true);
    if (!uri || !(await exists(uri))) {
      throw new UserError(
        vscode.l10n.t('The file is no longer in the workspace. It is still kept in the library.'),
      );
    }
    await vscode.commands.executeCommand('revealInExplorer', uri);
  },

  async rerun(services: Services, argument: unknown): Promise<void> {
    const task = taskFrom(services, argument);
    const placement = services.ledger.placement(task.id);
    const open = vscode.workspace.textDocuments.find(each => each.uri.toString() === placement?.document);
    const { anchor } = placement ?? {};
    const place =
      open && anchor
        ? {
            document: open,
            range: new vscode.Range(open.positionAt(anchor.start), open.positionAt(anchor.end)),
          }
        : undefined;
    await generateImage(services, { prompt: task.prompt, model: task.model, place });
  },

  async copyPrompt(services: Services, argument: unknown): Promise<void> {
    await vscode.env.clipboard.writeText(taskFrom(services, argument).prompt);
  },

  async copyId(services: Services, argument: unknown): Promise<void> {
    const { remoteId } = taskFrom(services, argument);
    if (remoteId === undefined) throw new UserError(vscode.l10n.t('Rivya has given no id to this task yet.'));
    await vscode.env.clipboard.writeText(remoteId);
  },

  async sendAgain(services: Services, argument: unknown): Promise<void> {
    const task = taskFrom(services, argument);
    const send = vscode.l10n.t('Send Again');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Send this job again?'),
      {
        modal: true,
        detail: vscode.l10n.t(
          'It is not known whether Rivya received it the first time. If it did and no longer remembers, the job is charged twice.',
        ),
      },
      send,
    );
    if (answer !== send) throw new Cancelled();
    decide(services.ledger, task.id, { type: 'released' }, systemClock.now());
    services.runner.poke();
  },

  checkAgain(services: Services, argument: unknown): void {
    const task = taskFrom(services, argument);
    decide(services.ledger, task.id, { type: 'reopened' }, systemClock.now());
    services.runner.poke();
  },

  stopTracking(services: Services, argument: unknown): void {
    stopTracking(services, taskFrom(services, argument).id);
  },

  async remove(services: Services, argument: unknown): Promise<void> {
    const task = taskFrom(services, argument);
    if (isRunningState(task.state)) {
      throw new UserError(vscode.l10n.t('This task is still running. Stop tracking it first.'));
    }
    const placement = services.ledger.placement(task.id);
    const files = storedFiles(task);
    // The copy in the library may be the only one.
    if (files.length > 0 && placement?.state !== 'placed') {
      const remove = vscode.l10n.t('Remove');
      const answer = await vscode.window.showWarningMessage(
        vscode.l10n.t('Remove this task and its result?'),
        {
          modal: true,
          detail: vscode.l10n.t(
            'The result was not inserted. The copy in the library is deleted with the task.',
          ),
        },
        remove,
      );
      if (answer !== remove) throw new Cancelled();
    }
    await removeTask(task.id, services.ledger, services.library);
  },
};

function taskFrom({ ledger }: Services, argument: unknown): Task {
  const id = taskIdOf(argument);
  const task = id === undefined ? undefined : ledger.task(id);
  if (!task) throw new UserError(vscode.l10n.t('This task is no longer in the list.'));
  return task;
}

function libraryFile({ library }: Services, task: Task): vscode.Uri {
  const file = storedFiles(task)[0];
  if (!file) throw new UserError(vscode.l10n.t('This task has no result yet.'));
  return vscode.Uri.file(library.pathOf(file));
}

/** The address of a result that could not be fetched: the only way left to a file that is paid. */
function resultLink(task: Task): vscode.Uri | undefined {
  const url = storedFiles(task).length === 0 ? task.results[0]?.url : undefined;
  return url?.startsWith('https://') === true ? vscode.Uri.parse(url, true) : undefined;
}

/** The file in the workspace while it is there, else the one in the library. */
async function shownFile(services: Services, task: Task): Promise<vscode.Uri> {
  const placed = services.ledger.placement(task.id)?.file;
  const uri = placed === undefined ? undefined : vscode.Uri.parse(placed, true);
  return uri && (await exists(uri)) ? uri : libraryFile(services, task);
}
