import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { Library } from '../../core/assets/library.ts';
import { altTextOf } from '../../core/references/altText.ts';
import { markdownImage, insertMarkdownBlock } from '../../core/references/markdown.ts';
import { relativePath } from '../../core/references/relativePath.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { Anchor, Placement } from '../../core/tasks/placement.ts';
import { decide } from '../../core/tasks/runner.ts';
import { storedFiles, type StoredFile, type Task } from '../../shared/task.ts';
import { show, UserError } from '../messages.ts';
import { destinationFor, exists, freeUri, parentOf } from './destination.ts';
import { DocumentAnchors } from './documentAnchors.ts';

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
  readonly files: readonly vscode.Uri[];
  /** The text that was inserted or copied; undefined when there was none. */
  readonly reference: string | undefined;
  /** What the user has to know; undefined when everything went as asked. */
  readonly remark: string | undefined;
}

/** A document that is about to be changed, and the place in it. */
interface Target {
  readonly document: vscode.TextDocument;
  readonly anchor: Anchor;
}

/** Long enough for a copy over a slow connection; a window that dies in between gives the job back after it. */
const placementLease = 60_000;

/**
 * Brings results from the library into the workspace and refers to them, as one undo step. The intent stands in the ledger;
 * a placement that fails can be repeated, and the file in the library stays whatever happens.
 */
export class Placer implements Disposable {
  readonly #ports: PlacerPorts;
  readonly #store = new DisposableStore();
  readonly #anchors: DocumentAnchors;
  readonly #taken = new Set<string>();
  readonly #placed = this.#store.add(new Emitter<Placed>());
  /** Results that are being placed, or were offered to the user and wait for an answer. */
  readonly #attended = new Set<string>();

  readonly onDidPlace = this.#placed.event;

