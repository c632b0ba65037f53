import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Log } from '../../base/log.ts';
import type { Library } from '../../core/assets/library.ts';
import type { ReferenceFinder } from '../../core/links/find/referenceFinder.ts';
import type { Pictures } from '../../core/media/pictures.ts';
import type { ReferenceEdit, ReferencePlan } from '../../core/references/plan/plan.ts';
import { isTooLarge } from '../../core/references/planReference.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { withCopies, type MissingFile, type Placement } from '../../core/tasks/placement.ts';
import { decide } from '../../core/tasks/runner.ts';
import { resultFiles, type StoredFile, type Task } from '../../shared/task.ts';
import { setContext } from '../manifest/contextKeys.ts';
import { UserError } from '../messages/errors.ts';
import { plain } from '../messages/plain.ts';
import { removeRecipe, type ResultRecipes } from '../recipeFiles/resultRecipes.ts';
import { inAskedFormat } from './askedFormat.ts';
import { destinationFor, exists, freeUri } from './destination.ts';
import { parentOf } from './home.ts';
import { locateCopy } from './locateCopy.ts';
import { healingOf, placesOfMissing, referringDocuments } from './missingFile.ts';
import { nameOf } from './looseReferences.ts';
import type { DocumentAnchors } from './documentAnchors.ts';
import { besideOldFile, leftOverTest, oldFileAt, oldFileOf, swapAt, swapEverywhere } from './swap.ts';
import type { OldFile } from './swap.ts';
import type { WorkspaceProjects } from './workspaceProjects.ts';
import {
  addEdits,
  isAsGood,
  mediaFor,
  pathTo,
  planCursor,
  planReferences,
  type PlacedFile,
  type Target,
} from './referenceEdit.ts';
import { receivingFolder } from './receivingFolder.ts';
import { isShown } from './target.ts';
import { addFiles, notWritten, removeRest } from './workspaceFiles.ts';
import { l10n } from '../text/l10n.ts';

/** How a job's files ended in the workspace. */
export interface Placed {
  readonly task: Task;
  /** The document that now refers to them; undefined when none does. */
  readonly document: vscode.Uri | undefined;
  readonly files: readonly vscode.Uri[];
  /** For the clipboard, where the person has asked for that: their paths, a line each. */
  readonly paths: string | undefined;
  /** Whether no document was there to refer to them when they were asked for. */
  readonly hasNoDocument: boolean;
  /** Whether a reference was asked for and could not be written, so that a loose one is offered. */
  readonly lacksReference: boolean;
  /** What the user has to know; undefined when everything went as asked. */
  readonly remark: string | undefined;
}

export interface ResultWriterPorts {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly anchors: DocumentAnchors;
  readonly pictures: Pictures;
  readonly projects: WorkspaceProjects;
  readonly finder: ReferenceFinder;
  readonly recipes: ResultRecipes;
  readonly log: Log;
  readonly clock: Clock;
}

/** Longer than between two keys of a person who types on. */
const typingPauseMs = 200;

/** Copies results from the library into the workspace and refers to them, each as one undo step. */
export class ResultWriter {
  readonly #ports: ResultWriterPorts;
  /** Addresses that are being written, which no other result may take. */
  readonly #taken = new Set<string>();
  #placing: Promise<unknown> = Promise.resolve();
  #placingCount = 0;

  constructor(ports: ResultWriterPorts) {
    this.#ports = ports;
  }

  /** Whether nothing is being written. */
  get isIdle(): boolean {
    return this.#placingCount === 0;
  }

