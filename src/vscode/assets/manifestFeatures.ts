import { posix } from 'node:path';
import * as vscode from 'vscode';
import { modelFields } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import { Slices } from '../../base/slices.ts';
import { placeAt } from '../../core/assets/manifest/cursor.ts';
import type { PlanItem } from '../../core/assets/plan/plan.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { setting } from '../manifest/settings.ts';
import { plain } from '../messages/plain.ts';
import { tooltipOf } from '../messages/tooltip.ts';
import { priceText } from '../text/modelText.ts';
import { isManifest, packageAt, sliceMs } from './assetPackage.ts';
import type { AssetPackages } from './assetPackages.ts';
import { assetTooltip } from './assetRows.ts';
import { columnsOf, completionItem, rangeText, suggestionsAt } from './manifestCompletion.ts';
import { lensesOf, type LensText } from './manifestLenses.ts';
import { diagnosticOf, hasYamlExtension, toldProblems } from './manifestProblems.ts';
import { ManifestSchema } from './manifestSchema.ts';
import { l10n } from '../text/l10n.ts';

const manifests: vscode.DocumentSelector = { scheme: 'file', pattern: '**/rivya.assets.yaml' };
/** More files are not offered as references. */
const mostFiles = 500;

/** Lenses, diagnostics, hovers and completion of manifests. Nothing is sent but the question for models. */
export class ManifestFeatures implements Disposable {
  readonly #packages: AssetPackages;
  readonly #models: () => Promise<readonly Model[]>;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #diagnostics = this.#store.add(vscode.languages.createDiagnosticCollection('rivya-assets'));
  readonly #lensesChanged = this.#store.add(new vscode.EventEmitter<void>());
  readonly #schema: ManifestSchema;
  /** Manifests whose problems are being looked for, and whether they have changed since. */
  readonly #looking = new Map<vscode.TextDocument, { isStale: boolean }>();