  constructor(ports: PlacerPorts) {
    this.#ports = ports;
    this.#anchors = this.#store.add(
      new DocumentAnchors((id, document, anchor) => {
        ports.ledger.setPlacement(
          id,
          'waiting',
          { document: document.toString(), anchor },
          ports.clock.now(),
        );
      }),
    );
  }

  /** Takes up what earlier windows left: follows the places of running jobs, and offers results that came meanwhile. */
  start(): void {
    const { ledger } = this.#ports;
    this.#store.add(ledger.onDidChange(() => this.#placeDue()));
    this.#store.add(vscode.workspace.onDidOpenTextDocument(document => this.#resume(document)));
    this.#store.add(
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) this.#renamed(oldUri, newUri);
      }),
    );
    // What is already stored was finished while no window could place it: the user may have moved on, so it is offered.
    for (const { taskId } of ledger.waitingPlacements()) this.#offer(taskId);
    for (const document of vscode.workspace.textDocuments) this.#resume(document);
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
    const text = vscode.l10n.t(
      'The image for "{0}" is ready. It is kept in the library until you insert it.',
      altTextOf(task.prompt),
    );
    show('info', { text, actions: resultActions(id) }, log);
  }

  #resume(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    for (const task of this.#ports.ledger.tasks({
      limit: 500,
      states: ['draft', 'submitting', 'queued', 'processing', 'succeeded'],
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
      if (moved) ledger.setPlacement(task.id, 'waiting', { document: moved.toString() }, clock.now());
    }
  }

  /** Finds the document and the place in it, opening the document when it must. */
  async #openTarget(task: Task, placement: Placement): Promise<Target | undefined> {
    const followed = this.#anchors.find(task.id);
    if (followed && isShown(followed.document.uri)) return followed;
    if (placement.document === undefined || !placement.anchor || placement.state !== 'waiting')
      return undefined;
    const uri = vscode.Uri.parse(placement.document, true);
    if (uri.scheme === 'untitled' || !(await exists(uri))) return undefined;
    const editor = await vscode.window.showTextDocument(uri, { preview: false });
    if (!followed) this.#anchors.resume(task.id, editor.document, placement.anchor);
    return this.#anchors.find(task.id);
  }

  async #place(task: Task, placement: Placement, target: Target | undefined): Promise<Placed> {
    const { ledger, clock } = this.#ports;
    const document =
      target?.document.uri ??
      (placement.document === undefined ? undefined : vscode.Uri.parse(placement.document, true));
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
    if (vscode.workspace.fs.isWritableFileSystem(destination.folder.scheme) === false) {
      throw readOnly(destination.folder);
    }
    const files = storedFiles(task);
    const edit = new vscode.WorkspaceEdit();
    const uris: vscode.Uri[] = [];
    try {
      for (const [index, file] of files.entries()) {
        const uri = await freeUri(destination.folder, task, index, file.extension, this.#taken);
        this.#taken.add(uri.toString().toLowerCase());
        uris.push(uri);
        edit.createFile(uri, { contents: await readFile(this.#ports.library.pathOf(file)) });
      }
      // Read only now: the user may have typed while the files were read.
      const live = target && (this.#anchors.find(task.id) ?? target);
      const inserted =
        live && placement.mode !== 'clipboard' && placement.mode !== 'none'
          ? addReference(edit, live, task, placement, uris, files)
          : undefined;
      const cursor = live && inserted ? cursorAt(live.document, inserted.offset) : undefined;
      await apply(edit, uris, files);
      if (cursor) cursor.restore();
      const reference =
        inserted?.reference ??
        (placement.mode === 'none' ? undefined : plainReference(document, folder, uris));
      const state = inserted ? 'placed' : 'saved';
      ledger.setPlacement(task.id, placement.state, { state, file: uris[0]?.toString() }, clock.now());
      const after = decide(ledger, task.id, { type: 'placed' }, clock.now()) ?? task;
      this.#anchors.forget(task.id);
      // Last, for a browser may first ask the user whether it is allowed.
      if (!inserted && reference !== undefined) await vscode.env.clipboard.writeText(reference);
      const remark = remarkOf(placement, live, inserted !== undefined, reference, uris[0]);
      return {
        task: after,
        files: uris,
        reference,
        remark: [destination.warning, remark].filter(Boolean).join(' ') || undefined,
      };
    } finally {
      for (const uri of uris) this.#taken.delete(uri.toString().toLowerCase());
    }
  }
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
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isMarkdown(editor.document)) return undefined;
  const offset = editor.document.offsetAt(editor.selection.end);
  return { document: editor.document, anchor: { start: offset, end: offset, text: '' } };
}

/** Whether the document has a tab in this window. */
function isShown(uri: vscode.Uri): boolean {
  const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs);
  return tabs.some(({ input }) => {
    const shown =
      input instanceof vscode.TabInputTextDiff
        ? input.modified
        : input instanceof vscode.TabInputText
          ? input.uri
          : undefined;
    return shown?.toString() === uri.toString();
  });
}

function isMarkdown(document: vscode.TextDocument): boolean {
  return document.languageId === 'markdown';
}

function addReference(
  edit: vscode.WorkspaceEdit,
  { document, anchor }: Target,
  task: Task,
  placement: Placement,
  uris: readonly vscode.Uri[],
  files: readonly StoredFile[],
): { reference: string; offset: number } | undefined {
  // Other languages follow; a reference that is not right for its language is worse than none.
  if (!isMarkdown(document) || vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) === false) {
    return undefined;
  }
  if (!files.every(file => file.mediaType.startsWith('image/'))) return undefined;
  const text = document.getText();
  const folder =
    vscode.workspace.getWorkspaceFolder(document.uri)?.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const eol = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  const reference = uris
    .map(uri => markdownImage(altTextOf(task.prompt), pathTo(uri, document.uri, folder)))
    .join(eol + eol);
  // The anchor's own text is refreshed while the user edits; what must not have changed is the prompt.
  const unchanged = text.slice(anchor.start, anchor.end).trim() === task.prompt;
  if (placement.mode === 'replace' && unchanged) {
    edit.replace(
      document.uri,
      new vscode.Range(document.positionAt(anchor.start), document.positionAt(anchor.end)),
      reference,
    );
    return { reference, offset: anchor.start };
  }
  const insertion = insertMarkdownBlock(text, anchor.end, reference, eol, anchor.start);
  edit.insert(document.uri, document.positionAt(insertion.offset), insertion.text);
  return { reference, offset: insertion.offset };
}

