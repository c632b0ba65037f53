import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Model } from '../../api/models.ts';
import { chatCapabilities, chatModels, chatUnusable } from '../../core/chat/chatModels.ts';
import type { ChatImages } from '../../core/chat/chatImages.ts';
import type { CardRecord } from '../../core/chat/chatStore.ts';
import type { ChatMessageRecord, ChatSessionSummaryRecord, ImageRecord } from '../../core/chat/records.ts';
import { modelName } from '../../core/models/models.ts';
import type {
  ChatCard,
  ChatImage,
  ChatMessageView,
  ChatModel,
  ChatProblem,
  ChatSessionSummary,
} from '../../shared/chat.ts';
import { creditsOf, storedFiles } from '../../shared/task.ts';
import { priceText, unusableReason } from '../generate/modelText.ts';
import type { Services } from '../services.ts';
import { stateText } from '../tasks/taskText.ts';
import { problemWords } from './chatWords.ts';

/** Gives a file an address in the page. */
export type ResourceOf = (path: string) => string;

/** @param progress of its upload, 0 to 1; 1 when it needs none now */
export function imageView(
  image: ImageRecord,
  images: ChatImages,
  resource: ResourceOf,
  progress: number | undefined,
): ChatImage {
  const path = images.pathOf(image);
  return {
    id: image.id,
    name: image.name,
    bytes: image.bytes,
    source: existsSync(path) ? resource(path) : undefined,
    progress,
  };
}

/** @param canAsk whether the same answer can be asked for again */
export function messageView(
  message: ChatMessageRecord,
  images: readonly ChatImage[],
  canAsk: boolean,
): ChatMessageView {
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
    problem: message.problem && problemView(message, canAsk),
    createdAt: message.createdAt,
  };
}

function problemView({ problem }: ChatMessageRecord, canAsk: boolean): ChatProblem | undefined {
  if (!problem) return undefined;
  const { text, actions } = problemWords(problem, canAsk);
  return {
    text,
    requestId: problem.requestId,
    actions: actions.map(each => ({ id: each.id, title: 'action' in each ? each.action.title : each.title })),
  };
}

/** @param defaultModel its id; empty when there is none */
export function modelViews(models: readonly Model[], defaultModel: string): ChatModel[] {
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
export function cardView(
  { taskId, messageId }: CardRecord,
  { ledger, library }: Services,
  resource: ResourceOf,
): ChatCard | undefined {
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
    source: file && resource(library.pathOf(file)),
    width: file?.width,
    height: file?.height,
    credits: creditsOf(task),
    canInsert: file !== undefined,
  };
}

export function summaryView(
  { id, title, model, updatedAt, messageCount, workspace }: ChatSessionSummaryRecord,
  current: string | undefined,
): ChatSessionSummary {
  return {
    id,
    title,
    model,
    updatedAt,
    messageCount,
    origin: 'here',
    workspace: workspace === undefined ? undefined : workspaceName(workspace),
    isCurrentWorkspace: workspace === current,
  };
}

function workspaceName(address: string): string {
  return (
    vscode.Uri.parse(address)
      .path.replace(/\.code-workspace$/, '')
      .split('/')
      .findLast(part => part !== '') ?? ''
  );
}

/** What sessions are filed under: the workspace file, or the one folder. */
export function currentWorkspace(): string | undefined {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  return (workspaceFile ?? workspaceFolders?.[0]?.uri)?.toString();
}
