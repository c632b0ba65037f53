import { posix } from 'node:path';
import * as vscode from 'vscode';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { documentLanguage } from '../../core/languages/documentLanguage.ts';
import { expiryOf, readHosts, type Expiry, type KnownHosts } from '../../core/links/expiringLinks.ts';
import { isRemote, type MediaReference } from '../../core/links/find/mediaReference.ts';
import { setting } from '../manifest/settings.ts';
import { plain } from '../messages/plain.ts';
import type { Documents } from '../placement/documents.ts';
import { homeOf } from '../placement/home.ts';
import { expiryText } from './expiryText.ts';
import {
  linkedText,
  missingReferences,
  rangeIn,
  type LinkedText,
  type MissingReference,
} from './linkedDocument.ts';
import { l10n } from '../text/l10n.ts';

/** The code of VS Code's own finding in Markdown; it has no source. */
const notThereCode = 'link.no-such-file';
const missingCode = 'missing-image';
const expiringCode = 'expiring-link';

/** A link that stops working. */
export interface ExpiringReference {
  readonly reference: MediaReference;
  readonly expiry: Expiry;
}

/** What is known of a document in the version that it has. */
interface Known {
  readonly version: number;
  readonly languageId: string;
  readonly linked: Promise<LinkedText>;
  missing: { readonly age: number; readonly found: Promise<readonly MissingReference[]> } | undefined;
}

/**
 * What is said in documents about missing files and links that stop working. Only those in sight are looked
 * at; nothing is sent.
 */
export class LinkFeatures implements Disposable {
  readonly #store = new DisposableStore();
  readonly #documents: Documents;
  readonly #hosts: () => KnownHosts['results'];
  readonly #known = new WeakMap<vscode.TextDocument, Known>();
  /** Counts what may have changed which files are there. */
  #age = 0;
  readonly #expiring = this.#store.add(vscode.languages.createDiagnosticCollection('rivya-links'));
  readonly #hints = this.#store.add(vscode.languages.createDiagnosticCollection('rivya-missing'));
  readonly #changed = this.#store.add(new Emitter<void>());
  readonly #aged = this.#store.add(new Emitter<void>());

  /** Fires when what is shown may not hold any more, perhaps many times at once. */
  readonly onDidAge = this.#aged.event;
  /** Fires when lenses may be others. */
  readonly onDidChange = this.#changed.event;

