import * as vscode from 'vscode';
import { describeError } from '../../base/log.ts';
import { readPageMessage, type ChatPageMessage } from '../../shared/chatSchema.ts';
import { generate } from '../generate/generate.ts';
import { askFiles } from '../messages/dialogs.ts';
import { UserError } from '../messages/errors.ts';
import { messageOf } from '../messages/messageOf.ts';
import { run, show } from '../messages/show.ts';
import { showTasks } from '../orders/jobMessages.ts';
import type { ChatController } from './chatController.ts';
import { problemMessage } from './chatText.ts';
import { insertCode, openAsNewFile } from './insertCode.ts';
import { addImageBytes, fileUris } from './composerInput.ts';
import { openLink } from './openLink.ts';
import { SessionListing, importServerSession } from './sessionListing.ts';
import { askAnew, branch, continueAnswer, editAndResend, retry } from './turns.ts';
import { l10n } from '../text/l10n.ts';

/** What is done at each message that the schema knows, and at no other. */
export type PageHandlers = {
  readonly [T in ChatPageMessage['type']]: (
    message: Extract<ChatPageMessage, { type: T }>,
  ) => void | Promise<void>;
};

/** The longest title of a session, in UTF-16 units. */
const maximumTitleLength = 200;

/**
 * Does what the page asks for. What is not understood is ignored and logged; what goes wrong is a message
 * with buttons.
 * @returns the listener for the page's messages; it never rejects
 */
export function pageListener(controller: ChatController): (value: unknown) => Promise<void> {
  const { log } = controller.parts.services;
  const handlers = createPageHandlers(controller);
  return async value => {
    const message = readPageMessage(value);
    if (!message) {
      log.warn(`The chat page said something that is not understood: ${typeOf(value)}`);
      return;
    }
    try {
      await (handlers[message.type] as (message: ChatPageMessage) => void | Promise<void>)(message);
    } catch (error) {
      const words = messageOf(error);
      if (!words) return;
      log.error(`Chat, ${message.type}: ${describeError(error)}`);
      show('error', words, log);
    }
  };
}

