import * as vscode from 'vscode';
import type { Model } from '../../api/models.ts';
import { modelName, modelsFor, unusable, type Unusable } from '../../core/models/models.ts';
import type { MediaKind } from '../../shared/task.ts';
import { Cancelled, UserError } from '../messages.ts';

/** Why a model cannot be used, in words. */
export function unusableReason(reason: Unusable): string {
  const { t } = vscode.l10n;
  switch (reason) {
    case 'comingSoon':
      return t('coming soon');
    case 'studioOnly':
      return t('in Rivya Studio only');
    case 'needsFiles':
      return t('needs a reference file');
    case 'otherKind':
      return t('makes something else');
  }
}

/** Price and modes, as in the picker and the tree. Prices may depend on parameters, so they are a hint (rivya-api.md 1). */
export function priceText(model: Model): string {
  const credits = model.base_credits;
  if (credits === null) return vscode.l10n.t('price unknown');
  if (credits === 1) return vscode.l10n.t('1 credit');
  return vscode.l10n.t('{0} credits', credits);
}

interface ModelItem extends vscode.QuickPickItem {
  readonly model?: Model;
  readonly reason?: Unusable | undefined;
}

/**
 * Lets the user pick a model of this kind; those that cannot be used stand at the end, with the reason.
 * @param models resolved while the list is already open
 * @throws Cancelled when the user leaves
 */
export async function pickModel(models: Promise<Model[]>, kind: MediaKind, current?: string): Promise<Model> {
  const items = models.then(all => modelItems(modelsFor(all, kind), kind, current));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Model for Images'),
    placeHolder: vscode.l10n.t('The model is remembered; change it in the Models view or the settings'),
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (!picked?.model) throw new Cancelled();
  if (picked.reason) {
    throw new UserError(
      vscode.l10n.t(
        '{0} cannot be used here: {1}. Nothing was charged.',
        modelName(picked.model),
        unusableReason(picked.reason),
      ),
    );
  }
  return picked.model;
}

function modelItems(models: readonly Model[], kind: MediaKind, current: string | undefined): ModelItem[] {
  if (models.length === 0) {
    throw new UserError(vscode.l10n.t('Rivya offers no model for this at the moment. Nothing was charged.'));
  }
  const items = models.map((model): ModelItem => {
    const reason = unusable(model, kind);
    return {
      model,
      reason,
      label: `${reason ? '$(circle-slash) ' : ''}${modelName(model)}`,
      description: [priceText(model), ...(model.id === current ? [vscode.l10n.t('default')] : [])].join(
        ' · ',
      ),
      detail: reason ? unusableReason(reason) : model.supported_modes.join(', '),
    };
  });
  const firstUnusable = items.findIndex(item => item.reason);
  if (firstUnusable > 0) {
    items.splice(firstUnusable, 0, {
      label: vscode.l10n.t('Not usable now'),
      kind: vscode.QuickPickItemKind.Separator,
    });
  }
  return items;
}
