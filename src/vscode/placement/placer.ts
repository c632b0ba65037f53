import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import { onUnexpectedError } from '../../base/unexpectedError.ts';
import type { Library } from '../../core/assets/library.ts';
import type { ReferenceFinder } from '../../core/links/find/referenceFinder.ts';
import type { Pictures } from '../../core/media/pictures.ts';
import { isSameAddress } from '../../core/places/addressKey.ts';
import { isSamePlace, segmentsBelow } from '../../core/places/places.ts';
import { isOrderKey } from '../../core/recipes/identity.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { Anchor, Placement } from '../../core/tasks/placement.ts';
import { isRunningState, storedFiles, type Task } from '../../shared/task.ts';
import { UserError } from '../messages/errors.ts';
import { sentence } from '../messages/plain.ts';
import { show } from '../messages/show.ts';
import type { ResultRecipes } from '../recipeFiles/resultRecipes.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { AnchorDecorations } from './anchorDecorations.ts';
import { exists } from './destination.ts';
import { DocumentAnchors } from './documentAnchors.ts';
import { looseReferences } from './looseReferences.ts';
import type { Target } from './referenceEdit.ts';
import { resultActions } from './resultActions.ts';
import { ResultWriter, type Placed } from './resultWriter.ts';
import { CursorTargets, isShown } from './target.ts';
import type { WorkspaceProjects } from './workspaceProjects.ts';
import { l10n } from '../text/l10n.ts';

export interface PlacerPorts {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly pictures: Pictures;
  readonly projects: WorkspaceProjects;
  readonly finder: ReferenceFinder;
  readonly recipes: ResultRecipes;
  readonly log: Log;
  readonly holder: string;
  readonly clock: Clock;
}

/**
 * Long enough for a copy over a slow connection; a window that dies in between gives the job back after it.
 */
const placementLeaseMs = 60_000;
/** How long an undone file may be brought back by a redo. */
const stagedLifetimeMs = 7 * 24 * 60 * 60_000;

/**
 * Brings results from the library into the workspace and refers to them, as one undo step. The intent stands
 * in the ledger; a placement that fails can be repeated, and the file in the library stays whatever happens.
 */
export class Placer implements Disposable {
  readonly #ports: PlacerPorts;
  readonly #store = new DisposableStore();
  readonly #anchors: DocumentAnchors;
  readonly #writer: ResultWriter;
  readonly #cursors = this.#store.add(new CursorTargets());
  readonly #placed = this.#store.add(new Emitter<Placed>());
  readonly #left = this.#store.add(new Emitter<Placement>());
  /** Jobs whose results somebody in this window takes care of by themselves. */
  readonly #reserved = new Set<string>();
  /** Files whose place the result of a job takes in the whole workspace, by the id of the job. */
  readonly #replaced = new Map<string, vscode.Uri>();
  /** Results that are being placed, or were offered to the user and wait for an answer. */
  readonly #attended = new Set<string>();

  readonly onDidPlace = this.#placed.event;
  /** Fires with a result that is here, and that a manifest wishes: it is placed by who knows the manifest. */
  readonly onDidLeave = this.#left.event;