function createPageHandlers(controller: ChatController): PageHandlers {
  const { services, store, images, conversations } = controller.parts;
  const listing = new SessionListing(services, store, change => controller.say(change));

  /** Shows the session that a turn led to. */
  const goTo = (sessionId: string | undefined): void => {
    if (sessionId !== undefined && sessionId !== controller.session().id) controller.show(sessionId);
  };
  /** What keeps a question from being sent keeps these turns as well. */
  const sending = async (turn: () => string | undefined, text = '?'): Promise<void> => {
    const blocker = controller.sendBlocker(text);
    if (blocker !== undefined) throw new UserError(blocker);
    const { id } = controller.session();
    await controller.passGate();
    // Another session may be shown by now, and another window may have asked.
    const later = controller.session().id === id ? controller.sendBlocker(text) : undefined;
    if (later !== undefined) throw new UserError(later);
    if (controller.session().id === id) goTo(turn());
  };
  /** Asks for an answer again; where it is the same request under its key, it costs nothing more. */
  const again = async (messageId: string): Promise<void> => {
    const turn = (): string | undefined => retry(controller.turnParts(), controller.session(), messageId);
    const isRepetition =
      store.requests.request(messageId) !== undefined &&
      conversations.message(messageId)?.problem?.mayHaveBeenCharged === true;
    if (!isRepetition) return sending(turn);
    const blocker = controller.sendBlocker('?');
    if (blocker !== undefined) throw new UserError(blocker);
    goTo(turn());
  };
  return {
    ready: () => controller.ready(),
    draft: ({ text }) => {
      store.change(controller.session().id, { draft: text });
      controller.unqueue();
    },
    send: ({ text }) => controller.send(text),
    queue: ({ text }) => controller.queue(text),
    unqueue: () => controller.unqueue(),
    stop: () => {
      const { id } = controller.session();
      if (conversations.stop(id) || !conversations.isBusy(id)) return;
      throw new UserError(l10n.t('This response is in progress in another window. Stop it there.'));
    },
    new: () => controller.newSession(),
    chooseModel: ({ model }) => controller.chooseModel(model),
    setWebSearch: ({ on }) => {
      store.change(controller.session().id, { webSearch: on });
      controller.composerChanged();
    },
    setReasoningEffort: ({ effort }) => {
      store.change(controller.session().id, { reasoningEffort: effort === 'default' ? undefined : effort });
      controller.composerChanged();
    },
    pickImages: () =>
      controller.atComposer(async () => {
        const uris = await askFiles({
          canSelectMany: true,
          title: l10n.t('Add Images'),
          filters: { [l10n.t('Images')]: ['png', 'jpg', 'jpeg', 'webp'] },
        });
        await controller.addUris(uris ?? []);
      }),
    addImage: ({ name, base64 }) =>
      controller.atComposer(async () => {
        const sessionId = controller.session().id;
        store.addImage(sessionId, await addImageBytes(images, name, Buffer.from(base64, 'base64')));
      }),
    addUris: ({ uris, isForeign }) =>
      controller.atComposer(() => controller.addUris(fileUris(uris, isForeign))),
    removeImage: ({ id }) =>
      controller.atComposer(async () => {
        await images.remove(store.removeImage(id));
      }),
    addSelection: () => controller.atComposer(() => controller.addSelection()),
    addFile: () => controller.atComposer(() => pickFiles(controller)),
    removeContext: ({ id }) => controller.atComposer(() => store.removeContext(id)),
    listSessions: ({ query, scope }) => listing.show({ query, scope }),
    moreSessions: () => listing.more(),
    openSession: async ({ id, origin }) => {
      if (origin === 'here' && store.session(id)) controller.show(id);
      if (origin === 'server') goTo((await importServerSession(services, store, id))?.id);
    },
    renameSession: async ({ id, title }) => {
      const name = title.replace(/\s+/g, ' ').trim().slice(0, maximumTitleLength);
      if (name === '') return;
      store.change(id, { title: name });
      controller.titleChanged();
      await listing.refresh();
    },
    // The page has asked for confirmation.
    deleteSession: async ({ id }) => {
      const isShown = controller.session().id === id;
      conversations.abandon(id);
      await images.remove(store.delete(id));
      if (isShown) controller.newSession();
      await listing.refresh();
    },
    exportSession: ({ id }) => controller.exportSession(id),
    editAndResend: ({ messageId, text }) =>
      sending(() => editAndResend(controller.turnParts(), controller.session(), messageId, text), text),
    retry: ({ messageId }) => again(messageId),
    continueAnswer: ({ messageId }) =>
      sending(() => continueAnswer(controller.turnParts(), controller.session(), messageId)),
    branch: ({ messageId }) => {
      goTo(branch(controller.turnParts(), controller.session(), messageId));
      controller.focus();
    },
    readAnswer: async ({ messageId }) => {
      await vscode.commands.executeCommand('rivya.chat.openAnswer', messageId);
    },
    action: async ({ messageId, id }) => {
      const message = conversations.message(messageId);
      if (!message?.problem) return;
      const chosen = problemMessage(message.problem, true).actions.find(each => each.id === id);
      if (!chosen) return;
      if ('action' in chosen) await run(chosen.action);
      else if (chosen.id === 'again') await again(messageId);
      else await sending(() => askAnew(controller.turnParts(), controller.session(), messageId));
    },
    copy: async ({ text }) => {
      await vscode.env.clipboard.writeText(text);
    },
    insertCode: ({ text }) => insertCode(text),
    saveCode: async ({ text, languageId }) => {
      await openAsNewFile(text, languageId);
    },
    generateImage: async ({ messageId, prompt }) => {
      const sessionId = controller.session().id;
      if (conversations.message(messageId)?.sessionId !== sessionId) return;
      const words = prompt.trim();
      if (words === '') throw new UserError(l10n.t("There's no text to generate an image from."));
      const prompts = [{ prompt: words, place: undefined }];
      const tasks = await generate(services, { kind: 'image', prompts });
      try {
        for (const { id: taskId } of tasks) {
          store.addCard(sessionId, { taskId, messageId });
          services.announcer.shownElsewhere(taskId);
        }
      } catch (error) {
        // The job is on its way: nothing that is said may invite to ask for it once more.
        services.log.error(`Chat: no card for ${tasks.map(({ id }) => id).join()}: ${describeError(error)}`);
        throw new UserError(
          l10n.t(
            "The image is being generated, but this chat couldn't save a card for it. The result appears in the Tasks view.",
          ),
          [showTasks()],
        );
      }
      controller.cardsChanged();
    },
    card: async ({ taskId, verb }) => {
      await vscode.commands.executeCommand(`rivya.task.${verb}`, taskId);
    },
    openLink: async ({ href }) => {
      const outcome = await openLink(href);
      const { t } = l10n;
      if (outcome === 'refused')
        throw new UserError(t("For your security, this link wasn't opened: {0}", href.slice(0, 200)));
      if (outcome === 'missing') {
        throw new UserError(t('The workspace has no file "{0}".', href.slice(0, 200)));
      }
    },
    begin: async message => {
      const command = message.with === 'key' ? 'rivya.account.setKey' : 'rivya.sandbox.start';
      await vscode.commands.executeCommand(command);
    },
  };
}

/** Adds files that the user picks. */
export async function pickFiles(controller: ChatController): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uris = await askFiles({
    canSelectMany: true,
    title: l10n.t('Add Files to Chat'),
    ...(folder && { defaultUri: folder }),
  });
  await controller.addUris(uris ?? []);
}

function typeOf(value: unknown): string {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  return JSON.stringify(typeof type === 'string' ? type.slice(0, 40) : typeof value);
}
