import type { SettlerParts } from '../../core/assets/sync/settle.ts';
import { systemClock } from '../../base/clock.ts';
import { PackageFolder } from '../../core/recipes/packageFolder.ts';
import { UserError } from '../messages/errors.ts';
import type { Action } from '../messages/message.ts';
import { l10n } from '../text/l10n.ts';
import type { AssetPackage } from './assetPackage.ts';
import type { AssetServices } from './assetServices.ts';

let underWay: Promise<unknown> | undefined;

/** One sync at a time in a window: two would wait for each other. @throws UserError; what the sync throws */
export async function oneSync(sync: () => Promise<void>): Promise<void> {
  if (underWay) throw new UserError(l10n.t('A sync is already running in this window.'));
  const own = sync();
  underWay = own;
  try {
    await own;
  } finally {
    underWay = undefined;
  }
}

/** Resolves when no sync is under way in this window, however it ends. */
export async function afterSync(): Promise<void> {
  while (underWay) await Promise.allSettled([underWay]);
}

/** What files of a package are written with. */
export function settlerParts(
  { ledger, library, fetchAgain, context }: AssetServices,
  own: AssetPackage,
  origin: string,
): SettlerParts {
  const { version } = context.extension.packageJSON as { version: string };
  return {
    folder: new PackageFolder(own.root.fsPath),
    ...{ ledger, library, fetchAgain, origin },
    clock: systemClock,
    // The same as on the command line: who reads a recipe need not know from where it was made.
    tool: `rivya ${version}`,
  };
}

/** A button that shows the view. */
export function showAssets(): Action {
  return { title: l10n.t('Show Assets'), command: 'rivya.assets.focus' };
}