  /**
   * Saves the files of a result and refers to them. One result after the other: two for one document would
   * each be planned for a text that the other changes.
   * @param mayAsk whether the user may be asked where to, when its folder is not in this window
   * @param replaced a file whose place it takes wherever the workspace refers to it
   * @throws UserError when it cannot be done; the file stays in the library
   */
  place(
    task: Task,
    placement: Placement,
    target: Target | undefined,
    mayAsk: boolean,
    replaced?: vscode.Uri,
  ): Promise<Placed> {
    this.#placingCount++;
    const placed = this.#placing
      .then(() => this.#placeNext(task, placement, target, mayAsk, replaced))
      .then(result => {
        if (result.document) setContext('rivya.hasInserted', true);
        return result;
      })
      .finally(() => this.#placingCount--);
    this.#placing = placed.catch(() => undefined);
    return placed;
  }

  async #placeNext(
    task: Task,
    placement: Placement,
    target: Target | undefined,
    mayAsk: boolean,
    replaced: vscode.Uri | undefined,
  ): Promise<Placed> {
    const { missing } = placement;
    if (
      missing &&
      placement.state === 'waiting' &&
      !(mayAsk && (await exists(vscode.Uri.parse(missing.uri, true))))
    )
      return this.#placeMissing(task, placement, missing);
    const { projects } = this.#ports;
    const { document, folder, warning } = await receivingFolder(placement, target, mayAsk);
    const swap = await this.#swapOf(placement, target, replaced);
    const destination = swap
      ? besideOldFile(swap.old)
      : await destinationFor(projects, document, folder, task.kind);
    if (!destination) throw new Error('A result has neither a folder nor a document.');
    const receiving = parentOf(destination.uriOf('a'));
    if (vscode.workspace.fs.isWritableFileSystem(receiving.scheme) === false) throw readOnly(receiving);
    const placed: PlacedFile[] = [];
    try {
      const of = target && (await projects.of(target.document));
      const files = filesToPlace(task, placement);
      for (const { index, file } of swap ? files.slice(0, 1) : files) {
        const uri = await freeUri(destination, task, index, file.extension, this.#taken);
        const there =
          placement.state === 'waiting'
            ? undefined
            : await locateCopy(this.#ports.ledger, task.id, index, file);
        if (there && (!of || isAsGood(target.document, of, task, { uri: there, file }, uri))) {
          placed.push({ uri: there, index, file, isThere: true });
          continue;
        }
        this.#taken.add(uri.toString().toLowerCase());
        placed.push({ uri, index, file });
      }
      const uris = placed.map(({ uri }) => uri);
      const mode = placement.mode === 'swap' && !swap ? (mayAsk ? 'after' : 'none') : placement.mode;
      const { plan, live } = await this.#write(task, mode, target, placed, swap);
      const remark = plan ? undefined : remarkOf(placement, live, uris[0]);
      const after = this.#written(task, placement, placed, plan !== undefined);
      if (placed.some(({ isThere }) => !isThere)) projects.tell(destination.news);
      return {
        task: after,
        document: plan && live ? live.document.uri : undefined,
        files: uris,
        hasNoDocument: placement.document === undefined && placement.mode !== 'none' && !swap,
        paths:
          placement.mode === 'clipboard'
            ? await this.#pathsOf(task, placed, live, document, folder)
            : undefined,
        lacksReference: remark !== undefined && placement.mode !== 'clipboard',
        remark: [warning, destination.warning, remark].filter(Boolean).join(' ') || undefined,
      };
    } finally {
      for (const { uri } of placed) this.#taken.delete(uri.toString().toLowerCase());
    }
  }

  async #swapOf(
    { mode, state }: Placement,
    target: Target | undefined,
    replaced: vscode.Uri | undefined,
  ): Promise<Swap | undefined> {
    const { ledger } = this.#ports;
    // Once it was placed or refused, it is inserted like any other.
    if (mode !== 'swap' || state !== 'waiting') return undefined;
    if (replaced) return { old: await oldFileOf(ledger, replaced), isEverywhere: true };
    const old = target && (await oldFileAt(ledger, target));
    return old && { old, isEverywhere: false };
  }

  /** Adds to an edit that all references name the new file, and that the old one goes where it is to go. */
  async #addSwap(
    edit: vscode.WorkspaceEdit,
    { old, isEverywhere }: Swap,
    live: Target | undefined,
    [placed]: readonly PlacedFile[],
  ): Promise<ReferencePlan | undefined> {
    const { ledger } = this.#ports;
    if (!placed) return undefined;
    const isLeftOver = await leftOverTest(old);
    const swaps = isEverywhere ? await swapEverywhere(ledger, old, placed) : swapAt(live, old, placed);
    // Nothing is waited for from here on: what was planned is what stands there.
    for (const { document, edits } of swaps) addEdits(edit, document, { edits });
    if (isLeftOver(swaps)) {
      edit.deleteFile(old.uri, { ignoreIfNotExists: true });
      removeRecipe(edit, old.uri);
    }
    const [first] = swaps;
    return first && { edits: first.edits, main: 0, alt: undefined };
  }

  /** Notes where the files of a job stand now. @returns the job as it is then */
  #written(task: Task, { state }: Placement, placed: readonly PlacedFile[], isReferred: boolean): Task {
    const { ledger, clock, anchors } = this.#ports;
    const written = placed.map(({ uri, index }) => ({ index, uri: uri.toString() }));
    const copies = withCopies(ledger.placements.of(task.id)?.copies ?? [], written);
    const change = {
      state: isReferred ? 'placed' : 'saved',
      file: placed[0]?.uri.toString(),
      copies,
    } as const;
    ledger.setPlacement(task.id, state, change, clock.now());
    const after = decide(ledger, task.id, { type: 'placed' }, clock.now()) ?? task;
    anchors.forget(task.id);
    return after;
  }

