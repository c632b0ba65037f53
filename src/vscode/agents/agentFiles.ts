import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { inertText } from '../../base/text.ts';
import type { AgentReference } from '../../core/agents/makeOrder.ts';
import type { AnsweredFile } from '../../core/agents/answers.ts';
import type { AgentProblem } from '../../core/agents/problems.ts';
import { referenceRefused } from '../../core/agents/referenceRefused.ts';
import { realFileBelow } from '../../core/agents/realFile.ts';
import { largestDocument, referenceText } from '../../core/agents/referenceText.ts';
import { pathRefusals, rootedPath, taskPrefix, type Root } from '../../core/agents/rootedPath.ts';
import { neutralExtension } from '../../core/assets/resultType.ts';
import type { NewPlacement } from '../../core/tasks/placement.ts';
import { resultFiles, type StoredFile, type Task } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { inspectInputs, type LocalInput } from '../generate/localInputs.ts';
import { UserError } from '../messages/errors.ts';
import { exists } from '../placement/destination.ts';
import { planReferences } from '../placement/referenceEdit.ts';

/** A file of this window that an agent has named. */
export type LocalReference = AgentReference & LocalInput;

interface FolderRoot extends Root {
  readonly folder: vscode.WorkspaceFolder;
}

function roots(): FolderRoot[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.map(folder => ({
    folder,
    name: folder.name,
    path: folder.uri.scheme === 'file' ? folder.uri.fsPath : folder.uri.path,
  }));
}

/**
 * Files that an agent has named, as they are by their own bytes. Only media of the workspace's folders and
 * earlier results leave this machine.
 * @throws AgentProblem `reference_refused`
 */
export async function referencesFor(
  services: GenerateServices,
  paths: readonly string[],
): Promise<LocalReference[]> {
  return Promise.all(
    paths.map(written =>
      written.startsWith(taskPrefix)
        ? fromTask(services, written.slice(taskPrefix.length))
        : fromWorkspace(written),
    ),
  );
}

async function fromTask({ ledger, library }: GenerateServices, id: string): Promise<LocalReference> {
  const task = ledger.task(id.trim());
  const file = task && resultFiles(task)[0]?.file;
  if (!file) throw refused(`${taskPrefix}${id}`, 'there is no such task with a file');
  const input = await inspected(vscode.Uri.file(library.pathOf(file)), `${taskPrefix}${id}`);
  return { ...input, source: input.uri.toString(), sha256: () => Promise.resolve(file.sha256) };
}

async function fromWorkspace(written: string): Promise<LocalReference> {
  const uri = await fileInside(written);
  if (!(await exists(uri))) throw refused(written, 'there is no such file');
  const input = await inspected(uri, written);
  if (input.kind === undefined) throw refused(written, 'it is no image, video or audio file');
  return { ...input, source: uri.toString(), sha256: () => hashOf(input) };
}

/** The bytes that are sent, in pieces. */
async function hashOf({ read }: LocalInput): Promise<string> {
  const hash = createHash('sha256');
  const pieces: AsyncIterable<Uint8Array> = (await read()).stream();
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

async function inspected(uri: vscode.Uri, written: string): Promise<LocalInput> {
  try {
    const [input] = await inspectInputs([uri]);
    if (input) return input;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  throw refused(written, 'it cannot be read');
}

/**
 * The file that a path means, with every link on the way followed: what is read later is what was judged.
 * @throws AgentProblem for one outside of the workspace
 */
async function fileInside(written: string): Promise<vscode.Uri> {
  const all = roots();
  const found = rootedPath(written, all, process.platform === 'win32');
  if (found.type === 'refused') throw refused(written, pathRefusals[found.why]);
  const root = all.find(({ path: each }) => each === found.root.path);
  if (!root) throw new Error('A path lies in a root that is none.');
  const uri = vscode.Uri.joinPath(root.folder.uri, ...found.segments);
  if (uri.scheme !== 'file') return uri;
  const real = await realFileBelow(uri.fsPath, root.path);
  if (real.type === 'refused') throw refused(written, pathRefusals[real.why]);
  return real.type === 'missing' ? uri : vscode.Uri.file(real.path);
}

function refused(written: string, why: string): AgentProblem {
  const names = roots().map(({ name }) => name);
  return referenceRefused(written, why, names);
}

/** Where the result of an order goes: to the document that will show it, or into the first folder. */
export async function placementFor(document: string | undefined): Promise<NewPlacement> {
  const base = { mode: 'none', language: undefined, anchor: undefined } as const;
  if (document === undefined) {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    return { ...base, document: undefined, folder: folder?.uri.toString() };
  }
  const uri = await documentUri(document);
  const folder = vscode.workspace.getWorkspaceFolder(uri) ?? vscode.workspace.workspaceFolders?.[0];
  return { ...base, document: uri.toString(), folder: folder?.uri.toString() };
}

/**
 * The address that VS Code gives a document: as it is written, not where links lead, for that is what editors
 * show. That it lies inside is judged with links followed.
 */
async function documentUri(written: string): Promise<vscode.Uri> {
  const real = await fileInside(written);
  const all = roots();
  const found = rootedPath(written, all, process.platform === 'win32');
  const root = found.type === 'inside' ? all.find(({ path: each }) => each === found.root.path) : undefined;
  return found.type === 'inside' && root ? vscode.Uri.joinPath(root.folder.uri, ...found.segments) : real;
}

/** The files of a job as an answer names them: where copies stand, else in the library. */
export async function answeredFiles(
  services: GenerateServices,
  task: Task,
  document: string | undefined,
): Promise<AnsweredFile[]> {
  const { ledger, library } = services;
  const copies = ledger.placements.of(task.id)?.copies ?? [];
  const answered: AnsweredFile[] = [];
  for (const { index, file } of resultFiles(task)) {
    const written = copies.findLast(copy => copy.index === index);
    const uri = written && vscode.Uri.parse(written.uri, true);
    if (uri && (await exists(uri))) {
      const reference =
        document === undefined ? undefined : await referenceTo(services, task, document, uri, index, file);
      answered.push({
        path: pathText(vscode.workspace.asRelativePath(uri)),
        uri: uri.toString(),
        isInLibrary: false,
        file,
        reference,
      });
    } else {
      const stored = library.pathOf(file);
      answered.push({
        path: pathText(stored),
        uri: vscode.Uri.file(stored).toString(),
        isInLibrary: true,
        file,
        reference: undefined,
      });
    }
  }
  return answered;
}

function pathText(text: string): string {
  return inertText(text, 400);
}

/** The text by which a document refers to a file; nothing is written into it. */
async function referenceTo(
  { projects }: GenerateServices,
  task: Task,
  written: string,
  uri: vscode.Uri,
  index: number,
  file: StoredFile,
): Promise<string | undefined> {
  const home = await documentUri(written);
  if (file.extension === neutralExtension || !(await exists(home))) return undefined;
  if ((await vscode.workspace.fs.stat(home)).size > largestDocument) return undefined;
  let document: vscode.TextDocument;
  try {
    document = await vscode.workspace.openTextDocument(home);
  } catch {
    // VS Code refuses what is no text, with an error of no kind.
    return undefined;
  }
  const end = document.getText().length;
  const anchor = { start: end, end, text: '' };
  const of = await projects.of(document);
  const plan = planReferences({ document, anchor }, of, task, 'after', [{ uri, index, file }]);
  return referenceText(plan);
}
