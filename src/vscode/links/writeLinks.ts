import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import { slugOf } from '../../core/assets/fileName.ts';
import type { MediaReference } from '../../core/links/find/mediaReference.ts';
import { writeAddress } from '../../core/links/find/writeAddress.ts';
import type { MediaKind, StoredFile } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { UserError } from '../messages/errors.ts';
import { destinationFor, exists } from '../placement/destination.ts';
import { homeOf } from '../placement/home.ts';
import { hasContent } from '../placement/locateCopy.ts';
import { placedFiles } from '../placement/placedFiles.ts';
import { addressFor, type PlacedFile } from '../placement/referenceEdit.ts';
import { isShown } from '../placement/target.ts';
import { addFile, removeRest } from '../placement/workspaceFiles.ts';
import { rangeIn, type LinkedText } from './linkedDocument.ts';
import { l10n } from '../text/l10n.ts';

/** A link, and every place that has it. */
export interface Link {
  readonly url: string;
  readonly kind: MediaKind;
  readonly uses: readonly { readonly document: LinkedText; readonly reference: MediaReference }[];
}

/** A link whose file is in the library now. */
export interface FetchedLink {
  readonly link: Link;
  readonly file: StoredFile;
  /** The job that has made it; undefined for what lies in the library for this only. */
  readonly job: { readonly taskId: string; readonly index: number } | undefined;
}

/** What is to be written, and the documents as they were when it was planned. */
interface Plan {
  readonly edit: vscode.WorkspaceEdit;
  readonly created: readonly PlacedFile[];
  readonly staged: readonly string[];
  readonly documents: ReadonlyMap<
    vscode.TextDocument,
    { readonly version: number; readonly wasSaved: boolean }
  >;
  /** Paths of documents that have changed since they were read. */
  readonly left: ReadonlySet<string>;
  readonly count: number;
}

/** A person who types on in a document that is to be changed is waited for so often. */
const mostPlans = 5;

/**
 * Writes the files and the addresses of all documents in one edit; a document that has changed where a link
 * stood is left.
 * @param failures gets those that were left, with the reason
 * @returns how many links were changed
 * @throws UserError when nothing could be written
 */
export async function writeLinks(
  services: GenerateServices,
  fetched: readonly FetchedLink[],
  failures: string[],
): Promise<number> {
  const { t } = l10n;
  for (let number = 0; number < mostPlans; number++) {
    const plan = await planLinks(services, fetched);
    const { edit, created, staged, documents, left, count } = plan;
    const isAsPlanned = [...documents].every(([{ version }, planned]) => version === planned.version);
    if (isAsPlanned && (count === 0 || (await vscode.workspace.applyEdit(edit)))) {
      for (const path of left) failures.push(t('{0} changed in the meantime.', path));
      // Nobody would see that a document without a tab is not saved.
      for (const [document, { wasSaved }] of documents)
        if (wasSaved && document.isDirty && !isShown(document.uri)) await document.save();
      return count;
    }
    await removeRest(isAsPlanned ? created : [], staged);
  }
  throw new UserError(t("Couldn't change the documents. Nothing was written."));
}

async function planLinks(services: GenerateServices, fetched: readonly FetchedLink[]): Promise<Plan> {
  const edit = new vscode.WorkspaceEdit();
  const documents = new Map<vscode.TextDocument, { version: number; wasSaved: boolean }>();
  const left = new Set<string>();
  const targets = new Map<string, vscode.Uri>();
  const created: PlacedFile[] = [];
  const staged: string[] = [];
  let count = 0;
  for (const each of fetched) {
    const { link, file } = each;
    const target = targets.get(file.sha256) ?? (await targetOf(services, each));
    let isNew = !targets.has(file.sha256) && !(await exists(target));
    for (const { document: linked, reference } of link.uses) {
      const document = await vscode.workspace.openTextDocument(linked.uri);
      const { version, isDirty } = document;
      const range = rangeIn(document, reference.address);
      const written = linked.text.slice(reference.address.start, reference.address.end);
      const address =
        document.getText(range) === written
          ? addressFor(document, await services.projects.of(document), target, link.kind)
          : undefined;
      if (!address) {
        left.add(vscode.workspace.asRelativePath(linked.uri));
        continue;
      }
      if (!documents.has(document)) documents.set(document, { version, wasSaved: !isDirty });
      if (isNew) {
        const copy = await addFile(edit, services.library, file, target);
        if (copy !== undefined) staged.push(copy);
        created.push({ uri: target, index: 0, file });
      }
      isNew = false;
      targets.set(file.sha256, target);
      const { expression, path } = address;
      const isTemplate =
        reference.form === 'url' && expression !== undefined && !/^\{(?![{%])/.test(expression);
      edit.replace(document.uri, range, isTemplate ? expression : writeAddress(reference.writing, path));
      count++;
    }
  }
  return { edit, created, staged, documents, left, count };
}

/**
 * Where the file of a link is, or goes: where its job has put it, while it is there and unchanged; else where
 * the first document has its media, and one with the same bytes is used.
 */
async function targetOf(
  { projects, ledger }: GenerateServices,
  { link, file, job }: FetchedLink,
): Promise<vscode.Uri> {
  const home = link.uses[0] && homeOf(link.uses[0].document.uri);
  const folder = home && vscode.workspace.getWorkspaceFolder(home)?.uri;
  const copies = job ? (ledger.placements.of(job.taskId)?.copies ?? []) : [];
  for (const { index, uri: text } of copies.toReversed()) {
    const uri = vscode.Uri.parse(text, true);
    const isHere = folder && vscode.workspace.getWorkspaceFolder(uri)?.uri.toString() === folder.toString();
    if (index === job?.index && isHere && (await exists(uri)) && (await hasContent(uri, file))) return uri;
  }
  const destination = await destinationFor(projects, home, folder, link.kind);
  if (!destination) throw new UserError(l10n.t('Open a folder to save the files in.'));
  const path = URL.parse(link.url, 'https://localhost')?.pathname ?? '';
  const name = slugOf(posix.basename(path, posix.extname(path)).replace(/%[\da-f]{2}/gi, ' ')) || link.kind;
  // The name tells the content, so what stands there is the same, unless somebody has changed it.
  const own = destination.uriOf(`${name}-${file.sha256.slice(0, 8)}.${file.extension}`);
  if (!(await exists(own)) || (await placedFiles.size(own.toString())) === file.bytes) return own;
  return destination.uriOf(
    `${name}-${file.sha256.slice(0, 16)}-${randomUUID().slice(0, 4)}.${file.extension}`,
  );
}
