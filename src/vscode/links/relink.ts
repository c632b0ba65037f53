import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import { isRivyaError } from '../../api/errors/errors.ts';
import { isLoopbackHost } from '../../api/address/baseUrl.ts';
import { openResult } from '../../api/transport/download.ts';
import { slugOf } from '../../core/assets/fileName.ts';
import { NotMedia, neutralExtension } from '../../core/assets/resultType.ts';
import { expiryOf, readHosts } from '../../core/links/expiringLinks.ts';
import { writeAddress } from '../../core/links/find/writeAddress.ts';
import { isRemote, type MediaReference } from '../../core/links/find/mediaReference.ts';
import type { MediaKind, StoredFile } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { hostFetch } from '../host/hostContext.ts';
import { setting } from '../manifest/settings.ts';
import { ask, withProgress } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { sentence } from '../messages/plain.ts';
import { show } from '../messages/show.ts';
import { placedFiles } from '../placement/placedFiles.ts';
import { destinationFor, exists } from '../placement/destination.ts';
import { homeOf } from '../placement/home.ts';
import { addressFor } from '../placement/referenceEdit.ts';
import { isShown } from '../placement/target.ts';
import { addFile } from '../placement/workspaceFiles.ts';
import { linkedText, rangeIn, type LinkedText } from './linkedDocument.ts';
import { requireTrust } from './requireTrust.ts';
import { readLinkedTexts } from './linkedTexts.ts';
import { l10n } from '../text/l10n.ts';

/** A link, and every place that has it. */
interface Link {
  readonly url: string;
  readonly kind: MediaKind;
  readonly uses: { readonly document: LinkedText; readonly reference: MediaReference }[];
}

/** A link whose file is in the library now, and whether it lies there for this only. */
interface Fetched {
  readonly link: Link;
  readonly file: StoredFile;
  readonly isPassing: boolean;
}

/** Larger files are not fetched. */
const mostBytes = { image: 100 * 1024 ** 2, video: 2 * 1024 ** 3, audio: 500 * 1024 ** 2 };

/** Saves the link at an offset, or all of a document that stop working. @throws Cancelled, UserError */
export async function relinkDocument(
  services: GenerateServices,
  uri?: vscode.Uri,
  offset?: number,
): Promise<void> {
  requireTrust();
  const { t } = l10n;
  const document = uri
    ? await vscode.workspace.openTextDocument(uri)
    : vscode.window.activeTextEditor?.document;
  if (!document) throw new UserError(t('Open a document first.'));
  const { uri: own, languageId } = document;
  const linked = await linkedText(services.finder, own, languageId, document.getText());
  await relink(services, linksIn(services, [linked], offset));
}

/** Saves all links of the workspace that stop working. @throws Cancelled, UserError */
export async function relinkWorkspace(services: GenerateServices): Promise<void> {
  requireTrust();
  const texts: LinkedText[] = [];
  await readLinkedTexts(services.finder, l10n.t('Looking for links that stop working'), linked => {
    if (linked.references.some(({ target }) => isRemote(target))) texts.push(linked);
  });
  await relink(services, linksIn(services, texts));
}

function linksIn({ ledger }: GenerateServices, texts: readonly LinkedText[], offset?: number): Link[] {
  const links = new Map<string, Link>();
  const results = ledger.results.hosts();
  for (const document of texts) {
    const hosts = { set: readHosts(setting('expiringLinks.hosts', document.uri)), results };
    for (const reference of document.references) {
      const { target, kind, address } = reference;
      if (!isRemote(target) || (offset !== undefined && address.start !== offset)) continue;
      if (!expiryOf(target, hosts)) continue;
      const link = links.get(target) ?? { url: target, kind, uses: [] };
      link.uses.push({ document, reference });
      links.set(target, link);
    }
  }
  return [...links.values()];
}

async function relink(services: GenerateServices, links: readonly Link[]): Promise<void> {
  const { t } = l10n;
  if (links.length === 0) throw new UserError(t('No link here is known to stop working.'));
  const failures: string[] = [];
  const fetched: Fetched[] = [];
  const foreign: Link[] = [];
  for (const link of links) {
    const file = services.ledger.results.fileFrom(link.url);
    if (file && (await services.library.has(file))) fetched.push({ link, file, isPassing: false });
    else foreign.push(link);
  }
  try {
    if (foreign.length > 0) {
      await agreeToHosts(foreign);
      const title = t('Downloading');
      const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
      await withProgress(options, async (progress, token) => {
        const stop = new AbortController();
        const stopping = token.onCancellationRequested(() => stop.abort());
        try {
          for (const link of foreign) {
            progress.report({ message: hostOf(link) });
            const found = await fetchLink(services, link, stop.signal);
            if (typeof found === 'string') failures.push(`${hostOf(link)}: ${found}`);
            else fetched.push({ link, file: found, isPassing: true });
            if (stop.signal.aborted) throw new Cancelled();
          }
        } finally {
          stopping.dispose();
        }
      });
    }
    const changed = await writeLinks(services, fetched, failures);
    const done = t('Links that lead to files of the workspace now: {0}.', changed);
    const words = failures.length === 0 ? [done] : [done, t('Left as they are: {0}', failures.join(' '))];
    show(failures.length === 0 ? 'info' : 'warning', { text: words.join(' '), actions: [] }, services.log);
  } finally {
    for (const { file, isPassing } of fetched) if (isPassing) services.library.remove(file);
  }
}