  constructor(ports: PlacerPorts) {
    this.#ports = ports;
    this.#anchors = this.#store.add(
      new DocumentAnchors((id, uri, anchor) => {
        const document = uri.toString();
        ports.ledger.setPlacement(id, 'waiting', { document, anchor }, ports.clock.now());
      }),
    );
    this.#writer = new ResultWriter({ ...ports, anchors: this.#anchors });
  }

  /**
   * Takes up what earlier windows left: follows the places of running jobs, and offers results that came
   * meanwhile.
   */
  start(): void {
    const { ledger, library, clock, log } = this.#ports;
    this.#store.add(ledger.onDidChange(() => this.#placeDue()));
    this.#store.add(this.#anchors.onDidCloseRenamed(() => this.#resumeAll()));
    this.#store.add(
      new AnchorDecorations(this.#anchors, ledger.onDidChange, id => {
        const task = ledger.task(id);
        return task && isRunningState(task.state) ? task : undefined;
      }),
    );
    library
      .sweepStaged(clock.now() - stagedLifetimeMs)
      .catch((error: unknown) => log.warn(`Old copies were not removed. ${describeError(error)}`));
    this.#store.add(vscode.workspace.onDidOpenTextDocument(document => this.#resume(document)));
    this.#store.add(
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) this.#renamed(oldUri, newUri);
      }),
    );
    // What is already stored was finished while no window could place it: the user may have moved on, so it
    // is offered.
    for (const placement of ledger.placements.waiting()) {
      if (this.#isOurs(placement) && !this.#isWished(placement.taskId)) this.#offer(placement);
    }
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

  /** Results of these jobs are neither placed nor offered by themselves, until it is disposed. */
  reserve(ids: readonly string[]): Disposable {
    for (const id of ids) this.#reserved.add(id);
    return {
      dispose: () => {
        for (const id of ids) this.#reserved.delete(id);
      },
    };
  }

  /** The result of a job takes the place of a file wherever the workspace refers to it. */
  replaceEverywhere(id: string, file: vscode.Uri): void {
    this.#replaced.set(id, file);
  }

  /** All places that are followed in a document, by the id of their job. */
  placesIn(document: vscode.TextDocument): { id: string; anchor: Anchor }[] {
    return this.#anchors.in(document);
  }

  /** Where the place of a job is now; undefined when nobody follows it here. */
  anchorOf(id: string): Anchor | undefined {
    return this.#anchors.find(id)?.anchor;
  }

  /**
   * Places a result because the user asks for it: at its own place, or else at the cursor.
   * @throws UserError when it cannot be done, or Cancelled; the file stays in the library
   */
  async placeNow(id: string): Promise<Placed> {
    const task = this.#ports.ledger.task(id);
    const placement = this.#ports.ledger.placements.of(id);
    if (!task || !placement || storedFiles(task).length === 0) {
      throw new UserError(l10n.t("This task doesn't have a result yet."));
    }
    const isEverywhere = this.#replaced.has(id);
    const target = isEverywhere
      ? undefined
      : ((await this.#openTarget(task, placement)) ?? (await this.#cursors.current()));
    return this.#writer.place(task, placement, target, true, this.#replaced.get(id));
  }

  /**
   * References to the files of a result in the form of the document that was written in last, a line each;
   * paths where there is none.
   * @throws UserError when none of them stands in the workspace
   */
  async referenceTo(id: string): Promise<string> {
    return await this.#referenceIn(id, this.#cursors.last());
  }

  /**
   * Inserts at the cursor what `referenceTo` gives, whatever stands around it.
   * @throws UserError when there is nothing to refer to, or no document; Cancelled
   */
  async insertReference(id: string): Promise<void> {
    const target = await this.#cursors.current();
    if (!target) throw new UserError(l10n.t('Open a document.'));
    const { document, anchor } = target;
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, document.positionAt(anchor.end), await this.#referenceIn(id, target));
    if (!(await vscode.workspace.applyEdit(edit)))
      throw new UserError(l10n.t("Couldn't change the document."));
  }

  async #referenceIn(id: string, target: Target | undefined): Promise<string> {
    const { ledger, projects } = this.#ports;
    const task = ledger.task(id);
    const text = task && (await looseReferences(ledger, projects, task, target));
    if (!text) throw new UserError(l10n.t('The file of this task is no longer in the workspace.'));
    return text;
  }

  /** Whether no result is being placed. */
  get isIdle(): boolean {
    return this.#writer.isIdle;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #placeDue(): void {
    const waiting = this.#ports.ledger.placements.waiting();
    const ids = new Set(waiting.map(({ taskId }) => taskId));
    for (const id of this.#attended) if (!ids.has(id)) this.#attended.delete(id);
    for (const placement of waiting) {
      const id = placement.taskId;
      if (this.#attended.has(id) || this.#reserved.has(id)) continue;
      if (this.#isWished(id)) {
        this.#attended.add(id);
        this.#left.fire(placement);
        continue;
      }
      const followed = this.#anchors.find(id);
      // A document without a tab may live on in memory: the user has closed it, and is asked first.
      const target = followed && isShown(followed.document.uri) ? followed : undefined;
      const needsNoDocument =
        placement.document === undefined || placement.mode === 'none' || placement.missing !== undefined;
      if (target || (needsNoDocument && this.#isOurs(placement))) {
        this.#placeQuietly(id, target);
      } else if (this.#isOurs(placement)) this.#offer(placement);
    }
  }

  /** Results that are here, and that a manifest wishes. */
  left(): Placement[] {
    return this.#ports.ledger.placements.waiting().filter(({ taskId }) => this.#isWished(taskId));
  }

  #isWished(id: string): boolean {
    const task = this.#ports.ledger.task(id);
    return task !== undefined && isOrderKey(task.idempotencyKey);
  }

  /** Whether this window has the workspace folder that the job was started in. */
  #isOurs(placement: Placement): boolean {
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (placement.folder !== undefined) {
      return folders.some(({ uri }) => isSameAddress(uri.toString(), placement.folder));
    }
    if (placement.document === undefined) return folders.length === 0;
    return vscode.workspace.textDocuments.some(({ uri }) =>
      isSameAddress(uri.toString(), placement.document),
    );
  }

  #placeQuietly(id: string, target: Target | undefined): void {
    const { ledger, holder, clock, log } = this.#ports;
    const taken = ledger.takeToPlace(holder, id, clock.now(), placementLeaseMs);
    if (!taken) return;
    const { task, placement } = taken;
    this.#attended.add(id);
    log.info(`Job ${id}: placing the result`);
    this.#writer
      .place(task, placement, target, false, this.#replaced.get(id))
      .then(
        placed => this.#placed.fire(placed),
        (error: unknown) => {
          // It stays "waiting": nothing is lost, and the task's Insert repeats it.
          log.error(`Job ${id}: the result could not be placed. ${describeError(error)}`);
          const text =
            error instanceof UserError
              ? error.message
              : l10n.t(
                  "Couldn't save the result to the workspace: {0} It's in the library: insert it or save it elsewhere.",
                  sentence(String(error)),
                );
          show('warning', { text, actions: resultActions(id) }, log);
        },
      )
      .finally(() => {
        // Of a window that closes, the runner has given back all leases.
        if (!this.#store.disposed) ledger.leases.release(holder, id);
      })
      .catch(onUnexpectedError);
  }

  #offer({ taskId: id }: Placement): void {
    const { ledger, log } = this.#ports;
    const task = ledger.task(id);
    if (!task) return;
    this.#attended.add(id);
    const text = mediaKindLabels(task.kind).ready(promptTitle(task.prompt));
    show('info', { text, actions: resultActions(id) }, log);
  }

  #resumeAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#resume(document);
  }

  #resume(document: vscode.TextDocument): void {
    for (const { taskId, anchor } of this.#ports.ledger.placements.inDocument(document.uri.toString())) {
      if (anchor && !this.#anchors.find(taskId)) this.#anchors.resume(taskId, document, anchor);
    }
  }

  #renamed(from: vscode.Uri, to: vscode.Uri): void {
    const { ledger, clock } = this.#ports;
    const moved = new Map<string, string>();
    for (const uri of ledger.placements.documents()) {
      const document = vscode.Uri.parse(uri, true);
      const target = isSamePlace(document, from) ? to : movedInside(document, from, to);
      if (!target) continue;
      this.#anchors.renamed(document, target);
      moved.set(uri, target.toString());
    }
    // Where copies stand is looked for before one is removed from the library.
    ledger.placements.moveCopies(from.toString(), to.toString(), clock.now());
    if (moved.size === 0) return;
    ledger.placements.moveDocuments(moved, clock.now());
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
}

function movedInside(document: vscode.Uri, from: vscode.Uri, to: vscode.Uri): vscode.Uri | undefined {
  const below = segmentsBelow(from, document);
  return below && below.length > 0 ? vscode.Uri.joinPath(to, ...below) : undefined;
}
