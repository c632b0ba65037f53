import * as vscode from 'vscode';
import { Emitter } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { findProject, plainProject } from '../../core/projects/findProject.ts';
import type { Project, ProjectDocument } from '../../core/projects/findProject.ts';
import { mediaFolder } from '../../core/projects/mediaFolder.ts';
import { CachedProjectFiles, type ProjectFiles } from '../../core/projects/projectFiles.ts';
import { segmentsBelow } from '../../core/places/places.ts';
import type { MediaKind } from '../../shared/task.ts';
import { plain } from '../messages/plain.ts';
import { show } from '../messages/show.ts';
import { homeOf, parentOf } from './home.ts';
import { l10n } from '../text/l10n.ts';

/** A document, and the project that it lies in. */
export interface DocumentProject {
  readonly project: Project;
  readonly document: ProjectDocument;
  /** The folder that their paths are below; undefined when the document has no file and no folder is open. */
  readonly folder: vscode.Uri | undefined;
}

/** A folder that was chosen for a project, to be told of once. */
export interface ChosenFolder {
  /** Below the workspace folder. */
  readonly segments: readonly string[];
  /** Undefined where it is the one that everybody expects. */
  readonly news: { readonly id: string; readonly text: string; readonly isWarning: boolean } | undefined;
}

/** Longer files than these are no settings that a person has written. */
const mostBytes = 256 * 1024;
const toldKey = 'toldProjects';

/** The projects of this window's folders: found when asked for, and kept until their files change. */
export class WorkspaceProjects implements Disposable {
  readonly #state: vscode.Memento;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #folders = new Map<string, { readonly uri: vscode.Uri; readonly files: CachedProjectFiles }>();
  readonly #forgot = this.#store.add(new Emitter<void>());
  #isWatching = false;

  /** Fires when something that was looked at is not as it was, perhaps many times at once. */
  readonly onDidForget = this.#forgot.event;

  /** @param state remembers what was told, in this workspace */
  constructor(state: vscode.Memento, log: Log) {
    this.#state = state;
    this.#log = log;
  }

  /** The project of a document that is open. */
  async of(document: vscode.TextDocument): Promise<DocumentProject> {
    const home = homeOf(document.uri);
    return this.ofText(home, document.languageId, document.getText());
  }

  /** The project of a document by its own file, which need not be open. */
  ofText(home: vscode.Uri, languageId: string, text: string): Promise<DocumentProject> {
    return this.#find(home, folderFor(home), { languageId, text });
  }

