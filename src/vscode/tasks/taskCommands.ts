import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { sentWith } from '../../core/generate/draftJob.ts';
import { isSameAddress } from '../../core/places/addressKey.ts';
import { findAnchor } from '../../core/tasks/anchor.ts';
import { requestAs, type RequestLanguage } from '../../core/tasks/copyAs.ts';
import { decide } from '../../core/tasks/runner.ts';
import { chargeOf } from '../../shared/charge.ts';
import { resultFiles, storedFiles, type Task } from '../../shared/task.ts';
import { generateFromTask } from '../generate/fromInputs.ts';
import { dayBudget, requireWithinDay } from '../generate/dayLimit.ts';
import { order } from '../generate/generate.ts';
import { inspectInputs, type LocalInput } from '../generate/localInputs.ts';
import { askPrompt, pastPrompts } from '../generate/promptInput.ts';
import type { EditorRequest } from '../generate/request.ts';
import type { Starter } from '../generate/starter.ts';
import { deleteFilesOf } from '../links/deleteFile.ts';
import { ask, askTarget, flash } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { chooseOne, type RowText } from '../messages/quickPick.ts';
import { announcePlaced, copyPaths } from '../orders/placedMessages.ts';
import { isWaitedFor, stopTracking } from '../orders/stopTracking.ts';
import { locateCopy } from '../placement/locateCopy.ts';
import type { Place } from '../placement/place.ts';
import { resultActions } from '../placement/resultActions.ts';
import type { Placed } from '../placement/resultWriter.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { removeFromList } from './removeFromList.ts';
import { taskIdsOf } from './tasksNode.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { creditsText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/**
 * The commands on tasks. Each takes rows of the tree or ids, one or several; what cannot take several takes
 * the first.
 */