  /** Makes the file that documents refer to, and takes the mark of the wish out of them, as one undo step. */
  async #placeMissing(task: Task, placement: Placement, missing: MissingFile): Promise<Placed> {
    const { library, finder, recipes, clock } = this.#ports;
    const files = await inAskedFormat(this.#ports, missing, filesToPlace(task, placement));
    const placed = await placesOfMissing(placement, missing, files);
    const [first] = placed;
    const referring = await referringDocuments(placement, missing);
    for (;;) {
      const healed: Healed[] = [];
      for (const each of referring) {
        const { document } = each;
        const { version, isDirty } = document;
        const edits = first && (await healingOf(finder, each, missing, first.uri));
        healed.push({ document, version, wasSaved: !isDirty, edits });
      }
      const edit = new vscode.WorkspaceEdit();
      const staged = await addFiles(edit, library, placed);
      const written = await recipes.addTo(edit, task, placed);
      for (const { document, edits } of healed) if (edits) addEdits(edit, document, { edits });
      // The user may have typed while the texts were looked through.
      const isAsRead = changedOf(healed) === undefined;
      if (isAsRead && (await vscode.workspace.applyEdit(edit))) {
        recipes.tell(written);
        // Nobody would see that a document without a tab is not saved.
        for (const { document, wasSaved } of healed)
          if (wasSaved && document.isDirty && !isShown(document.uri)) await document.save();
        const referred = healed.find(({ edits }) => edits !== undefined)?.document;
        return {
          task: this.#written(task, placement, placed, referred !== undefined),
          document: referred?.uri,
          files: placed.map(({ uri }) => uri),
          hasNoDocument: false,
          paths: undefined,
          lacksReference: false,
          remark: first && renamedRemark(missing, first.uri),
        };
      }
      await removeRest(isAsRead ? placed : [], staged, isAsRead ? written : []);
      const changed = changedOf(healed);
      if (!changed) throw notWritten(placed);
      await rest(changed, clock);
    }
  }

