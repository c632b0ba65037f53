import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { Library } from '../../core/assets/library.ts';
import { altTextOf } from '../../core/references/altText.ts';
import type { ReferencePlan } from '../../core/references/reference.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { Anchor, Placement } from '../../core/tasks/placement.ts';
import { decide } from '../../core/tasks/runner.ts';
import { isRunningState, storedFiles, type Task } from '../../shared/task.ts';
import { kindWords } from '../generate/kindWords.ts';
import { show, UserError } from '../messages.ts';
import { AnchorDecorations } from './anchorDecorations.ts';
import { destinationFor, exists, freeUri, homeOf, parentOf } from './destination.ts';
import { DocumentAnchors } from './documentAnchors.ts';
import { cursorPlace } from './place.ts';
import {
  addEdits,
  pathTo,
  planCursor,
  planReferences,
  type PlacedFile,
  type Target,
} from './referenceEdit.ts';
import { addFiles, applyWithFiles, notWritten, removeRest } from './workspaceFiles.ts';

export interface PlacerPorts {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly log: Log;
  readonly holder: string;
  readonly clock: Clock;
}

/** How a job's files ended in the workspace. */
export interface Placed {
  readonly task: Task;
  /** The document that now refers to them; undefined when none does. */
  readonly document: vscode.Uri | undefined;
  readonly files: readonly vscode.Uri[];
  /** For the clipboard, when the document cannot refer to them: their paths, a line each. */
  readonly paths: string | undefined;
  /** What the user has to know; undefined when everything went as asked. */
  readonly remark: string | undefined;
}

/** Longer than between two keys of a person who types on, in milliseconds. */
const typingPause = 200;
/** Long enough for a copy over a slow connection; a window that dies in between gives the job back after it. */
const placementLease = 60_000;
/** How long an undone file may be brought back by a redo, in milliseconds. */
const stagedLifetime = 7 * 24 * 60 * 60_000;

/**
 * Brings results from the library into the workspace and refers to them, as one undo step. The intent stands in the ledger;
 * a placement that fails can be repeated, and the file in the library stays whatever happens.
 */
export class Placer implements Disposable {
  readonly #ports: PlacerPorts;
  readonly #store = new DisposableStore();
  readonly #anchors: DocumentAnchors;
  readonly #taken = new Set<string>();
  #placing: Promise<unknown> = Promise.resolve();
  /** Documents that were renamed while a job of theirs was running. */
  readonly #renamedTo = new Map<string, string>();
  readonly #placed = this.#store.add(new Emitter<Placed>());
  /** Results that are being placed, or were offered to the user and wait for an answer. */
  readonly #attended = new Set<string>();

  readonly onDidPlace = this.#placed.event;