export const taskCommands = {
  async insert(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const placed: Placed[] = [];
    try {
      for (const { id } of tasksFrom(services, nodes)) placed.push(await services.placer.placeNow(id));
    } finally {
      await copyPaths(placed);
      // It is paid since long, and inserting costs nothing.
      for (const each of placed) announcePlaced(services.log, each, 'withoutCharge');
    }
  },

  async open(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const tasks = tasksFrom(services, nodes);
    for (const task of tasks) {
      const link = resultLink(task);
      if (link) await vscode.env.openExternal(link);
      else {
        const options = { preview: tasks.length === 1, preserveFocus: true };
        await vscode.commands.executeCommand('vscode.open', await shownFile(services, task), options);
      }
    }
  },

  async saveAs(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const [task] = tasksFrom(services, nodes);
    const source = libraryFile(services, task);
    const name = source.path.split('/').at(-1) ?? '';
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const target = await askTarget({
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
      title: l10n.t('Save As'),
    });
    if (!target) throw new Cancelled();
    // The dialog has already asked whether to replace.
    await vscode.workspace.fs.copy(source, target, { overwrite: true });
    const edit = new vscode.WorkspaceEdit();
    const [result] = resultFiles(task);
    const written = await services.recipes.addTo(edit, task, result ? [{ uri: target, ...result }] : []);
    if (written.length === 0 || !(await vscode.workspace.applyEdit(edit))) return;
    services.recipes.tell(written);
  },

  async reveal(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const [task] = tasksFrom(services, nodes);
    const uri = await placedCopy(services, task);
    if (!uri) {
      throw new UserError(
        l10n.t(
          'The file is no longer in the workspace. To get it back, insert the result again or save a copy from the Tasks view.',
        ),
        storedFiles(task).length > 0 ? resultActions(task.id) : [],
      );
    }
    await vscode.commands.executeCommand('revealInExplorer', uri);
  },

  async rerun(services: GenerateServices, nodes: readonly unknown[], starter: Starter): Promise<void> {
    const requests: EditorRequest[] = [];
    for (const task of tasksFrom(services, nodes)) requests.push(await requestAgain(services, task, 'rerun'));
    await order(services, requests, starter);
  },

  /** The same with a prompt that the person changes first. */
  async edit(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const [task] = tasksFrom(services, nodes);
    const { generate, describe } = mediaKindLabels(task.kind);
    const past = pastPrompts(services);
    const { prompt } = await askPrompt(generate, describe, past, undefined, task.prompt);
    await order(services, [await requestAgain(services, task, 'change', prompt)], 'hand');
  },

  async useAsInput(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const [task] = tasksFrom(services, nodes);
    await generateFromTask(services, task);
  },

  /** Marks all as favourites, or, when they all are, none any more. */
  async toggleFavourite(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const tasks = tasksFrom(services, nodes);
    const on = tasks.some(task => !task.isFavourite);
    services.ledger.lists.setFavourite(
      tasks.map(({ id }) => id),
      on,
    );
    return Promise.resolve();
  },

  async copyPrompt(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const prompts = tasksFrom(services, nodes).map(task => task.prompt);
    await vscode.env.clipboard.writeText(prompts.join('\n'));
  },

  /** Where nothing in the document refers to a file in the place of the task. */
  async insertReference(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    for (const { id } of tasksFrom(services, nodes)) await services.placer.insertReference(id);
  },

  async copyReference(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const texts: string[] = [];
    for (const { id } of tasksFrom(services, nodes)) texts.push(await services.placer.referenceTo(id));
    await vscode.env.clipboard.writeText(texts.join('\n'));
  },

  async copyId(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const ids = tasksFrom(services, nodes).flatMap(({ remoteId }) => remoteId ?? []);
    if (ids.length === 0) throw new UserError(l10n.t("This task doesn't have an ID yet."));
    await vscode.env.clipboard.writeText(ids.join('\n'));
  },

  async copyAs(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const [task] = tasksFrom(services, nodes);
    const { t } = l10n;
    const shells: (RowText & { language: RequestLanguage })[] = [
      { language: 'curl', label: 'curl', description: t('Shell') },
      { language: 'powershell', label: 'PowerShell', description: t('Windows shell') },
    ];
    const choices: typeof shells = [
      ...(process.platform === 'win32' ? shells.toReversed() : shells),
      { language: 'fetch', label: 'fetch', description: t('JavaScript') },
      { language: 'python', label: 'Python', description: t('Standard library') },
    ];
    const picked = await chooseOne(choices, {
      title: t('Copy Request As'),
      placeholder: t("The API key isn't copied. The code reads it from RIVYA_API_KEY."),
    });
    const base = services.server.reachable.find(({ origin }) => origin === task.origin);
    const request = {
      baseUrl: base?.href ?? task.origin,
      body: task.body,
      idempotencyKey: randomUUID(),
    };
    await vscode.env.clipboard.writeText(requestAs(picked.language, request));
    flash(t('Request copied'), 'check', 4_000);
  },

  async sendAgain(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    const { ledger, runner } = services;
    const { t } = l10n;
    const [task] = tasksFrom(services, nodes);
    const { id, agreedCredits: agreed } = task;
    // What another job of the order was found to cost is what this one is agreed to cost now.
    const reserved = task.orderId === undefined ? undefined : ledger.books.reservedIn(task.orderId);
    const amounts = [agreed, reserved].filter(each => each !== undefined);
    const price = amounts.length > 0 ? Math.max(...amounts) : undefined;
    // Throws while there is no server to go on with.
    const current = services.server.base.origin;
    const scope = vscode.workspace.workspaceFolders?.[0]?.uri;
    const { limit, spent } = await dayBudget(services, task.origin, [scope]);
    requireWithinDay({ limit, spent: spent - (agreed ?? 0) }, price);
    const send = t('Resend Request');
    const detail = [
      chargeOf(task).kind === 'neverLeft'
        ? t("It was never sent. It's charged when Rivya accepts it.")
        : t('Rivya may have received this task before. If it did, sending it again can charge you twice.'),
      price === undefined ? '' : t('It will cost about {0}.', creditsText(price)),
      task.origin === current ? '' : t("It's sent to {0}.", task.origin),
    ];
    const answer = await ask('warning', t('Send this task again?'), [send], { detail });
    if (answer !== send) throw new Cancelled();
    const now = systemClock.now();
    if (price !== undefined) {
      ledger.update(id, now, current => {
        return current.agreedCredits === price ? current : { ...current, agreedCredits: price };
      });
    }
    decide(ledger, id, { type: 'released' }, now);
    runner.poke();
  },

  checkAgain(services: GenerateServices, nodes: readonly unknown[]): void {
    for (const { id } of tasksFrom(services, nodes)) {
      decide(services.ledger, id, { type: 'reopened' }, systemClock.now());
    }
    services.runner.poke();
  },

  /** Also of all jobs of an order, by its id. */
  stopTracking(services: GenerateServices, nodes: readonly unknown[]): void {
    const [node] = nodes;
    const ordered = typeof node === 'string' ? services.ledger.books.jobsOf(node) : [];
    // Of an order, what has come stays ready to insert.
    const chosen = ordered.length > 0 ? ordered.filter(isWaitedFor) : tasksFrom(services, nodes);
    stopTracking(
      services,
      chosen.map(({ id }) => id),
    );
  },

  async remove(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    await removeFromList(services, tasksFrom(services, nodes));
  },

  async deleteFile(services: GenerateServices, nodes: readonly unknown[]): Promise<void> {
    await deleteFilesOf(services, tasksFrom(services, nodes));
  },
};

