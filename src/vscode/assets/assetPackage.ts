import { posix } from 'node:path';
import * as vscode from 'vscode';
import { manifestName } from '../../core/assets/manifest/manifest.ts';
import type { PackageLook } from '../../core/assets/plan/look.ts';
import type { Plan, PlanOptions } from '../../core/assets/plan/plan.ts';

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