  /** @param hosts that results came from, as far as that is known without opening anything */
  constructor(documents: Documents, hosts: () => KnownHosts['results']) {
    this.#documents = documents;
    this.#hosts = hosts;
    const age = (): void => {
      this.#age++;
      this.#aged.fire();
    };
    this.#store.add(documents.projects.onDidForget(age));
    // Where the site has its files decides as well.
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration(change => {
        if (change.affectsConfiguration('rivya.output')) age();
      }),
    );
    this.#store.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#clear(uri)));
  }

  /** Looks at the documents in sight. */
  async refresh(): Promise<void> {
    const visible = new Set(vscode.window.visibleTextEditors.map(each => each.document));
    for (const document of visible) {
      await this.#showExpiring(document);
      await this.#showHints(document);
    }
    this.#changed.fire();
  }

  async codeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    if (!vscode.workspace.isTrusted) return [];
    const isHere = ({ range: own }: MediaReference): boolean =>
      rangeIn(document, own).intersection(range) !== undefined;
    const { references } = await this.#of(document).linked;
    if (!references.some(isHere)) return [];
    const expiring = await this.expiringIn(document);
    const here = expiring.filter(({ reference }) => isHere(reference));
    const actions = here
      .slice(0, 1)
      .flatMap(found => this.#relinkActions(document, found, expiring.length, context));
    if (setting('missingImages.show', document) === 'off') return actions;
    for (const missing of await this.#missingIn(document)) {
      if (isHere(missing.reference)) actions.push(makeAction(document, missing, context));
    }
    return actions;
  }

  async codeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!vscode.workspace.isTrusted || setting('missingImages.show', document) !== 'codeLens') return [];
    const missing = await this.#missingIn(document);
    return missing.flatMap(each => {
      if (!each.wish) return [];
      const range = rangeIn(document, each.reference.range);
      return [new vscode.CodeLens(range, { ...makeCommand(document, each), title: makeTitle(each) })];
    });
  }

  /** The links of a document that stop working. */
  async expiringIn(document: vscode.TextDocument): Promise<ExpiringReference[]> {
    const hosts = { set: readHosts(setting('expiringLinks.hosts', document)), results: this.#hosts() };
    const { references } = await this.#of(document).linked;
    return references.flatMap(reference => {
      const expiry = isRemote(reference.target) ? expiryOf(reference.target, hosts) : undefined;
      return expiry ? [{ reference, expiry }] : [];
    });
  }

  dispose(): void {
    this.#store.dispose();
  }

  #of(document: vscode.TextDocument): Known {
    const known = this.#known.get(document);
    if (known?.version === document.version && known.languageId === document.languageId) return known;
    const { uri, version, languageId } = document;
    const linked = linkedText(this.#documents.finder, uri, languageId, document.getText());
    const fresh = { version, languageId, linked, missing: undefined };
    // What failed is tried again at the next look.
    linked.catch(() => this.#known.delete(document));
    this.#known.set(document, fresh);
    return fresh;
  }

  #missingIn(document: vscode.TextDocument): Promise<readonly MissingReference[]> {
    const known = this.#of(document);
    if (known.missing?.age !== this.#age) {
      const found = known.linked.then(linked => missingReferences(this.#documents.projects, linked));
      known.missing = { age: this.#age, found };
      // What failed is tried again at the next look.
      found.catch(() => (known.missing = undefined));
    }
    return known.missing.found;
  }

  async #showExpiring(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const show = setting('expiringLinks.show', document);
    const severity =
      show === 'warning' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Information;
    const found = show === 'off' ? [] : await this.expiringIn(document);
    if (document.version !== version || document.isClosed) return;
    const diagnostics = found.map(({ reference, expiry }) => {
      const range = rangeIn(document, reference.address);
      const diagnostic = new vscode.Diagnostic(
        range,
        expiryText(reference.kind, expiry, new Date()),
        severity,
      );
      diagnostic.code = expiringCode;
      diagnostic.source = 'Rivya';
      return diagnostic;
    });
    this.#expiring.set(document.uri, diagnostics);
  }

  async #showHints(document: vscode.TextDocument): Promise<void> {
    // In Markdown VS Code itself says it.
    const language = documentLanguage({
      languageId: document.languageId,
      file: homeOf(document.uri).path.split('/'),
    });
    const isShown = setting('missingImages.show', document) === 'hint' && language !== 'markdown';
    const { version } = document;
    const found = isShown && vscode.workspace.isTrusted ? await this.#missingIn(document) : [];
    if (document.version !== version || document.isClosed) return;
    const diagnostics = found.map(({ reference, file }) => {
      const text = l10n.t('"{0}" doesn\'t exist.', plain(vscode.workspace.asRelativePath(file), 'value'));
      const diagnostic = new vscode.Diagnostic(
        rangeIn(document, reference.address),
        text,
        vscode.DiagnosticSeverity.Hint,
      );
      diagnostic.code = missingCode;
      diagnostic.source = 'Rivya';
      return diagnostic;
    });
    this.#hints.set(document.uri, diagnostics);
  }

  #clear(uri: vscode.Uri): void {
    this.#expiring.delete(uri);
    this.#hints.delete(uri);
  }

  #relinkActions(
    document: vscode.TextDocument,
    { reference }: ExpiringReference,
    inFile: number,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const { t } = l10n;
    const own = diagnostics.filter(({ code }) => code === expiringCode);
    const action = (title: string, command: string, values: readonly unknown[]): vscode.CodeAction => {
      const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      made.command = { title, command, arguments: [...values] };
      made.diagnostics = own;
      return made;
    };
    const one = action(t('Download and Relink'), 'rivya.link.download', [
      document.uri,
      reference.address.start,
    ]);
    one.isPreferred = true;
    return [
      one,
      ...(inFile > 1
        ? [action(t('Download and Relink All in This File'), 'rivya.link.download', [document.uri])]
        : []),
      action(t('Download and Relink in the Workspace...'), 'rivya.link.downloadAll', []),
    ];
  }
}

function makeAction(
  document: vscode.TextDocument,
  missing: MissingReference,
  { diagnostics }: vscode.CodeActionContext,
): vscode.CodeAction {
  const action = new vscode.CodeAction(makeTitle(missing), vscode.CodeActionKind.QuickFix);
  action.command = { ...makeCommand(document, missing), title: action.title };
  const own = rangeIn(document, missing.reference.range);
  action.diagnostics = diagnostics.filter(each => {
    const code = typeof each.code === 'object' ? each.code.value : each.code;
    return (code === notThereCode || code === missingCode) && own.intersection(each.range) !== undefined;
  });
  action.isPreferred = true;
  return action;
}

function makeTitle({ file, wish }: MissingReference): string {
  const name = plain(posix.basename(file.path), 'value');
  return wish ? l10n.t('Generate "{0}"', name) : l10n.t('Generate "{0}"...', name);
}

function makeCommand(
  document: vscode.TextDocument,
  { reference }: MissingReference,
): Omit<vscode.Command, 'title'> {
  return { command: 'rivya.image.generateMissing', arguments: [document.uri, reference.address.start] };
}