  constructor(ports: PlacerPorts) {
    this.#ports = ports;
    this.#anchors = this.#store.add(
      new DocumentAnchors((id, closed, anchor) => {
        // VS Code may tell of a rename, and open the document under its new name, before it closes the old one.
        const renamed = this.#renamedTo.get(closed.toString());
        const document = renamed ?? closed.toString();
        ports.ledger.setPlacement(id, 'waiting', { document, anchor }, ports.clock.now());
        if (renamed !== undefined) this.#resumeAll();
      }),
    );
  }

  /** Takes up what earlier windows left: follows the places of running jobs, and offers results that came meanwhile. */
  start(): void {
    const { ledger, library, clock, log } = this.#ports;
    this.#store.add(ledger.onDidChange(() => this.#placeDue()));
    this.#store.add(
      new AnchorDecorations(this.#anchors, ledger.onDidChange, id => {
        const task = ledger.task(id);
        return task && isRunningState(task.state) ? task : undefined;
      }),
    );
    library
      .sweepStaged(clock.now() - stagedLifetime)
      .catch((error: unknown) => log.warn(`Old copies were not removed. ${describeError(error)}`));
    this.#store.add(vscode.workspace.onDidOpenTextDocument(document => this.#resume(document)));
    this.#store.add(
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) this.#renamed(oldUri, newUri);
      }),
    );
    // What is already stored was finished while no window could place it: the user may have moved on, so it is offered.
    for (const { taskId } of ledger.waitingPlacements()) this.#offer(taskId);
    this.#resumeAll();
  }

  /** Begins to follow the place of a job that is about to be made. */
  follow(id: string, document: vscode.TextDocument, range: vscode.Range): Anchor {
    return this.#anchors.follow(id, document, range);
  }

  /** Gives up a place whose job was not made after all. */
  forget(id: string): void {
    this.#anchors.forget(id);
  }

  /** Where the place of a job is now; undefined when nobody follows it here. */
  anchorOf(id: string): Anchor | undefined {
    return this.#anchors.find(id)?.anchor;
  }

  /**
   * Places a result because the user asks for it: at its own place, or else at the cursor.
   * @throws UserError when it cannot be done; the file stays in the library
   */
  async placeNow(id: string): Promise<Placed> {
    const task = this.#ports.ledger.task(id);
    const placement = this.#ports.ledger.placement(id);
    if (!task || !placement || storedFiles(task).length === 0) {
      throw new UserError(vscode.l10n.t('This task has no result to insert.'));
    }
    const target = (await this.#openTarget(task, placement)) ?? cursorTarget();
    return this.#place(task, placement, target);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #placeDue(): void {
    for (const placement of this.#ports.ledger.waitingPlacements()) {
      const id = placement.taskId;
      if (this.#attended.has(id)) continue;
      const followed = this.#anchors.find(id);
      // A document without a tab may live on in memory: the user has closed it, and is asked first.
      const target = followed && isShown(followed.document.uri) ? followed : undefined;
      if (target || (placement.document === undefined && this.#isOurs(placement))) {
        this.#placeQuietly(id, placement, target);
      } else if (this.#isOurs(placement)) this.#offer(id);
    }
  }

  /** Whether this window has the workspace folder that the job was started in. */
  #isOurs(placement: Placement): boolean {
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (placement.folder !== undefined)
      return folders.some(folder => folder.uri.toString() === placement.folder);
    if (placement.document === undefined) return folders.length === 0;
    return vscode.workspace.textDocuments.some(document => document.uri.toString() === placement.document);
  }

  #placeQuietly(id: string, placement: Placement, target: Target | undefined): void {
    const { ledger, holder, clock, log } = this.#ports;
    const task = ledger.task(id);
    if (!task || !ledger.lease(holder, id, clock.now(), placementLease)) return;
    this.#attended.add(id);
    log.info(`Job ${id}: placing the result`);
    this.#place(task, placement, target)
      .then(
        placed => this.#placed.fire(placed),
        (error: unknown) => {
          // It stays "waiting": nothing is lost, and the task's Insert repeats it.
          log.error(`Job ${id}: the result could not be placed. ${describeError(error)}`);
          const text =
            error instanceof UserError
              ? error.message
              : vscode.l10n.t(
                  'The result could not be saved to the workspace: {0} It is kept in the library.',
                  String(error),
                );
          show('warning', { text, actions: resultActions(id) }, log);
        },
      )
      .finally(() => ledger.releaseLease(holder, id));
  }

  #offer(id: string): void {
    const { ledger, log } = this.#ports;
    const placement = ledger.placement(id);
    const task = ledger.task(id);
    if (!task || !placement || this.#attended.has(id) || !this.#isOurs(placement)) return;
    this.#attended.add(id);
    const text = kindWords(task.kind).ready(altTextOf(task.prompt));
    show('info', { text, actions: resultActions(id) }, log);
  }

  #resumeAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#resume(document);
  }

  #resume(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    for (const task of this.#ports.ledger.tasks({
      limit: 500,
      states: ['draft', 'submitting', 'queued', 'processing', 'succeeded', 'stored'],
    })) {
      const placement = this.#ports.ledger.placement(task.id);
      if (placement?.document !== uri || !placement.anchor || this.#anchors.find(task.id)) continue;
      this.#anchors.resume(task.id, document, placement.anchor);
    }
  }

  #renamed(from: vscode.Uri, to: vscode.Uri): void {
    const { ledger, clock } = this.#ports;
    for (const task of ledger.tasks({ limit: 500 })) {
      const placement = ledger.placement(task.id);
      if (placement?.state !== 'waiting' || placement.document === undefined) continue;
      const document = vscode.Uri.parse(placement.document, true);
      const moved = document.toString() === from.toString() ? to : movedInside(document, from, to);
      if (!moved) continue;
      this.#renamedTo.set(document.toString(), moved.toString());
      ledger.setPlacement(task.id, 'waiting', { document: moved.toString() }, clock.now());
    }
    this.#resumeAll();
  }

  /** Finds the document and the place in it, opening the document when it must. */
  async #openTarget(task: Task, placement: Placement): Promise<Target | undefined> {
    const followed = this.#anchors.find(task.id);
    if (followed && isShown(followed.document.uri)) return followed;
    if (placement.document === undefined || !placement.anchor || placement.state !== 'waiting')
      return undefined;
    const uri = vscode.Uri.parse(placement.document, true);
    // A cell has no file of its own, and is another one after each start.
    const isFile = uri.scheme !== 'untitled' && uri.scheme !== 'vscode-notebook-cell';
    if (!isFile || !(await exists(uri))) return undefined;
    const editor = await vscode.window.showTextDocument(uri, { preview: false });
    if (!followed) this.#anchors.resume(task.id, editor.document, placement.anchor);
    return this.#anchors.find(task.id);
  }

  /** One after the other: two results for one document would each be planned for a text that the other changes. */
  #place(task: Task, placement: Placement, target: Target | undefined): Promise<Placed> {
    const placed = this.#placing.then(() => this.#placeNext(task, placement, target));
    this.#placing = placed.catch(() => undefined);
    return placed;
  }

  async #placeNext(task: Task, placement: Placement, target: Target | undefined): Promise<Placed> {
    const { ledger, clock } = this.#ports;
    const named =
      target?.document.uri ??
      (placement.document === undefined ? undefined : vscode.Uri.parse(placement.document, true));
    const document = named && homeOf(named);
    const onDisk = document !== undefined && document.scheme !== 'untitled';
    // A document outside every folder keeps its files beside itself.
    const ownFolder = placement.folder === undefined ? undefined : vscode.Uri.parse(placement.folder, true);
    const folder = ownFolder ?? (onDisk ? undefined : vscode.workspace.workspaceFolders?.[0]?.uri);
    const destination = destinationFor(document, folder);
    if (!destination) {
      throw new UserError(
        vscode.l10n.t(
          'No folder is open, so the result was not saved to a workspace. It is kept in the library: open it, or save it where you like.',
        ),
        resultActions(task.id),
      );
    }
    const receiving = parentOf(destination.uriOf('a'));
    if (vscode.workspace.fs.isWritableFileSystem(receiving.scheme) === false) throw readOnly(receiving);
    const placed: PlacedFile[] = [];
    try {
      for (const [index, file] of storedFiles(task).entries()) {
        const uri = await freeUri(destination, task, index, file.extension, this.#taken);
        this.#taken.add(uri.toString().toLowerCase());
        placed.push({ uri, file });
      }
      const uris = placed.map(({ uri }) => uri);
      const { plan, live } = await this.#write(task, placement, target, placed);
      const remark = plan ? undefined : remarkOf(placement, live, uris[0]);
      const state = plan ? 'placed' : 'saved';
      ledger.setPlacement(task.id, placement.state, { state, file: uris[0]?.toString() }, clock.now());
      const after = decide(ledger, task.id, { type: 'placed' }, clock.now()) ?? task;
      this.#anchors.forget(task.id);
      return {
        task: after,
        document: plan && live ? live.document.uri : undefined,
        files: uris,
        paths: remark === undefined ? undefined : uris.map(uri => pathTo(uri, document, folder)).join('\n'),
        remark: [destination.warning, remark].filter(Boolean).join(' ') || undefined,
      };
    } finally {
      for (const { uri } of placed) this.#taken.delete(uri.toString().toLowerCase());
    }
  }

  /** Creates the files and refers to them, in one edit. While the user types, VS Code refuses it: after a pause it is planned anew. */
  async #write(
    task: Task,
    { mode }: Placement,
    target: Target | undefined,
    placed: readonly PlacedFile[],
  ): Promise<{ plan: ReferencePlan | undefined; live: Target | undefined }> {
    for (;;) {
      const edit = new vscode.WorkspaceEdit();
      const staged = await addFiles(edit, this.#ports.library, placed);
      // Read only now: the user may have typed while the files were read.
      const live = target && (this.#anchors.find(task.id) ?? target);
      const version = live?.document.version;
      const plan = live && planReferences(live, task, mode, placed);
      if (plan) addEdits(edit, live.document, plan);
      const cursor = plan && planCursor(live, plan);
      if (await applyWithFiles(edit, placed)) {
        cursor?.apply();
        return { plan, live };
      }
      await removeRest(placed, staged);
      if (!plan || live.document.version === version) throw notWritten(placed);
      await rest(live.document, this.#ports.clock);
    }
  }
}

/** Resolves once nobody has changed the document for a moment. */
function rest(document: vscode.TextDocument, clock: Clock): Promise<void> {
  return new Promise(resolve => {
    let timer: Disposable | undefined;
    const changes = vscode.workspace.onDidChangeTextDocument(event => {
      if (event.document === document) wait();
    });
    const wait = (): void => {
      timer?.dispose();
      timer = clock.after(typingPause, () => {
        changes.dispose();
        resolve();
      });
    };
    wait();
  });
}

function resultActions(id: string): readonly {
  title: string;
  command: 'rivya.task.insert' | 'rivya.task.open' | 'rivya.task.saveAs';
  arguments: readonly unknown[];
}[] {
  const { t } = vscode.l10n;
  return [
    { title: t('Insert'), command: 'rivya.task.insert', arguments: [id] },
    { title: t('Open'), command: 'rivya.task.open', arguments: [id] },
    { title: t('Save As...'), command: 'rivya.task.saveAs', arguments: [id] },
  ];
}

/** The cursor of the active editor, for a result whose own place is gone. */
function cursorTarget(): Target | undefined {
  const place = cursorPlace();
  if (!place) return undefined;
  const offset = place.document.offsetAt(place.range.end);
  return { document: place.document, anchor: { start: offset, end: offset, text: '' } };
}

/** Whether the document has a tab in this window. */
function isShown(document: vscode.Uri): boolean {
  const home = homeOf(document).toString();
  const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs);
  return tabs.some(({ input }) => {
    const isDiff = input instanceof vscode.TabInputTextDiff || input instanceof vscode.TabInputNotebookDiff;
    const isPlain = input instanceof vscode.TabInputText || input instanceof vscode.TabInputNotebook;
    const shown = isDiff ? input.modified : isPlain ? input.uri : undefined;
    return shown?.toString() === home;
  });
}

function readOnly(folder: vscode.Uri): UserError {
  return new UserError(
    vscode.l10n.t(
      'The folder "{0}" is read-only. The result is kept in the library: save it somewhere else.',
      folder.path,
    ),
  );
}

/** Why the path goes to the clipboard; undefined when nobody has asked for a reference. */
function remarkOf(
  { mode, document }: Placement,
  live: Target | undefined,
  file: vscode.Uri | undefined,
): string | undefined {
  const { t } = vscode.l10n;
  const name = file?.path.split('/').at(-1) ?? '';
  if (mode === 'none') return undefined;
  if (mode === 'clipboard') return t('Saved as {0}. The path is on the clipboard.', name);
  if (live) return t('Saved as {0}. Nothing can refer to it here, so the path is on the clipboard.', name);
  return document === undefined
    ? undefined
    : t('Saved as {0}. Its place in the document is gone, so the path is on the clipboard.', name);
}

function movedInside(document: vscode.Uri, from: vscode.Uri, to: vscode.Uri): vscode.Uri | undefined {
  const inside = document.scheme === from.scheme && document.path.startsWith(`${from.path}/`);
  return inside ? document.with({ path: to.path + document.path.slice(from.path.length) }) : undefined;
}
