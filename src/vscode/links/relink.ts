import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import { expiryOf, readHosts } from '../../core/links/expiringLinks.ts';
import { fetchLink } from '../../core/links/fetchLink.ts';
import { isRemote } from '../../core/links/find/mediaReference.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { hostFetch } from '../host/hostContext.ts';
import { resolveHost } from '../host/resolveHost.ts';
import { setting } from '../manifest/settings.ts';
import { ask } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { withProgress } from '../messages/progress.ts';
import { show } from '../messages/show.ts';
import { linkedText, type LinkedText } from './linkedDocument.ts';
import { linkProblemText } from './linkProblemText.ts';
import { readLinkedTexts } from './linkedTexts.ts';
import { requireTrust } from './requireTrust.ts';
import { writeLinks, type FetchedLink, type Link } from './writeLinks.ts';
import { l10n } from '../text/l10n.ts';

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
  if (!document) throw new UserError(t('Open a document.'));
  const { uri: own, languageId } = document;
  const linked = await linkedText(services.finder, own, languageId, document.getText());
  await relink(services, linksIn(services, [linked], offset));
}

/** Saves all links of the workspace that stop working. @throws Cancelled, UserError */
export async function relinkWorkspace(services: GenerateServices): Promise<void> {
  requireTrust();
  const texts: LinkedText[] = [];
  await readLinkedTexts(services.finder, l10n.t('Looking for expiring links...'), linked => {
    if (linked.references.some(({ target }) => isRemote(target))) texts.push(linked);
  });
  await relink(services, linksIn(services, texts));
}

function linksIn({ ledger }: GenerateServices, texts: readonly LinkedText[], offset?: number): Link[] {
  const results = ledger.results.hosts();
  const uses = texts.flatMap(document => {
    const hosts = { set: readHosts(setting('expiringLinks.hosts', document.uri)), results };
    return document.references.flatMap(reference => {
      const { target, address } = reference;
      const isWanted = isRemote(target) && (offset === undefined || address.start === offset);
      return isWanted && expiryOf(target, hosts) ? [{ document, reference }] : [];
    });
  });
  return [...Map.groupBy(uses, ({ reference }) => reference.target)].flatMap(([url, own]) =>
    own[0] ? [{ url, kind: own[0].reference.kind, uses: own }] : [],
  );
}

async function relink(services: GenerateServices, links: readonly Link[]): Promise<void> {
  const { t } = l10n;
  if (links.length === 0) throw new UserError(t('No expiring links found.'));
  const failures: string[] = [];
  const fetched: FetchedLink[] = [];
  const foreign: Link[] = [];
  for (const link of links) {
    const own = services.ledger.results.from(link.url);
    if (own && (await services.library.has(own.file))) fetched.push({ link, file: own.file, job: own });
    else foreign.push(link);
  }
  try {
    if (foreign.length > 0) {
      await agreeToHosts(foreign);
      await fetchAll(services, foreign, fetched, failures);
    }
    const changed = await writeLinks(services, fetched, failures);
    const done = t('Links that now point to files in the workspace: {0}.', changed);
    const words =
      failures.length === 0 ? [done] : [done, t('Not changed: {0}', listed(failures, services.log))];
    show(failures.length === 0 ? 'info' : 'warning', { text: words.join(' '), actions: [] }, services.log);
  } finally {
    for (const { file, job } of fetched) if (!job) services.library.remove(file);
  }
}

/** More reasons than these are in the log only. */
const mostReasons = 5;

/** Each reason once, with how often it was one. */
function listed(failures: readonly string[], log: Log): string {
  const groups = [...Map.groupBy(failures, each => each)].map(([reason, { length }]) =>
    length === 1 ? reason : l10n.t('{0} ({1} times)', reason, length),
  );
  for (const each of groups) log.warn(`A link was left as it is. ${each}`);
  const rest = groups.length - mostReasons;
  const shown = groups.slice(0, mostReasons).join(' ');
  return rest > 0 ? `${shown} ${l10n.t('{0} more in the log.', rest)}` : shown;
}

/** One question that names the hosts: nowhere else is somebody talked to that is not Rivya. */
async function agreeToHosts(links: readonly Link[]): Promise<void> {
  const { t } = l10n;
  const hosts = [...new Set(links.map(hostOf))].sort();
  const download = t({ message: 'Download', comment: 'Button: fetches the files that the question names' });
  const question =
    links.length === 1
      ? t("Download 1 file from this server? Your API key isn't sent.")
      : t("Download {0} files from these servers? Your API key isn't sent.", links.length);
  if ((await ask('warning', question, [download], { detail: hosts })) !== download) throw new Cancelled();
}

function hostOf({ url }: Link): string {
  return URL.parse(url, 'https://localhost')?.host ?? url;
}

/**
 * Fetches files, one after the other, with a progress that can be stopped.
 * @param fetched gets those that came, `failures` the reasons why others did not
 * @throws Cancelled when the person stops it
 */
async function fetchAll(
  { library, server, log }: GenerateServices,
  links: readonly Link[],
  fetched: FetchedLink[],
  failures: string[],
): Promise<void> {
  const ports = { fetch: hostFetch, resolveHost, library, log, server: server.base.href };
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: l10n.t('Downloading...'),
    cancellable: true,
  };
  await withProgress(options, async (progress, token) => {
    const stop = new AbortController();
    const stopping = token.onCancellationRequested(() => stop.abort());
    try {
      for (const link of links) {
        progress.report({ message: hostOf(link) });
        const found = await fetchLink(ports, link, stop.signal);
        if ('file' in found) fetched.push({ link, file: found.file, job: undefined });
        if (stop.signal.aborted) throw new Cancelled();
        if ('problem' in found) failures.push(`${hostOf(link)}: ${linkProblemText(found.problem)}`);
      }
    } finally {
      stopping.dispose();
    }
  });
}