/** The path that a document uses for a file: relative to the document, or to the workspace folder when it is not on disk yet. */
function pathTo(file: vscode.Uri, document: vscode.Uri | undefined, folder: vscode.Uri | undefined): string {
  const from = document && document.scheme !== 'untitled' ? parentOf(document) : folder;
  if (from?.scheme !== file.scheme || from.authority !== file.authority) return file.path;
  return relativePath(segmentsOf(from), segmentsOf(file));
}

function segmentsOf(uri: vscode.Uri): string[] {
  return uri.path.split('/').filter(segment => segment !== '');
}

function plainReference(
  document: vscode.Uri | undefined,
  folder: vscode.Uri | undefined,
  uris: readonly vscode.Uri[],
): string {
  return uris.map(uri => pathTo(uri, document, folder)).join('\n');
}

/** Applies the edit; when VS Code refuses it, finds out why, for `applyEdit` says only `false`. */
async function apply(
  edit: vscode.WorkspaceEdit,
  uris: readonly vscode.Uri[],
  files: readonly StoredFile[],
): Promise<void> {
  const applied = await vscode.workspace.applyEdit(edit);
  const sizes = await Promise.all(
    uris.map(async uri => ((await exists(uri)) ? (await vscode.workspace.fs.stat(uri)).size : 0)),
  );
  if (applied && sizes.every((size, index) => size === files[index]?.bytes)) return;
  throw new UserError(
    vscode.l10n.t(
      'The file could not be written to "{0}": check that the folder can be written. The result is kept in the library.',
      uris[0] ? parentOf(uris[0]).path : '',
    ),
  );
}

function readOnly(folder: vscode.Uri): UserError {
  return new UserError(
    vscode.l10n.t(
      'The folder "{0}" is read-only. The result is kept in the library: save it somewhere else.',
      folder.path,
    ),
  );
}

/** Where a cursor stands exactly at the insertion, it would be carried along with the new text; the user is typing there. */
function cursorAt(document: vscode.TextDocument, offset: number): { restore(): void } | undefined {
  const editor = vscode.window.visibleTextEditors.find(each => each.document === document);
  const position = document.positionAt(offset);
  if (!editor?.selections.some(selection => selection.active.isEqual(position))) return undefined;
  const { selections } = editor;
  return {
    restore: () => {
      editor.selections = selections;
    },
  };
}

function remarkOf(
  placement: Placement,
  live: Target | undefined,
  inserted: boolean,
  reference: string | undefined,
  file: vscode.Uri | undefined,
): string | undefined {
  const { t } = vscode.l10n;
  if (inserted || placement.document === undefined || placement.mode === 'none') return undefined;
  const name = file?.path.split('/').at(-1) ?? '';
  if (placement.mode === 'clipboard') return t('Saved as {0}. The path is on the clipboard.', name);
  if (live)
    return t(
      'Saved as {0}. References are inserted into Markdown only so far; the path is on the clipboard.',
      name,
    );
  return reference === undefined
    ? t('Saved as {0}.', name)
    : t('Saved as {0}. Its place in the document is gone, so the path is on the clipboard.', name);
}

function movedInside(document: vscode.Uri, from: vscode.Uri, to: vscode.Uri): vscode.Uri | undefined {
  const inside = document.scheme === from.scheme && document.path.startsWith(`${from.path}/`);
  return inside ? document.with({ path: to.path + document.path.slice(from.path.length) }) : undefined;
}