/** Puts the newest result into the document, whatever is selected in the list. */
export async function insertLast(services: GenerateServices): Promise<void> {
  const newest = services.ledger.tasks({ limit: 100 }).find(task => storedFiles(task).length > 0);
  if (!newest) throw new UserError(l10n.t("There's no result yet."));
  await taskCommands.insert(services, [newest.id]);
}

/** @throws UserError when there is none */
export function tasksFrom({ ledger }: GenerateServices, nodes: readonly unknown[]): [Task, ...Task[]] {
  const ids = taskIdsOf(nodes);
  if (ids.length === 0) throw new UserError(l10n.t('Select a task in the Tasks view.'));
  const [first, ...rest] = ids.flatMap(id => ledger.task(id) ?? []);
  if (!first) throw new UserError(l10n.t('This task is no longer in the list.'));
  return [first, ...rest];
}

/** The request of a job once more, with the params of then. */
async function requestAgain(
  services: GenerateServices,
  task: Task,
  way: 'rerun' | 'change',
  prompt = task.prompt,
): Promise<EditorRequest> {
  const { params, hasInputs } = sentWith(task.body);
  return {
    kind: task.kind,
    prompts: [{ prompt, place: placeOf(services, task) }],
    model: task.model,
    params,
    again: { task, way },
    ...(hasInputs && { inputs: await inputsOf(task) }),
  };
}

/** Where the result of a task belongs, if that can still be found. */
export function placeOf({ ledger }: Pick<GenerateServices, 'ledger'>, task: Task): Place | undefined {
  const placement = ledger.placements.of(task.id);
  const open = vscode.workspace.textDocuments.find(each =>
    isSameAddress(each.uri.toString(), placement?.document),
  );
  const { anchor } = placement ?? {};
  // Nobody has followed the place since. A blank one can only be taken as it was.
  const found = open && anchor && (anchor.text.trim() === '' ? anchor : findAnchor(open.getText(), anchor));
  return (
    found && {
      document: open,
      range: new vscode.Range(open.positionAt(found.start), open.positionAt(found.end)),
    }
  );
}

/**
 * The files that a task worked from, to be sent anew: nobody knows how long Rivya keeps what was uploaded
 * (rivya-api.md 4).
 * @throws UserError when they are not known or not there any more
 */
export async function inputsOf({ sources }: Task): Promise<LocalInput[]> {
  if (sources.length > 0) return inspectInputs(sources.map(uri => vscode.Uri.parse(uri, true)));
  throw new UserError(
    l10n.t('The input files of this task are unknown. Choose them again. Nothing was sent or charged.'),
    [{ title: l10n.t('Choose Input Files'), command: 'rivya.generate.fromReference' }],
  );
}

function libraryFile({ library }: GenerateServices, task: Task): vscode.Uri {
  const file = storedFiles(task)[0];
  if (!file) throw new UserError(l10n.t("This task doesn't have a result yet."));
  return vscode.Uri.file(library.pathOf(file));
}

/** The address of a result that could not be fetched: the only way left to a file that is paid. */
function resultLink(task: Task): vscode.Uri | undefined {
  const text = storedFiles(task).length === 0 ? task.results[0]?.url : undefined;
  const url = text === undefined ? null : URL.parse(text, task.origin);
  return url?.protocol === 'https:' ? vscode.Uri.parse(url.href, true) : undefined;
}

/** The file in the workspace while it is there, else the one in the library. */
async function shownFile(services: GenerateServices, task: Task): Promise<vscode.Uri> {
  return (await placedCopy(services, task)) ?? libraryFile(services, task);
}

/** The first file of a task in the workspace, wherever it was moved; undefined when it is not there. */
export async function placedCopy(
  { ledger }: Pick<GenerateServices, 'ledger'>,
  task: Task,
): Promise<vscode.Uri | undefined> {
  const [first] = resultFiles(task);
  return first && locateCopy(ledger, task.id, first.index, first.file);
}