  constructor(
    packages: AssetPackages,
    models: () => Promise<readonly Model[]>,
    { log, extension }: { readonly log: Log; readonly extension: vscode.Uri },
  ) {
    this.#packages = packages;
    this.#models = models;
    this.#log = log;
    this.#schema = new ManifestSchema(extension);
    const look = (document: vscode.TextDocument): void => {
      if (isManifest(document.uri)) this.#look(document);
    };
    const lookAll = (): void => {
      vscode.workspace.textDocuments.forEach(look);
      this.#lensesChanged.fire();
    };
    this.#store.add(vscode.workspace.onDidOpenTextDocument(look));
    this.#store.add(vscode.workspace.onDidChangeTextDocument(({ document }) => look(document)));
    this.#store.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#diagnostics.delete(uri)));
    this.#store.add(vscode.extensions.onDidChange(lookAll));
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration(change => {
        if (change.affectsConfiguration('rivya') || change.affectsConfiguration('yaml')) lookAll();
      }),
    );
    this.#store.add(packages.onDidChange(lookAll));
    const lenses: vscode.CodeLensProvider<ManifestLens> = {
      onDidChangeCodeLenses: this.#lensesChanged.event,
      provideCodeLenses: document => this.lenses(document),
      resolveCodeLens: lens => lens.resolve(),
    };
    this.#store.add(vscode.languages.registerCodeLensProvider(manifests, lenses));
    this.#store.add(
      vscode.languages.registerHoverProvider(manifests, {
        provideHover: (document, position) => this.hover(document, position),
      }),
    );
    this.#store.add(
      vscode.languages.registerCompletionItemProvider(
        manifests,
        { provideCompletionItems: (document, position) => this.completions(document, position) },
        ':',
        ' ',
        '{',
        '/',
      ),
    );
    lookAll();
  }

  /**
   * VS Code forgets to ask for lenses when the editor loses focus before it has asked, and asks when it is
   * told that they have changed.
   * Source: `CodeLensContribution` of VS Code cancels its scheduler in `onDidBlurEditorText`.
   */
  offerLenses(): void {
    this.#lensesChanged.fire();
  }

  async lenses(document: vscode.TextDocument): Promise<ManifestLens[]> {
    if (!setting('assets.codeLens', document)) return [];
    const { version } = document;
    const state = await this.#packages.stateOf(document);
    const slices = new Slices(sliceMs);
    const lenses: ManifestLens[] = [];
    for (const each of lensesOf(state)) {
      // Offsets of an earlier text would stand anywhere.
      if (document.version !== version) return [];
      lenses.push(new ManifestLens(document, each));
      await slices.rest();
    }
    return document.version === version ? lenses : [];
  }

  async hover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const offset = document.offsetAt(position);
    const state = await this.#packages.stateOf(document);
    const within = ({ start, end }: { start: number; end: number }): boolean =>
      start <= offset && offset <= end;
    const items = state.plan.items.filter(({ asset }) => asset && within(asset.ranges.name));
    const [first] = items;
    if (first?.asset) {
      const { start, end } = first.asset.ranges.name;
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      return new vscode.Hover(entryTooltip(state, items), range);
    }
    const text = document.getText();
    const lineEnd = text.indexOf('\n', offset);
    const { path, isValue } = placeAt(text, lineEnd === -1 ? text.length : lineEnd);
    const key = keyAt(document, position);
    if (isValue && path.at(-1) === 'model' && key === undefined) return this.#modelHover(document, position);
    if (key === undefined || path.at(-1) !== key) return undefined;
    const model = state.facts.assets.find(({ entry }) => entry === path[1])?.model;
    if (path.at(-2) === 'params') return this.#parameterHover(model, key);
    // Who checks YAML by the schema explains its keys, too.
    if (hasYamlExtension(document)) return undefined;
    const { description } = await this.#schema.at(path);
    return description === undefined ? undefined : new vscode.Hover(tooltipOf([description]));
  }

  async completions(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    const offset = document.offsetAt(position);
    const { root } = packageAt(vscode.Uri.joinPath(document.uri, '..'));
    const { place, suggestions } = await suggestionsAt(document.getText(), offset, {
      schema: hasYamlExtension(document) ? undefined : this.#schema,
      models: this.#models,
      files: extensions => filesIn(root, extensions),
      columns: table => columnsOf(root.fsPath, table),
    });
    return suggestions.map(each => completionItem(document, offset, place, each));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #look(document: vscode.TextDocument): void {
    const looking = this.#looking.get(document);
    if (looking) {
      looking.isStale = true;
      return;
    }
    const own = { isStale: false };
    this.#looking.set(document, own);
    this.#showProblems(document)
      .catch((error: unknown) => this.#log.error(describeError(error)))
      .finally(() => {
        this.#looking.delete(document);
        if (own.isStale && !document.isClosed) this.#look(document);
      });
  }

  async #showProblems(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const { problems } = await this.#packages.stateOf(document);
    if (document.isClosed || document.version !== version) return;
    const told = toldProblems(problems, hasYamlExtension(document));
    this.#diagnostics.set(
      document.uri,
      told.map(each => diagnosticOf(document, each)),
    );
  }

  async #modelHover(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    const range = document.getWordRangeAtPosition(position, /[\w.-]+/);
    const id = range && document.getText(range);
    const model = (await this.#models()).find(each => each.id === id);
    if (!model) return undefined;
    return new vscode.Hover(tooltipOf([modelName(model), priceText(model)]), range);
  }

  async #parameterHover(id: string | undefined, key: string): Promise<vscode.Hover | undefined> {
    const model = (await this.#models()).find(each => each.id === id);
    const field = model && modelFields(model).find(each => each.key === key);
    if (!field) return undefined;
    return new vscode.Hover(tooltipOf([field.description ?? field.label, rangeText(field)]));
  }
}

/** A lens that has its words when it comes in sight: of thousands most never do. */
class ManifestLens extends vscode.CodeLens {
  readonly #uri: vscode.Uri;
  readonly #text: LensText;

  constructor(document: vscode.TextDocument, text: LensText) {
    const at = document.positionAt(text.offset);
    super(new vscode.Range(at, at));
    this.#uri = document.uri;
    this.#text = text;
  }

  resolve(): this {
    const { title, command = '', entry } = this.#text;
    const parts = entry === undefined ? [this.#uri] : [this.#uri, entry];
    this.command = {
      title: plain(title, 'description'),
      command,
      ...(command !== '' && { arguments: parts }),
    };
    return this;
  }
}

function entryTooltip(
  state: Parameters<typeof assetTooltip>[0],
  items: readonly PlanItem[],
): vscode.MarkdownString {
  const [first, ...others] = items;
  if (first && others.length === 0) return assetTooltip(state, first);
  const names = items.slice(0, 20).map(({ id }) => id);
  const rest = items.length - names.length;
  return tooltipOf([...names, rest > 0 ? l10n.t('and {0} more', rest) : '']);
}

/** The key that stands at a position, before its colon. */
function keyAt(document: vscode.TextDocument, position: vscode.Position): string | undefined {
  const range = document.getWordRangeAtPosition(position, /[\w.-]+(?=\s*:)/);
  return range && document.getText(range);
}

async function filesIn(root: vscode.Uri, extensions: readonly string[]): Promise<string[]> {
  const pattern = new vscode.RelativePattern(root, `**/*.{${extensions.join(',')},}`);
  const found = await vscode.workspace.findFiles(pattern, '**/{node_modules,.*}/**', mostFiles);
  return found.map(uri => posix.relative(root.path, uri.path)).toSorted();
}