/** One question that names the hosts: nowhere else is somebody talked to that is not Rivya. */
async function agreeToHosts(links: readonly Link[]): Promise<void> {
  const { t } = l10n;
  const hosts = [...new Set(links.map(hostOf))].sort();
  const download = t({ message: 'Download', comment: 'Button: fetches the files that the question names' });
  const question = t('Download {0} files from these servers? Your API key is not sent.', links.length);
  if ((await ask('warning', question, [download], { detail: hosts })) !== download) throw new Cancelled();
}

function hostOf({ url }: Link): string {
  return URL.parse(url, 'https://localhost')?.host ?? url;
}

/** @returns the file in the library, or why there is none, in words */
async function fetchLink(
  { library, server, log }: GenerateServices,
  { url, kind }: Link,
  signal: AbortSignal,
): Promise<StoredFile | string> {
  const { t } = l10n;
  const whole = url.startsWith('//') ? `https:${url}` : url;
  // Only a server on this machine that is the one in force may be asked on this machine.
  const isOwn =
    URL.parse(whole)?.host === URL.parse(server.base.href)?.host &&
    isLoopbackHost(URL.parse(whole)?.hostname ?? '');
  try {
    const baseUrl = isOwn ? server.base.href : publicBase;
    const download = await openResult(whole, {
      fetch: hostFetch,
      baseUrl,
      signal,
      maxBytes: mostBytes[kind],
      log,
    });
    const { contentType, contentLength } = download;
    const expected = { kind, contentType, isLengthKnown: contentLength !== undefined };
    const file = await library.store(`link-${randomUUID()}`, 'link', download.body, expected);
    if (file.extension !== neutralExtension) return file;
    library.remove(file);
    return t('This is no picture, video or sound.');
  } catch (error) {
    if (error instanceof NotMedia) return t('The server sent a page or a text in place of the file.');
    if (isRivyaError(error)) return sentence(error.message);
    throw error;
  }
}

/** What a link may lead to is decided as for a server in the internet. */
const publicBase = 'https://rivya.ai';

/**
 * Writes the files and the addresses of all documents in one edit.
 * @param failures gets those that were left, with the reason
 * @returns how many links were changed
 */
async function writeLinks(
  services: GenerateServices,
  fetched: readonly Fetched[],
  failures: string[],
): Promise<number> {
  const { t } = l10n;
  const edit = new vscode.WorkspaceEdit();
  const documents = new Map<string, { readonly document: vscode.TextDocument; readonly wasSaved: boolean }>();
  const left = new Set<string>();
  const created = new Map<string, vscode.Uri>();
  let count = 0;
  for (const { link, file } of fetched) {
    const target = created.get(file.sha256) ?? (await targetOf(services, link, file));
    let isNew = !created.has(file.sha256) && !(await exists(target));
    for (const { document: linked, reference } of link.uses) {
      const document = await vscode.workspace.openTextDocument(linked.uri);
      const range = rangeIn(document, reference.address);
      const written = linked.text.slice(reference.address.start, reference.address.end);
      if (document.getText(range) !== written) {
        left.add(vscode.workspace.asRelativePath(linked.uri));
        continue;
      }
      const of = await services.projects.of(document);
      const address = addressFor(document, of, target, link.kind);
      if (!address) {
        left.add(vscode.workspace.asRelativePath(linked.uri));
        continue;
      }
      if (isNew) await addFile(edit, services.library, file, target);
      isNew = false;
      created.set(file.sha256, target);
      const isTemplate =
        reference.form === 'url' &&
        address.expression !== undefined &&
        !/^\{(?![{%])/.test(address.expression);
      edit.replace(
        document.uri,
        range,
        isTemplate ? (address.expression ?? '') : writeAddress(reference.writing, address.path),
      );
      const key = document.uri.toString();
      if (!documents.has(key)) documents.set(key, { document, wasSaved: !document.isDirty });
      count++;
    }
  }
  for (const path of left) failures.push(t('{0} has changed meanwhile.', path));
  if (count === 0) return 0;
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new UserError(t('The documents could not be changed. Nothing was written.'));
  // Nobody would see that a document without a tab is not saved.
  for (const { document, wasSaved } of documents.values())
    if (wasSaved && document.isDirty && !isShown(document.uri)) await document.save();
  return count;
}

/** Where the file of a link goes: where the first document has its media; one with the same bytes is used. */
async function targetOf({ projects }: GenerateServices, link: Link, file: StoredFile): Promise<vscode.Uri> {
  const home = link.uses[0] && homeOf(link.uses[0].document.uri);
  const folder = home && vscode.workspace.getWorkspaceFolder(home)?.uri;
  const destination = await destinationFor(projects, home, folder, link.kind);
  if (!destination) throw new UserError(l10n.t('Open a folder first: the files must go somewhere.'));
  const path = URL.parse(link.url, 'https://localhost')?.pathname ?? '';
  const name = slugOf(posix.basename(path, posix.extname(path)).replace(/%[\da-f]{2}/gi, ' ')) || link.kind;
  // The name tells the content, so what stands there is the same, unless somebody has changed it.
  const own = destination.uriOf(`${name}-${file.sha256.slice(0, 8)}.${file.extension}`);
  if (!(await exists(own)) || (await placedFiles.size(own.toString())) === file.bytes) return own;
  return destination.uriOf(
    `${name}-${file.sha256.slice(0, 16)}-${randomUUID().slice(0, 4)}.${file.extension}`,
  );
}
