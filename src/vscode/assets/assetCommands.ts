import * as vscode from 'vscode';
import { manifestName } from '../../core/assets/manifest/manifest.ts';
import type { PlanItem } from '../../core/assets/plan/plan.ts';
import { severityOf } from '../../core/assets/plan/views.ts';
import {
  acceptEdited,
  adoptFile,
  beginning,
  mayGo,
  orphansIn,
  removeOrphan,
} from '../../core/assets/sync/handwork.ts';
import { PackageFolder } from '../../core/recipes/packageFolder.ts';
import { recipePathOf } from '../../core/recipes/recipe.ts';
import { starterOf, type Starter } from '../generate/starter.ts';
import { ask, askFolder, inform } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { plain } from '../messages/plain.ts';
import { chooseOne } from '../messages/quickPick.ts';
import { estimateText } from '../text/modelText.ts';
import {
  fileIn,
  isManifest,
  packageAt,
  packageName,
  type AssetPackage,
  type PackageState,
} from './assetPackage.ts';
import type { AssetPackages } from './assetPackages.ts';
import { AssetRow, PackageRow } from './assetRows.ts';
import type { AssetServices } from './assetServices.ts';
import { countsText, isAcceptable, totalOf } from './assetText.ts';
import { inOrder, requireTrust, rowText, settled, syncChosen, syncSome } from './syncAssets.ts';
import { l10n } from '../text/l10n.ts';

/** What commands on packages work with. */
export interface AssetCommandParts {
  readonly packages: AssetPackages;
  readonly services: () => Promise<AssetServices>;
}

type AssetCommand = (parts: AssetCommandParts, values: readonly unknown[]) => Promise<void>;

/** What the commands of the Assets view, of lenses and of the palette do. @throws as `syncChosen` */
export const assetCommands = {
  newManifest: async ({ packages }, [target]) => {
    const { t } = l10n;
    const folders = vscode.workspace.workspaceFolders ?? [];
    const chosen =
      target instanceof vscode.Uri
        ? target
        : folders.length < 2
          ? folders[0]?.uri
          : (await askFolder(t('Where do you want to create the manifest?')))?.uri;
    if (!chosen && folders.length > 1) throw new Cancelled();
    if (chosen?.scheme !== 'file') throw new UserError(t('Open a folder.'));
    const { manifest } = packageAt(chosen);
    const folder = new PackageFolder(chosen.fsPath);
    if (!folder.exists(manifestName)) folder.writeText(manifestName, beginning);
    packages.noteManifest(manifest);
    await vscode.window.showTextDocument(manifest);
  },
  plan: async ({ packages }, values) => {
    const own = await packageOf(packages, values);
    const state = await settled(own, each => packages.fresh(each));
    const total = totalOf(state.plan);
    const price = total.jobs > 0 ? ` · ${estimateText(total)}` : '';
    await showItems(state, inOrder(state.plan.items), `${countsText(state.plan)}${price}`);
  },
  sync: async (parts, values) => {
    const { packages } = parts;
    const starter = starterOfRow(values);
    const own = await packageOf(packages, values);
    await syncChosen({ packages, services: await parts.services(), starter }, own);
  },
  check: async ({ packages }, values) => {
    const { t } = l10n;
    const own = await packageOf(packages, values);
    const state = await settled(own, each => packages.checked(each));
    const wrong = state.plan.items.filter(item => severityOf(item.state) === 'error');
    if (wrong.length === 0) {
      inform(t('All files match the manifest of {0}.', plain(packageName(own), 'value')));
      return;
    }
    const title = t("Files that don't match the manifest: {0} of {1}", wrong.length, state.plan.items.length);
    await showItems(state, inOrder(wrong), title);
  },
  prune: async ({ packages }, values) => {
    const { t } = l10n;
    requireTrust();
    const own = await packageOf(packages, values);
    const { plan } = await settled(own, each => packages.checked(each));
    const folder = new PackageFolder(own.root.fsPath);
    const all = orphansIn(folder, plan);
    const going = all.filter(mayGo);
    if (going.length === 0) {
      inform(
        all.length === 0
          ? t('Every file with a recipe is in the manifest.')
          : t(
              "Files kept because they were edited, although they're no longer in the manifest: {0}",
              all.length,
            ),
      );
      return;
    }
    const remove = t({ message: 'Delete', comment: 'Button: deletes files that are no longer wished' });
    const text =
      going.length === 1
        ? t('Delete 1 file that is no longer in the manifest, and its recipe?')
        : t('Delete {0} files and recipes that are no longer in the manifest?', going.length);
    const detail = [
      ...going.slice(0, 20).map(({ file, isThere }) => (isThere ? file : recipePathOf(file))),
      going.length > 20 ? t('and {0} more', going.length - 20) : '',
    ];
    if ((await ask('warning', text, [remove], { detail })) !== remove) throw new Cancelled();
    for (const orphan of going) removeOrphan(folder, orphan);
    packages.refresh();
  },
  refresh: async ({ packages }) => {
    await packages.find(true);
    packages.refresh();
  },
  generate: (parts, values) => some(parts, values, false),
  replace: (parts, values) => some(parts, values, true),
  accept: async ({ packages, services }, values) => {
    requireTrust();
    const { own, wants } = await chosenItems(packages, values);
    const { plan } = await settled(own, each => packages.checked(each));
    const { context } = await services();
    const { version } = context.extension.packageJSON as { version: string };
    const folder = new PackageFolder(own.root.fsPath);
    const items = plan.items.filter(item => wants(item) && isAcceptable(item));
    const done = items.filter(
      item => acceptEdited(folder, item) || adoptFile(folder, item, `rivya ${version}`),
    );
    packages.refresh();
    if (done.length === 0) throw new UserError(l10n.t("There's nothing left to accept here."));
  },
  openFile: async (_parts, [target]) => {
    // From the view: a row; from its tooltip: an address.
    const isRow = target instanceof AssetRow;
    if (!isRow && typeof target !== 'string') return;
    const file = isRow ? fileIn(target.state.package, target.item.file) : vscode.Uri.parse(target, true);
    await vscode.commands.executeCommand('vscode.open', file);
  },
  openRecipe: async (_parts, [row]) => {
    if (!(row instanceof AssetRow)) return;
    const { recipe, file } = row.item;
    if (recipe) await vscode.window.showTextDocument(fileIn(row.state.package, recipePathOf(file)));
  },
  openEntry: async (_parts, [row]) => {
    if (row instanceof AssetRow) await openEntry(row.state, row.item);
  },
} as const satisfies Record<string, AssetCommand>;

