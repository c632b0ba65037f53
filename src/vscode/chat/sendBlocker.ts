import { chatCapabilities, chatUnusable } from '../../core/chat/chatModels.ts';
import { composeMessage, lengthOf } from '../../core/chat/quotation.ts';
import type { ChatSessionRecord, Composer } from '../../core/chat/records.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { sandboxLostMessage } from '../host/currentServer.ts';
import type { ChatParts } from './chatParts.ts';
import type { ServerStatus } from './serverStatus.ts';
import { l10n } from '../text/l10n.ts';

/** Why a question cannot be sent in this session, in words; undefined when it can. */
export function sendBlocker(
  { services, conversations }: ChatParts,
  status: ServerStatus,
  session: ChatSessionRecord,
  text: string,
  composer: Composer,
): string | undefined {
  const { t } = l10n;
  if (services.server.isSandboxLost) return sandboxLostMessage().text;
  if (status.account === 'none') return t('Set an API key or start the sandbox first.');
  if (session.origin !== services.server.origin) {
    return t('This chat belongs to {0}, which is not in use now. Start a new chat.', session.origin);
  }
  if (session.model === undefined) return t('Choose a model first.');
  if (conversations.isBusy(session.id)) return t('A response is still streaming. Wait for it or stop it.');
  const message = composeMessage(text, composer.contexts);
  if (message === '') return t('Write a question first.');
  const model = status.model(session.model);
  if (!model) return undefined;
  if (chatUnusable(model)) return t('{0} cannot be used now. Choose another model.', modelName(model));
  if (composer.images.length > 0 && !chatCapabilities(model).images) {
    return t('{0} takes no images. Remove them, or choose another model.', modelName(model));
  }
  const excess = model.max_prompt_length === null ? 0 : lengthOf(message) - model.max_prompt_length;
  return excess > 0
    ? t('The question with all that is quoted is {0} characters too long for {1}.', excess, modelName(model))
    : undefined;
}