  /** For the clipboard: the addresses that the document would use, or else where the files are. */
  async #pathsOf(
    task: Task,
    placed: readonly PlacedFile[],
    live: Target | undefined,
    document: vscode.Uri | undefined,
    folder: vscode.Uri | undefined,
  ): Promise<string> {
    const of = live && (await this.#ports.projects.of(live.document));
    const paths = placed.map(each => {
      const media = live && of && mediaFor(live.document, of, task, each);
      return media?.path ?? pathTo(each.uri, document, folder) ?? nameOf(each.uri);
    });
    return paths.join('\n');
  }

  /**
   * Creates the files and refers to them, in one edit. While the user types, VS Code refuses it: after a
   * pause it is planned anew.
   */
  async #write(
    task: Task,
    mode: Placement['mode'],
    target: Target | undefined,
    placed: readonly PlacedFile[],
    swap: Swap | undefined,
  ): Promise<{ plan: ReferencePlan | undefined; live: Target | undefined }> {
    const { library, recipes, clock } = this.#ports;
    const fresh = placed.filter(({ isThere }) => !isThere);
    for (;;) {
      const edit = new vscode.WorkspaceEdit();
      const staged = await addFiles(edit, library, fresh);
      const written = await recipes.addTo(edit, task, fresh);
      // Read only now: the user may have typed while the files were read.
      const live = target && (this.#ports.anchors.find(task.id) ?? target);
      const of = live && (await this.#ports.projects.of(live.document));
      const version = live?.document.version;
      const plan = swap
        ? await this.#addSwap(edit, swap, live, placed)
        : live && of && planReferences(live, of, task, mode, placed);
      if (plan && live && !swap) addEdits(edit, live.document, plan);
      const cursor = plan && live && planCursor(live, plan);
      if ((fresh.length === 0 && !plan) || (await vscode.workspace.applyEdit(edit))) {
        recipes.tell(written);
        cursor?.apply();
        return { plan, live };
      }
      await removeRest(fresh, staged, written);
      if (!plan || !live || live.document.version === version) throw notWritten(placed);
      await rest(live.document, clock);
    }
  }
}

/** What a result takes the place of. */
interface Swap {
  readonly old: OldFile;
  /** Whether in all documents of the workspace, and not in one place alone. */
  readonly isEverywhere: boolean;
}

/** What a document says differently when a missing file is there, and the document as it was then. */
interface Healed {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly wasSaved: boolean;
  readonly edits: readonly ReferenceEdit[] | undefined;
}

/** A document that is not as it was. */
function changedOf(healed: readonly Healed[]): vscode.TextDocument | undefined {
  return healed.find(({ document, version }) => document.version !== version)?.document;
}

/** That the model could not make the format that was asked for. */
function renamedRemark({ uri }: MissingFile, file: vscode.Uri): string | undefined {
  const [wanted, got] = [vscode.Uri.parse(uri, true), file].map(each => each.path.split('/').at(-1) ?? '');
  if (wanted === got) return undefined;
  return l10n.t(
    'The model doesn\'t generate "{0}". The file was saved as "{1}", and the link points to it.',
    plain(wanted ?? '', 'value'),
    plain(got ?? '', 'value'),
  );
}

/** Of a job of which some files came later than others were placed, those that were not. */
function filesToPlace(task: Task, { state, copies }: Placement): { index: number; file: StoredFile }[] {
  const files = resultFiles(task);
  if (state !== 'waiting') return files;
  const late = files.filter(({ index }) => !copies.some(copy => copy.index === index));
  return late.length > 0 ? late : files;
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
      timer = clock.after(typingPauseMs, () => {
        changes.dispose();
        resolve();
      });
    };
    wait();
  });
}

function readOnly(folder: vscode.Uri): UserError {
  return new UserError(
    l10n.t(
      'The folder "{0}" is read-only. The result is in the library: save it to another folder.',
      plain(folder.path, 'value'),
    ),
  );
}

/** Why nothing refers to the file; undefined when nobody has asked for a reference. */
function remarkOf(
  { mode, document }: Placement,
  live: Target | undefined,
  file: vscode.Uri | undefined,
): string | undefined {
  const { t } = l10n;
  const name = plain(file?.path.split('/').at(-1) ?? '', 'value');
  if (mode === 'none') return undefined;
  if (mode === 'clipboard') return t('Saved as {0}. Path copied to clipboard.', name);
  if (live && isTooLarge(live.document.getText(), live.document))
    return t('Saved as {0}. The document is too large to insert a reference.', name);
  if (live) return t("Saved as {0}. A reference can't be inserted here.", name);
  return document === undefined
    ? undefined
    : t('Saved as {0}. The original position in the document no longer exists.', name);
}