  /**
   * The folder of the project's media for a document, below the given workspace folder.
   * @param document its own file; without one, what counts for the folder as a whole
   */
  async mediaFolder(
    document: vscode.Uri | undefined,
    folder: vscode.Uri,
    media: MediaKind,
  ): Promise<ChosenFolder> {
    const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === document?.toString());
    const { project } = await this.#find(
      document,
      folder,
      open && { languageId: open.languageId, text: open.getText() },
    );
    const { folder: chosen, hidden } = await mediaFolder(this.#filesOf(folder), project, media);
    const id = [folder.toString(), project.root, project.kind.id, hidden ?? ''].join(' ');
    const text = newsOf(project, chosen, hidden);
    const news = text === undefined ? undefined : { id, text, isWarning: hidden === chosen };
    return { segments: segmentsOf(chosen), news };
  }

  /** What is in a workspace folder, as far as it tells of projects. */
  filesIn(folder: vscode.Uri): ProjectFiles {
    return this.#filesOf(folder);
  }

  /** Tells of a choice the first time that it was made. */
  tell(news: ChosenFolder['news']): void {
    const told = this.#state.get<readonly string[]>(toldKey, []);
    if (!news || told.includes(news.id)) return;
    void this.#state.update(toldKey, [...told, news.id]);
    const change = {
      title: l10n.t('Change...'),
      command: 'rivya.openSettings',
      arguments: ['output.directory'],
    } as const;
    show(news.isWarning ? 'warning' : 'info', { text: news.text, actions: [change] }, this.#log);
  }

  dispose(): void {
    this.#store.dispose();
    this.#folders.clear();
  }

  async #find(
    home: vscode.Uri | undefined,
    folder: vscode.Uri | undefined,
    open: { readonly languageId: string; readonly text: string } | undefined,
  ): Promise<DocumentProject> {
    const isOnDisk = home !== undefined && home.scheme !== 'untitled';
    const below = isOnDisk && folder ? pathBelow(home, folder) : undefined;
    const document: ProjectDocument = {
      path: below ?? '',
      languageId: open?.languageId ?? '',
      text: open?.text ?? '',
    };
    // What lies elsewhere is no part of a project of this folder.
    const isElsewhere = !folder || (isOnDisk && below === undefined);
    const project = isElsewhere
      ? plainProject('', document)
      : await findProject(this.#filesOf(folder), document);
    return { project, document, folder };
  }

  #filesOf(folder: vscode.Uri): ProjectFiles {
    // Elsewhere nobody tells of changes.
    if (!vscode.workspace.getWorkspaceFolder(folder)) return filesBelow(folder);
    this.#watch();
    const key = folder.toString();
    const known = this.#folders.get(key) ?? {
      uri: folder,
      files: new CachedProjectFiles(filesBelow(folder)),
    };
    this.#folders.set(key, known);
    return known.files;
  }

  /**
   * VS Code watches its folders anyway, and tells the extension host of each file, whatever the pattern; what
   * was not looked at costs a lookup, which is no more than matching the names of all evidence would. Those
   * alone would miss a folder that is moved here or away, of which VS Code tells as one event.
   */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const watcher = this.#store.add(vscode.workspace.createFileSystemWatcher('**/*'));
    const forget = (uri: vscode.Uri, way: 'changed' | 'appeared'): void => {
      for (const { uri: folder, files } of this.#folders.values()) {
        const path = pathBelow(uri, folder);
        if (path !== undefined && files[way](path)) this.#forgot.fire();
      }
    };
    this.#store.add(watcher.onDidCreate(uri => forget(uri, 'appeared')));
    this.#store.add(watcher.onDidDelete(uri => forget(uri, 'appeared')));
    this.#store.add(watcher.onDidChange(uri => forget(uri, 'changed')));
    // A folder that is renamed or moved brings its files with it, without a word about each.
    const forgetAll = (): void => {
      this.#folders.clear();
      this.#forgot.fire();
    };
    this.#store.add(vscode.workspace.onDidRenameFiles(forgetAll));
    this.#store.add(vscode.workspace.onDidChangeWorkspaceFolders(forgetAll));
  }
}

/** The path of a file below a folder, with forward slashes; undefined when it is not below it. */
export function pathBelow(uri: vscode.Uri, folder: vscode.Uri): string | undefined {
  const segments = segmentsBelow(folder, uri);
  return segments === undefined || segments.length === 0 ? undefined : segments.join('/');
}

/**
 * The folder that the paths of a document's project are below: its workspace folder; of one that is not on
 * disk yet the first; of one outside of them all its own.
 */
function folderFor(home: vscode.Uri): vscode.Uri | undefined {
  if (home.scheme === 'untitled') return vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.workspace.getWorkspaceFolder(home)?.uri ?? parentOf(home);
}

function filesBelow(folder: vscode.Uri): ProjectFiles {
  const uriOf = (path: string): vscode.Uri => vscode.Uri.joinPath(folder, ...segmentsOf(path));
  return {
    async list(path) {
      try {
        const entries = await vscode.workspace.fs.readDirectory(uriOf(path));
        return entries.map(([name, type]) => ((type & vscode.FileType.Directory) === 0 ? name : `${name}/`));
      } catch (error) {
        // What cannot be read tells nothing of a project, and keeps no result from being saved.
        if (error instanceof vscode.FileSystemError) return [];
        throw error;
      }
    },
    async read(path) {
      try {
        const { size } = await vscode.workspace.fs.stat(uriOf(path));
        if (size > mostBytes) return undefined;
        return new TextDecoder().decode(await vscode.workspace.fs.readFile(uriOf(path)));
      } catch (error) {
        if (error instanceof vscode.FileSystemError) return undefined;
        throw error;
      }
    },
  };
}

function newsOf({ kind }: Project, chosen: string, hidden: string | undefined): string | undefined {
  const { t } = l10n;
  const [folder, other] = [chosen || '.', hidden ?? ''].map(each => plain(each, 'value'));
  if (hidden === chosen)
    return t(
      'Generated files are saved in "{0}". Git ignores this folder, so they won\'t be committed.',
      folder ?? '',
    );
  if (hidden !== undefined)
    return t(
      'Generated files are saved in "{0}", because Git ignores "{1}" here.',
      folder ?? '',
      other ?? '',
    );
  return kind.name === ''
    ? undefined
    : t('This is a {0} project. Generated files are saved in "{1}".', kind.name, folder ?? '');
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter(segment => segment !== '');
}
