import { posix } from 'node:path';
import * as vscode from 'vscode';
import { Slices } from '../../base/slices.ts';
import { manifestName } from '../../core/assets/manifest/manifest.ts';
import type { PackageLook } from '../../core/assets/plan/look.ts';
import { makePlan, type Plan, type PlanOptions } from '../../core/assets/plan/plan.ts';
import type { AssetOrders } from '../../core/assets/sync/assetOrders.ts';

/** In the state of a workspace: its manifests, which nobody looks for at the next start. */
export const packagesKey = 'rivya.packages';

/** A folder of the workspace that has a manifest, or recipes. */
export interface AssetPackage {
  readonly root: vscode.Uri;
  readonly manifest: vscode.Uri;
}

/** A package as it stands. */
export interface PackageState extends PackageLook {
  readonly package: AssetPackage;
  readonly plan: Plan;
  /** What a sync of a part would do, or one that may replace more. */
  readonly planWith: (options: PlanOptions) => Plan;
}

/** So long a package of thousands of wishes is worked at, at a time, in milliseconds. */
export const sliceMs = 8;

/** How a package stands, when a thread has looked at it. @param orders undefined when no server is asked */
export async function packageState(
  own: AssetPackage,
  look: PackageLook,
  orders: AssetOrders | undefined,
): Promise<PackageState> {
  const { facts, prices } = look;
  const recipes = facts.assets.map(({ recipe }) => recipe);
  const known = await orders?.facts(recipes, new Slices(sliceMs));
  const priceOf = new Map(facts.assets.map((asset, index) => [asset, prices[index]]));
  const planWith = (options: PlanOptions): Plan =>
    makePlan(
      facts,
      { order: recipe => known?.get(recipe) ?? { state: 'none' }, price: asset => priceOf.get(asset) },
      options,
    );
  return { ...look, package: own, plan: planWith({}), planWith };
}

/** The package of a folder. */
export function packageAt(root: vscode.Uri): AssetPackage {
  return { root, manifest: vscode.Uri.joinPath(root, manifestName) };
}

/** Where a manifest is looked for and read: with Node, and so on disks alone. */
export function isManifest({ scheme, path }: vscode.Uri): boolean {
  return scheme === 'file' && posix.basename(path) === manifestName;
}

/** What a package is called: its path in the workspace. */
export function packageName({ root }: AssetPackage): string {
  const folder = vscode.workspace.getWorkspaceFolder(root);
  if (!folder) return root.fsPath;
  const isWhole = folder.uri.toString() === root.toString();
  return isWhole ? folder.name : vscode.workspace.asRelativePath(root);
}

/** The file of an asset, or of a recipe. */
export function fileIn({ root }: AssetPackage, file: string): vscode.Uri {
  return vscode.Uri.joinPath(root, ...file.split('/'));
}
