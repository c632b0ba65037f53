import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { modelFields } from '../../api/catalogue.ts';
import { systemClock } from '../../base/clock.ts';
import { removeTask } from '../../core/assets/housekeeping.ts';
import { findAnchor } from '../../core/references/anchor.ts';
import { requestAs, type RequestLanguage } from '../../core/tasks/copyAs.ts';
import { decide } from '../../core/tasks/runner.ts';
import { creditsOf, isRunningState, storedFiles, type Task } from '../../shared/task.ts';
import { announcePlaced, copyPaths, stopTracking } from '../generate/progress.ts';
import { generateFromTask } from '../generate/fromReference.ts';
import { generateMedia } from '../generate/generate.ts';
import { inspectReferences, referenceItems, type ReferenceInput } from '../generate/referenceInputs.ts';
import { Cancelled, UserError } from '../messages.ts';
import { exists } from '../placement/destination.ts';
import type { Placed } from '../placement/placer.ts';
import type { Services } from '../services.ts';
import { taskIdsOf } from '../trees/tasksTree.ts';
import { creditsText } from './taskText.ts';

/** The commands on tasks. Each takes rows of the tree or ids, one or several; what cannot take several takes the first. */
export const taskCommands = {
  async insert(services: Services, nodes: readonly unknown[]): Promise<void> {
    const placed: Placed[] = [];
    try {
      for (const { id } of tasksFrom(services, nodes)) placed.push(await services.placer.placeNow(id));
    } finally {
      await copyPaths(placed);
      for (const each of placed) announcePlaced(services, each);
    }
  },

  async open(services: Services, nodes: readonly unknown[]): Promise<void> {
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

  async saveAs(services: Services, nodes: readonly unknown[]): Promise<void> {
    const [task] = tasksFrom(services, nodes);
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

  async reveal(services: Services, nodes: readonly unknown[]): Promise<void> {
    const [task] = tasksFrom(services, nodes);
    const file = services.ledger.placement(task.id)?.file;
    const uri = file === undefined ? undefined : vscode.Uri.parse(file, true);
    if (!uri || !(await exists(uri))) {
      throw new UserError(
        vscode.l10n.t('The file is no longer in the workspace. It is still kept in the library.'),
      );
    }
    await vscode.commands.executeCommand('revealInExplorer', uri);
  },

  async rerun(services: Services, nodes: readonly unknown[]): Promise<void> {
    const tasks = tasksFrom(services, nodes);
    await confirmSeveral(tasks);
    for (const task of tasks) await runAgain(services, task, paramsOf(task));
  },

  /** The same again, but with another seed where the model has one. */
  async vary(services: Services, nodes: readonly unknown[]): Promise<void> {
    const tasks = tasksFrom(services, nodes);
    await confirmSeveral(tasks);
    for (const task of tasks) await runAgain(services, task, await withNewSeed(services, task));
  },

  async useAsReference(services: Services, nodes: readonly unknown[]): Promise<void> {
    const [task] = tasksFrom(services, nodes);
    await generateFromTask(services, task);
  },

  async copyPrompt(services: Services, nodes: readonly unknown[]): Promise<void> {
    const prompts = tasksFrom(services, nodes).map(task => task.prompt);
    await vscode.env.clipboard.writeText(prompts.join('\n'));
  },

  async copyId(services: Services, nodes: readonly unknown[]): Promise<void> {
    const ids = tasksFrom(services, nodes).flatMap(({ remoteId }) => remoteId ?? []);
    if (ids.length === 0) throw new UserError(vscode.l10n.t('Rivya has given no id to this task yet.'));
    await vscode.env.clipboard.writeText(ids.join('\n'));
  },

  async copyAs(services: Services, nodes: readonly unknown[]): Promise<void> {
    const [task] = tasksFrom(services, nodes);
    const { t } = vscode.l10n;
    const choices: (vscode.QuickPickItem & { language: RequestLanguage })[] = [
      { language: 'curl', label: 'curl', description: t('for a shell') },
      { language: 'fetch', label: 'fetch', description: t('for JavaScript') },
      { language: 'python', label: 'Python', description: t('with the standard library') },
    ];
    const picked = await vscode.window.showQuickPick(choices, {
      title: t('Copy Request As'),
      placeHolder: t('The key is read from RIVYA_API_KEY and is not copied'),
    });
    if (!picked) throw new Cancelled();
    const base = services.server.reachable.find(({ origin }) => origin === task.origin);
    const request = {
      baseUrl: base?.href ?? task.origin,
      body: task.body,
      idempotencyKey: randomUUID(),
    };
    await vscode.env.clipboard.writeText(requestAs(picked.language, request));
    vscode.window.setStatusBarMessage(t('$(check) Request copied'), 4_000);
  },

  async sendAgain(services: Services, nodes: readonly unknown[]): Promise<void> {
    const [task] = tasksFrom(services, nodes);
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

  checkAgain(services: Services, nodes: readonly unknown[]): void {
    for (const { id } of tasksFrom(services, nodes)) {
      decide(services.ledger, id, { type: 'reopened' }, systemClock.now());
    }
    services.runner.poke();
  },

  stopTracking(services: Services, nodes: readonly unknown[]): void {
    for (const { id } of tasksFrom(services, nodes)) stopTracking(services, id);
  },

  async remove(services: Services, nodes: readonly unknown[]): Promise<void> {
    const { ledger, library } = services;
    const tasks = tasksFrom(services, nodes).filter(task => !isRunningState(task.state));
    if (tasks.length === 0) {
      throw new UserError(vscode.l10n.t('This task is still running. Stop tracking it first.'));
    }
    const isLost = await Promise.all(tasks.map(task => hasOnlyCopy(services, task)));
    const only = isLost.filter(Boolean).length;
    if (only > 0) await confirmRemoval(tasks.length, only);
    for (const { id } of tasks) await removeTask(id, ledger, library);
  },
};

/** @throws UserError when there is none */
function tasksFrom({ ledger }: Services, nodes: readonly unknown[]): [Task, ...Task[]] {
  const ids = taskIdsOf(nodes);
  if (ids.length === 0) throw new UserError(vscode.l10n.t('Select a task in the Tasks view first.'));
  const [first, ...rest] = ids.flatMap(id => ledger.task(id) ?? []);
  if (!first) throw new UserError(vscode.l10n.t('This task is no longer in the list.'));
  return [first, ...rest];
}

/** Whether the result would be lost with the library's copy: it was never saved elsewhere, or an undo has taken it away again. */
async function hasOnlyCopy({ ledger }: Services, task: Task): Promise<boolean> {
  if (storedFiles(task).length === 0) return false;
  const file = ledger.placement(task.id)?.file;
  if (file === undefined) return true;
  // Where nobody can look, nobody knows.
  return !(await exists(vscode.Uri.parse(file, true)).catch(() => false));
}

async function confirmRemoval(tasks: number, only: number): Promise<void> {
  const { t } = vscode.l10n;
  const remove = t('Remove');
  const [text, detail] =
    tasks === 1
      ? [
          t('Remove this task and its result?'),
          t('The result is not in the workspace. The copy in the library is deleted with the task.'),
        ]
      : [
          t('Remove {0} tasks and their results?', tasks),
          t(
            'Results that are not in the workspace: {0}. Their copies in the library are deleted with the tasks.',
            only,
          ),
        ];
  if ((await vscode.window.showWarningMessage(text, { modal: true, detail }, remove)) !== remove) {
    throw new Cancelled();
  }
}

/** Several paid jobs at one key press are asked about once, with what they cost the last time. */
async function confirmSeveral(tasks: readonly Task[]): Promise<void> {
  if (tasks.length === 1) return;
  const { t } = vscode.l10n;
  const run = t('Run');
  const credits = tasks.reduce((sum, task) => sum + (creditsOf(task) ?? 0), 0);
  const answer = await vscode.window.showWarningMessage(
    t('Run {0} tasks again?', tasks.length),
    { modal: true, detail: t('The last time they cost {0}.', creditsText(credits)) },
    run,
  );
  if (answer !== run) throw new Cancelled();
}

async function runAgain(services: Services, task: Task, params: Params): Promise<void> {
  const placement = services.ledger.placement(task.id);
  const open = vscode.workspace.textDocuments.find(each => each.uri.toString() === placement?.document);
  const { anchor } = placement ?? {};
  // Nobody has followed the place since. A blank one can only be taken as it was.
  const found = open && anchor && (anchor.text.trim() === '' ? anchor : findAnchor(open.getText(), anchor));
  const place = found && {
    document: open,
    range: new vscode.Range(open.positionAt(found.start), open.positionAt(found.end)),
  };
  const { [referenceItems]: items, ...others } = params;
  const wish = { kind: task.kind, prompt: task.prompt, model: task.model, params: others, place };
  const isUploaded = Array.isArray(items) && items.length > 0;
  await generateMedia(services, isUploaded ? { ...wish, references: await referencesOf(task) } : wish);
}

/**
 * The files that a task worked from, to be sent anew: nobody knows how long Rivya keeps what was uploaded (rivya-api.md 4).
 * @throws UserError when they are not known or not there any more
 */
async function referencesOf({ sources }: Task): Promise<ReferenceInput[]> {
  if (sources.length > 0) return inspectReferences(sources.map(uri => vscode.Uri.parse(uri, true)));
  throw new UserError(
    vscode.l10n.t(
      'It is not known which reference files this task was made from. Choose them again. Nothing was sent, and nothing was charged.',
    ),
    [{ title: vscode.l10n.t('Choose Reference Files'), command: 'rivya.generate.fromReference' }],
  );
}

type Params = Readonly<Record<string, unknown>>;

function paramsOf(task: Task): Params {
  return (JSON.parse(task.body) as { params?: Params }).params ?? {};
}

/** Models name their params as they like, and some take the seed as text (rivya-api.md 1). */
async function withNewSeed({ catalogue }: Services, task: Task): Promise<Params> {
  const params = paramsOf(task);
  const model = (await catalogue.models(task.origin)).find(each => each.id === task.model);
  const seed =
    model && modelFields(model).find(({ key, options }) => /^seed$/i.test(key) && options.length === 0);
  if (!seed) return params;
  const [min, max] = [Math.ceil(seed.min ?? 0), Math.floor(seed.max ?? 2_147_483_647)];
  const value = min + Math.floor(Math.random() * (max - min + 1));
  return { ...params, [seed.key]: seed.type === 'number' ? value : String(value) };
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
