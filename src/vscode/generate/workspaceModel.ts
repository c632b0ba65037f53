import type * as vscode from 'vscode';
import type { Model } from '../../api/resources/models.ts';
import { isDearer } from '../../core/generate/priceGate.ts';
import type { MediaKind } from '../../shared/task.ts';
import { modelName } from '../../core/models/usableModels.ts';
import type { HostContext } from '../host/hostContext.ts';
import { defaultModelOf, ownDefaultModelOf } from '../manifest/settings.ts';
import { priceText } from '../text/modelText.ts';
import { l10n } from '../text/l10n.ts';

/** Under which the workspace keeps what a person has agreed to. */
const agreedKey = 'rivya.agreedModels';

/** A model that the settings of a workspace name, and that costs more than the person's own. */
export interface WorkspaceModel {
  readonly model: Model;
  /** Undefined when the person's own settings name none. */
  readonly own: Model | undefined;
}

/**
 * Whether a person must be asked about the model that the settings name: it comes from the workspace, costs
 * more than the person's own, and nobody has agreed to it here at this price.
 */
export function dearerWorkspaceModel(
  { context }: Pick<HostContext, 'context'>,
  kind: MediaKind | 'chat',
  model: Model,
  models: readonly Model[],
  scope: vscode.ConfigurationScope | undefined,
): WorkspaceModel | undefined {
  const own = ownDefaultModelOf(kind, scope);
  if (model.id !== defaultModelOf(kind, scope) || model.id === own) return undefined;
  const ownModel = models.find(each => each.id === own);
  if (!isDearer(model.base_credits, ownModel?.base_credits)) return undefined;
  const agreed = context.workspaceState.get<readonly string[]>(agreedKey, []);
  return agreed.includes(nameOf(model)) ? undefined : { model, own: ownModel };
}

/** The person has agreed to it, in this workspace, at its present price. */
export async function agreeToModel(
  { context }: Pick<HostContext, 'context'>,
  { model }: WorkspaceModel,
): Promise<void> {
  const agreed = context.workspaceState.get<readonly string[]>(agreedKey, []);
  await context.workspaceState.update(agreedKey, [...agreed, nameOf(model)]);
}

/** Says which model the workspace has chosen in place of which. */
export function workspaceModelText({ model, own }: WorkspaceModel): string {
  const { t } = l10n;
  const named = `${modelName(model)} (${priceText(model)})`;
  return own
    ? t(
        "This workspace's settings select {0}. Your own settings select {1}.",
        named,
        `${modelName(own)} (${priceText(own)})`,
      )
    : t("This workspace's settings select {0}. Your own settings select no model.", named);
}

function nameOf({ id, base_credits: price }: Model): string {
  return `${id} ${String(price)}`;
}
