import type { Model } from '../../api/resources/models.ts';
import { chatCapabilities, chatModels, chatUnusable } from '../../core/chat/chatModels.ts';
import type { ChatImages } from '../../core/chat/chatImages.ts';
import type { CardRecord } from '../../core/chat/chatStore.ts';
import type { ChatMessageRecord, ChatSessionSummaryRecord, ImageRecord } from '../../core/chat/records.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { isSameAddress } from '../../core/places/addressKey.ts';
import type {
  ChatCardDto,
  ChatImageDto,
  ChatMessageDto,
  ChatModelDto,
  ChatProblemDto,
  ChatSessionSummaryDto,
} from '../../shared/chat.ts';
import { chargeOf, creditsSaid } from '../../shared/charge.ts';
import { storedFiles } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { priceText, unusableReason } from '../text/modelText.ts';
import { stateText } from '../text/taskText.ts';
import type { AsWebviewUri } from './chatParts.ts';
import { problemMessage } from './chatText.ts';
import { workspaceName } from './currentWorkspace.ts';

/** @param progress of its upload, 0 to 1; 1 when it needs none now */
export function imageDto(
  image: ImageRecord,
  images: ChatImages,
  asWebviewUri: AsWebviewUri,
  progress: number | undefined,
): ChatImageDto {
  return {
    id: image.id,
    name: image.name,
    bytes: image.bytes,
    source: images.has(image) ? asWebviewUri(images.pathOf(image)) : undefined,
    progress,
  };
}

/** @param canAsk whether the same answer can be asked for again */
export function messageDto(
  message: ChatMessageRecord,
  images: readonly ChatImageDto[],
  canAsk: boolean,
): ChatMessageDto {
  const { inputTokens, outputTokens, credits } = message;
  const hasUsage = inputTokens !== undefined || outputTokens !== undefined || credits !== undefined;
  return {
    id: message.id,
    role: message.role,
    state: message.state,
    text: message.text,
    reasoning: message.reasoning,
    images,
    contexts: message.contexts,
    usage: hasUsage ? { inputTokens, outputTokens, credits } : undefined,
    problem: message.problem && problemDto(message, canAsk),
    createdAt: message.createdAt,
  };
}

function problemDto({ problem }: ChatMessageRecord, canAsk: boolean): ChatProblemDto | undefined {
  if (!problem) return undefined;
  const { text, actions } = problemMessage(problem, canAsk);
  return {
    text,
    requestId: problem.requestId,
    actions: actions.map(each => ({ id: each.id, title: 'action' in each ? each.action.title : each.title })),
  };
}

/** @param defaultModel its id; empty when there is none */
export function modelDtos(models: readonly Model[], defaultModel: string): ChatModelDto[] {
  return chatModels(models).map(model => {
    const reason = chatUnusable(model);
    return {
      id: model.id,
      name: modelName(model),
      price: priceText(model),
      unusable: reason && unusableReason(reason),
      isDefault: model.id === defaultModel,
      ...chatCapabilities(model),
      maximumLength: model.max_prompt_length ?? undefined,
    };
  });
}

/** @returns undefined when the job is no longer in the list */
export function cardDto(
  { taskId, messageId }: CardRecord,
  { ledger, library }: GenerateServices,
  asWebviewUri: AsWebviewUri,
): ChatCardDto | undefined {
  const task = ledger.task(taskId);
  if (!task) return undefined;
  const [file] = storedFiles(task);
  return {
    taskId,
    messageId,
    kind: task.kind,
    prompt: task.prompt,
    state: task.state,
    stateText: stateText(task),
    source: file && asWebviewUri(library.pathOf(file)),
    width: file?.width,
    height: file?.height,
    credits: creditsSaid(chargeOf(task)),
    canInsert: file !== undefined,
  };
}

export function sessionSummaryDto(
  { id, title, model, updatedAt, messageCount, workspace }: ChatSessionSummaryRecord,
  current: string | undefined,
): ChatSessionSummaryDto {
  return {
    id,
    title,
    model,
    updatedAt,
    messageCount,
    origin: 'here',
    workspace: workspace === undefined ? undefined : workspaceName(workspace),
    isCurrentWorkspace: isSameAddress(workspace, current),
  };
}
