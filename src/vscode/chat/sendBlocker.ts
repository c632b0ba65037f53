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
  if (status.account === 'none') return t('Set an API key or start the sandbox.');
  if (session.origin !== services.server.origin) {
    return t(
      "This chat belongs to {0}, but you're connected to another server. Start a new chat.",
      session.origin,
    );
  }
  if (session.model === undefined) return t('Choose a model.');
  if (conversations.isBusy(session.id)) return t('A response is in progress. Wait for it or stop it.');
  const message = composeMessage(text, composer.contexts);
  if (message === '') return t('Enter a question.');
  const model = status.model(session.model);
  if (!model) return undefined;
  if (chatUnusable(model)) return t("{0} isn't available. Choose another model.", modelName(model));
  if (composer.images.length > 0 && !chatCapabilities(model).images) {
    return t("{0} doesn't accept images. Remove them or choose another model.", modelName(model));
  }
  const excess = model.max_prompt_length === null ? 0 : lengthOf(message) - model.max_prompt_length;
  return excess > 0
    ? t(
        'Your question and its context are {0} characters over the limit of {1}. Remove some context.',
        excess,
        modelName(model),
      )
    : undefined;
}
