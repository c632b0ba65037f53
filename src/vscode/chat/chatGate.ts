import * as vscode from 'vscode';
import type { Model } from '../../api/resources/models.ts';
import type { ChatSessionRecord } from '../../core/chat/records.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { dayBudget, requireWithinDay } from '../generate/dayLimit.ts';
import { agreeToModel, dearerWorkspaceModel, workspaceModelText } from '../generate/workspaceModel.ts';
import { ask } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { priceText } from '../text/modelText.ts';
import type { ChatParts } from './chatParts.ts';
import { l10n } from '../text/l10n.ts';

/**
 * The gate of a question: the limit of the day, which it shares with jobs, and a model that the workspace has
 * chosen. What an answer costs is known only afterwards, so nothing else can be asked before.
 * @param models of the server in use; empty while they are not known
 * @throws UserError when the limit forbids it, Cancelled when the person says no; nothing was sent then
 */
export async function passChatGate(
  { services }: Pick<ChatParts, 'services'>,
  session: Pick<ChatSessionRecord, 'origin' | 'model'>,
  models: readonly Model[],
): Promise<void> {
  const scope = vscode.workspace.workspaceFolders?.[0]?.uri;
  const model = models.find(each => each.id === session.model);
  requireWithinDay(await dayBudget(services, session.origin, [scope]), model?.base_credits ?? undefined);
  const dearer = model && dearerWorkspaceModel(services, 'chat', model, models, scope);
  if (!dearer) return;
  const { t } = l10n;
  const question = t('Ask {0}? Price per question: about {1}', modelName(model), priceText(model));
  const send = t({ message: 'Ask', comment: 'Button: sends a question to a model' });
  const answer = await ask('warning', question, [send], { detail: [workspaceModelText(dearer)] });
  if (answer !== send) throw new Cancelled();
  await agreeToModel(services, dearer);
}