async function some(
  { packages, services }: AssetCommandParts,
  values: readonly unknown[],
  replaces: boolean,
): Promise<void> {
  const { own, wants, starter } = await chosenItems(packages, values);
  await syncSome({ packages, services: await services(), starter }, own, wants, replaces);
}

interface Chosen {
  readonly own: AssetPackage;
  readonly wants: (item: PlanItem) => boolean;
  readonly starter: Starter;
}

/** What a row of the view, or a lens, is about. */
async function chosenItems(packages: AssetPackages, values: readonly unknown[]): Promise<Chosen> {
  const [target, entry] = values;
  const starter = starterOfRow(values);
  if (target instanceof AssetRow) {
    const { state, item } = target;
    return { own: state.package, wants: ({ id }) => id === item.id, starter };
  }
  const own = await packageOf(packages, values);
  return { own, wants: ({ asset }) => asset !== undefined && asset.entry === entry, starter };
}

/** As `starterOf`; no file can name a row, because only the view makes them. */
function starterOfRow(values: readonly unknown[]): Starter {
  const [target] = values;
  if (target instanceof AssetRow || target instanceof PackageRow) return 'hand';
  // The buttons of a view pass nothing, or a row that is not there.
  return starterOf(values.every(each => each === undefined) ? [] : values);
}

/** The package that is meant: the one of the manifest, the one that there is, or the one that is chosen. */
async function packageOf(packages: AssetPackages, [target]: readonly unknown[]): Promise<AssetPackage> {
  const { t } = l10n;
  if (target instanceof PackageRow) return target.package;
  const uri = target instanceof vscode.Uri ? target : vscode.window.activeTextEditor?.document.uri;
  if (uri && isManifest(uri)) {
    packages.noteManifest(uri);
    return packageAt(vscode.Uri.joinPath(uri, '..'));
  }
  const all = await packages.find();
  const [first, ...others] = all;
  if (!first) {
    throw new UserError(t('This workspace has no rivya.assets.yaml file.'), [
      { title: t('New Asset Manifest'), command: 'rivya.assets.newManifest' },
    ]);
  }
  if (others.length === 0) return first;
  const rows = all.map(each => ({ label: packageName(each), icon: 'package', own: each }));
  return (await chooseOne(rows, { title: t('Which package?') })).own;
}

/** A list to look through; the chosen row leads to its wish. */
async function showItems(state: PackageState, items: readonly PlanItem[], title: string): Promise<void> {
  const rows = items.map(item => ({ ...rowText(item), item }));
  const { item } = await chooseOne(rows, {
    title: title === '' ? l10n.t('The manifest is empty.') : title,
    placeholder: packageName(state.package),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  await openEntry(state, item);
}

async function openEntry({ package: own }: PackageState, { asset, file }: PlanItem): Promise<void> {
  if (!asset) {
    await vscode.window.showTextDocument(fileIn(own, recipePathOf(file)));
    return;
  }
  const { document } = await vscode.window.showTextDocument(own.manifest);
  const at = document.positionAt(asset.ranges.name.start);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
}
