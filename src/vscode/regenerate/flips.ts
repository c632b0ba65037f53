import * as vscode from 'vscode';
import { mediaAddressesOf } from '../../core/generate/mediaPath.ts';
import type { ReferenceEdit } from '../../core/references/plan/plan.ts';
import { resultFiles, type Task } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { UserError } from '../messages/errors.ts';
import { freeUri } from '../placement/destination.ts';
import type { Place } from '../placement/place.ts';
import { saveDocument } from '../placement/saveDocument.ts';
import { besideOldFile, swapAt, type OldFile } from '../placement/swap.ts';
import { l10n } from '../text/l10n.ts';

/** Where results are tried. */
export interface FlipPlace {
  /** The address of the reference; without it, they are shown beside the document alone. */
  readonly place: Place | undefined;
  readonly old: OldFile | undefined;
}

/**
 * Shows one result after the other in the place of a file: the reference names a copy of it for as long as it
 * is looked at. At the end nothing of that is left, neither in the document nor in its undo history.
 */
export class Flips {
  readonly #services: Pick<GenerateServices, 'library' | 'log'>;
  readonly #old: OldFile | undefined;
  readonly #editor: vscode.TextEditor | undefined;
  readonly #before: string;
  readonly #anchor: { readonly start: number; readonly end: number; readonly text: string };
  /** Copies that were made to be looked at, by the id of the job. */
  readonly #copies = new Map<string, vscode.Uri>();
  readonly #opened = new Set<string>();
  /** What stands in the document now, in terms of the text before. */
  #edits: readonly ReferenceEdit[] = [];
  /** Of the document, after our last edit; undefined once somebody else has changed it. */
  #version: number | undefined;
  #count = 0;
  #wanted: Task | undefined;
  #shown: string | undefined;
  #work: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(services: Pick<GenerateServices, 'library' | 'log'>, { place, old }: FlipPlace) {
    this.#services = services;
    this.#old = old;
    const document = place?.document;
    this.#editor = vscode.window.visibleTextEditors.find(editor => editor.document === document);
    this.#before = document?.getText() ?? '';
    this.#version = document?.version;
    const start = place && document ? document.offsetAt(place.range.start) : 0;
    const end = place && document ? document.offsetAt(place.range.end) : 0;
    this.#anchor = { start, end, text: this.#before.slice(start, end) };
  }

  /** Shows the first result of a job, or the old file. */
  show(task: Task | undefined): void {
    this.#wanted = task;
    this.#work = this.#work.then(() => this.#flip()).catch((error: unknown) => this.#fail(error));
  }

  /** Brings back what was there before. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#work;
    await this.#restore();
    for (const uri of this.#copies.values()) await vscode.workspace.fs.delete(uri);
    const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs);
    await vscode.window.tabGroups.close(
      tabs.filter(({ input }) => this.#opened.has(uriOf(input)?.toString() ?? '')),
      true,
    );
  }

  async #flip(): Promise<void> {
    const task = this.#wanted;
    if (this.#isOver || this.#shown === task?.id) return;
    this.#shown = task?.id;
    const result = task && resultFiles(task)[0];
    if (task && !result) return;
    const uri = task ? await this.#copyOf(task) : this.#old?.uri;
    if (this.#editor && this.#old && uri) {
      const target = { document: this.#editor.document, anchor: this.#anchor };
      const swaps = result ? swapAt(target, this.#old, { uri, file: result.file }, this.#before) : [];
      await this.#edit(swaps[0]?.edits ?? []);
    }
    const shown = uri ?? (result && vscode.Uri.file(this.#services.library.pathOf(result.file)));
    if (shown && !isPreviewed()) {
      this.#opened.add(shown.toString());
      const options = { viewColumn: vscode.ViewColumn.Beside, preview: true, preserveFocus: true };
      await vscode.commands.executeCommand('vscode.open', shown, options);
    }
  }

  /** A copy beside the old file, where whoever serves that one finds it. */
  async #copyOf(task: Task): Promise<vscode.Uri | undefined> {
    const known = this.#copies.get(task.id);
    const [result] = resultFiles(task);
    if (known || !this.#old || !this.#editor || !result) return known;
    const { library } = this.#services;
    const uri = await freeUri(besideOldFile(this.#old), task, result.index, result.file.extension, new Set());
    this.#copies.set(task.id, uri);
    await vscode.workspace.fs.copy(vscode.Uri.file(library.pathOf(result.file)), uri);
    return uri;
  }

  /** Makes the text the one before with these edits, as a part of one and the same undo step. */
  async #edit(edits: readonly ReferenceEdit[]): Promise<void> {
    const editor = this.#editor;
    if (!editor || editor.document.version !== this.#version) return;
    const { document } = editor;
    const changes = changesBetween(this.#before, this.#edits, edits);
    if (changes.length === 0) return;
    const isDone = await editor.edit(
      builder => {
        for (const { start, end, text } of changes) {
          builder.replace(new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
        }
      },
      { undoStopBefore: this.#count === 0, undoStopAfter: false },
    );
    if (!isDone) return;
    this.#edits = edits;
    this.#version = document.version;
    this.#count++;
  }

  async #restore(): Promise<void> {
    const editor = this.#editor;
    if (!editor || this.#count === 0) return;
    const { document, viewColumn, selection } = editor;
    const isCell = document.uri.scheme === 'vscode-notebook-cell';
    // A save by VS Code itself that is under way would end after the undo: the document would count as saved,
    // and what was tried would stay on disk.
    if (isSavedSoon(document)) await saveDocument(document);
    if (!isCell && document.version === this.#version) {
      // Undone, the document is what it was, saved or not.
      await vscode.window.showTextDocument(document, {
        selection,
        ...(viewColumn !== undefined && { viewColumn }),
      });
      let left = this.#count;
      do await vscode.commands.executeCommand('undo');
      while (--left > 0 && document.getText() !== this.#before);
    }
    if (document.getText() !== this.#before) await this.#putBack(document);
  }

  /** Somebody has written in the document meanwhile: only what names a copy is changed back. */
  async #putBack(document: vscode.TextDocument): Promise<void> {
    for (;;) {
      const { version } = document;
      const edit = new vscode.WorkspaceEdit();
      for (const uri of this.#copies.values()) {
        for (const address of mediaAddressesOf(document.getText(), uri.path.split('/').at(-1) ?? '')) {
          const range = new vscode.Range(
            document.positionAt(address.start),
            document.positionAt(address.end),
          );
          edit.replace(document.uri, range, this.#anchor.text);
        }
      }
      if (edit.size === 0 || (await vscode.workspace.applyEdit(edit))) return;
      // VS Code refuses an edit of a document that has changed in between.
      if (document.version === version) throw new UserError(l10n.t("Couldn't change the document."));
    }
  }

  #fail(error: unknown): void {
    // The choice goes on without the picture.
    this.#services.log.warn(`A result could not be shown in place. ${String(error)}`);
  }
}

/** Whether VS Code saves a document a moment after each change, so that it saves what is undone, too. */
function isSavedSoon(document: vscode.TextDocument): boolean {
  return vscode.workspace.getConfiguration('files', document).get('autoSave') === 'afterDelay';
}

/** From the text with some edits to the text with others, in terms of the text as it is now. */
function changesBetween(
  before: string,
  from: readonly ReferenceEdit[],
  to: readonly ReferenceEdit[],
): ReferenceEdit[] {
  const slots = new Map([...from, ...to].map(({ start, end }) => [start, end]));
  let moved = 0;
  return [...slots]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([start, end]) => {
      const original = before.slice(start, end);
      const old = from.find(each => each.start === start)?.text ?? original;
      const text = to.find(each => each.start === start)?.text ?? original;
      const change = { start: start + moved, end: start + moved + old.length, text };
      moved += old.length - original.length;
      return text === old ? [] : [change];
    });
}

/** Whether a preview of Markdown shows what the document refers to. */
function isPreviewed(): boolean {
  const active = vscode.window.tabGroups.all.flatMap(({ activeTab }) => activeTab ?? []);
  return active.some(
    ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.includes('markdown.preview'),
  );
}

function uriOf(input: unknown): vscode.Uri | undefined {
  return input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText
    ? input.uri
    : undefined;
}
