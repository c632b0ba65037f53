import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { chatCapabilities } from '../../core/chat/chatModels.ts';
import type { ConversationEvent } from '../../core/chat/conversations.ts';
import { exportMarkdown } from '../../core/chat/exportMarkdown.ts';
import { Outbox } from '../../core/chat/outbox.ts';
import type { ChatSessionRecord, Composer } from '../../core/chat/records.ts';
import { modelName } from '../../core/models/usableModels.ts';
import type { ChatHostMessage } from '../../shared/chat.ts';
import { setContext } from '../manifest/contextKeys.ts';
import { defaultModelOf, rememberModel, setting } from '../manifest/settings.ts';
import { UserError } from '../messages/errors.ts';
import { messageOf } from '../messages/messageOf.ts';
import { ChatDrawing } from './chatDrawing.ts';
import { ServerStatus, type ServerStatusChange } from './serverStatus.ts';
import type { ChatParts, ChatPort } from './chatParts.ts';
import { exportLabels } from './chatText.ts';
import { openAsNewFile } from './insertCode.ts';
import { addUri, selectionContext } from './composerInput.ts';
import { passChatGate } from './chatGate.ts';
import { sendBlocker } from './sendBlocker.ts';
import { ShownSession } from './shownSession.ts';
import { isStreamed, type TurnParts } from './turns.ts';
import { l10n } from '../text/l10n.ts';

/** How often changes of other windows are looked for while the view is visible, in milliseconds. */
const externalCheckIntervalMs = 1_000;

/**
 * The one conversation that is shown in this window: tells the page what changes, and does what its user asks
 * for.
 */
export class ChatController implements Disposable {
  readonly parts: ChatParts;
  readonly #serverStatus: ServerStatus;
  readonly #drawing: ChatDrawing;
  readonly #outbox: Outbox;
  readonly #shown: ShownSession;
  readonly #disposables = new DisposableStore();
  #port: ChatPort | undefined;
  /** What is wrong at the composer, in words. */
  #problem: string | undefined;
  /** The session whose draft is sent when its answer is complete. */
  #queued: string | undefined;
  #wantsFocus = false;
  #externalCheck: NodeJS.Timeout | undefined;

  constructor(parts: ChatParts) {
    this.parts = parts;
    const { services, store, conversations } = parts;
    this.#shown = new ShownSession(parts);
    this.#serverStatus = this.#disposables.add(new ServerStatus(services));
    this.#drawing = new ChatDrawing(parts, this.#serverStatus, path => this.#port?.asWebviewUri(path) ?? '');
    this.#outbox = this.#disposables.add(new Outbox(message => this.#port?.post(message), systemClock));
    this.#disposables.add(this.#serverStatus.onDidChange(change => this.#serverChanged(change)));
    this.#disposables.add(conversations.onDidChange(event => this.#onConversationEvent(event)));
    this.#disposables.add(store.onDidChangeElsewhere(() => this.#changedElsewhere()));
    this.#disposables.add(services.ledger.onDidChange(() => this.cardsChanged()));
    this.#disposables.add(
      services.balance.onDidChange(() => this.#state({ balance: this.#drawing.balance() })),
    );
    this.#disposables.add(
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('rivya.defaultModel.chat')) this.#drawModels();
        if (event.affectsConfiguration('rivya.chat.readAnswers'))
          this.#state({ readsAnswers: setting('chat.readAnswers') });
      }),
    );
    this.#serverStatus.refresh();
  }

  dispose(): void {
    this.detach();
    this.#disposables.dispose();
  }

  // --- The page.

  attach(port: ChatPort): void {
    this.hide();
    this.#port = port;
  }

  /** The view is hidden; requests go on. */
  hide(): void {
    this.#outbox.close();
    this.#serverStatus.setVisible(false);
    clearInterval(this.#externalCheck);
    this.#externalCheck = undefined;
  }

  /** The page is gone; a view that was moved may have another one already. */
  detach(port: ChatPort | undefined = this.#port): void {
    if (port !== this.#port) return;
    this.hide();
    this.#port = undefined;
  }

  /** The page is there, and knows nothing yet. */
  ready(): void {
    if (!this.#port) return;
    this.#externalCheck ??= setInterval(() => this.#checkForExternalChanges(), externalCheckIntervalMs);
    this.#outbox.snapshot(this.#drawing.state(this.session(), this.#problem, this.#isQueued));
    this.#serverStatus.setVisible(true);
    if (this.#wantsFocus) this.focus();
  }

  /** Puts the keyboard into the composer, now or once the page is there. */
  focus(): void {
    this.#wantsFocus = !this.#outbox.isOpen;
    if (this.#wantsFocus) return;
    // Once more for a page that has just come: VS Code gives the keyboard to what is there when it is asked.
    this.#port?.reveal();
    this.#outbox.change({ type: 'focus' });
  }

  /** Tells the page something that is no part of its state. */
  say(change: Parameters<Outbox['change']>[0]): void {
    this.#outbox.change(change);
  }

  // --- The session.

  /** The session that is shown; there always is one. */
  session(): ChatSessionRecord {
    return this.#shown.get();
  }

  show(sessionId: string): void {
    this.#shown.set(sessionId);
    this.#problem = undefined;
    this.#drawAll();
  }

  /**
   * One in which nothing was said and nothing is prepared is new already, and stays: what is just being
   * written into it may not have come here yet.
   * @param model its id, else that of the session that is shown, else the default
   */
  newSession(model?: string): void {
    const { store } = this.parts;
    const shown = this.session();
    if (shown.note === undefined && store.isEmpty(shown.id)) {
      store.change(shown.id, {
        ...(model !== undefined && { model }),
        webSearch: false,
        reasoningEffort: undefined,
      });
      this.show(shown.id);
    } else this.show(this.#shown.create(model ?? shown.model, undefined).id);
  }

  /** In a session that has begun, another model begins another session, with what the composer holds. */
  async chooseModel(id: string): Promise<void> {
    const { store, conversations } = this.parts;
    const session = this.session();
    if (session.model === id) return;
    if (session.model !== undefined && conversations.messages(session.id).length > 0) {
      const before = this.#serverStatus.model(session.model);
      const from = before ? modelName(before) : session.model;
      const next = this.#shown.create(id, { kind: 'modelChanged', from });
      store.moveComposer(session.id, next.id);
      this.show(next.id);
    } else {
      store.change(session.id, { model: id });
    }
    const model = this.#serverStatus.model(id);
    if (model) {
      const can = chatCapabilities(model);
      const { webSearch, reasoningEffort } = this.session();
      store.change(this.session().id, {
        webSearch: webSearch && can.webSearch,
        reasoningEffort:
          reasoningEffort !== undefined && can.reasoningEfforts.includes(reasoningEffort)
            ? reasoningEffort
            : undefined,
      });
    }
    this.composerChanged();
    this.titleChanged();
    if (defaultModelOf('chat') === '') await rememberModel('chat', id);
  }

  /** What turns need to know. */
  turnParts(): TurnParts {
    const { store, conversations } = this.parts;
    return {
      store,
      conversations,
      limit: this.#serverStatus.model(this.session().model)?.max_prompt_length ?? undefined,
    };
  }

  /** Sends the question, or says at the composer why not; the draft stays then. */
  async send(text: string): Promise<void> {
    const { store, conversations } = this.parts;
    const session = this.session();
    const composer = store.composer(session.id);
    // Rivya wants a message also when an image says it all; it is shown as it is sent.
    const question =
      text.trim() === '' && composer.images.length > 0 ? l10n.t('Look at the image.') : text.trim();
    let blocker = this.sendBlocker(question, composer);
    let mayBeSent = blocker === undefined;
    if (mayBeSent) {
      try {
        await this.passGate();
      } catch (error) {
        mayBeSent = false;
        blocker = messageOf(error)?.text;
        if (!(error instanceof UserError)) this.parts.services.log.info(`Chat: ${describeError(error)}`);
      }
    }
    const isSent = mayBeSent && conversations.send(session.id, { text: question, streamed: isStreamed() });
    // Another window may have asked in this very moment, which is a reason then.
    this.#problem = isSent
      ? undefined
      : (blocker ?? (mayBeSent ? this.sendBlocker(question, composer) : undefined));
    if (!isSent) {
      store.change(session.id, { draft: text });
      this.#state({ draft: text });
      this.composerChanged();
      return;
    }
    this.#setBusy();
    this.#state({ draft: '', history: this.#drawing.history() });
    this.composerChanged();
    this.titleChanged();
  }

  /** Sends the question when the answer that is being written is complete; until then it can be changed. */
  async queue(text: string): Promise<void> {
    const { id } = this.session();
    if (!this.parts.conversations.isBusy(id)) return this.send(text);
    this.parts.store.change(id, { draft: text });
    this.#queued = id;
    this.composerChanged();
  }

  /** The question stays in the composer. */
  unqueue(): void {
    if (this.#queued === undefined) return;
    this.#queued = undefined;
    this.composerChanged();
  }

  get #isQueued(): boolean {
    return this.#queued !== undefined && this.#queued === this.#shown.id;
  }

  /** Only after a whole answer, and before the eyes of the person, who pays for the next one. */
  #sendQueued({ sessionId, answerId, problem }: Extract<ConversationEvent, { type: 'ended' }>): void {
    if (sessionId !== this.#queued) return;
    const isComplete = !problem && this.parts.conversations.message(answerId)?.state === 'complete';
    if (!isComplete || !this.#isQueued) {
      this.unqueue();
      return;
    }
    this.#queued = undefined;
    this.send(this.session().draft).catch((error: unknown) =>
      this.parts.services.log.error(`Chat: ${describeError(error)}`),
    );
  }

  /** Why a question cannot be sent in the session that is shown; undefined when it can. */
  sendBlocker(text: string, composer: Composer = { images: [], contexts: [] }): string | undefined {
    return sendBlocker(this.parts, this.#serverStatus, this.session(), text, composer);
  }

  /** Takes what is about to be asked in the session that is shown through the gate; see `passChatGate`. */
  async passGate(): Promise<void> {
    await passChatGate(this.parts, this.session(), this.#serverStatus.models);
  }

  // --- The composer.

  /** Does something with the composer; what goes wrong is said there. */
  async atComposer(work: () => void | Promise<void>): Promise<void> {
    this.#problem = undefined;
    try {
      await work();
    } catch (error) {
      const message = messageOf(error);
      if (!(error instanceof UserError)) this.parts.services.log.error(`Chat: ${describeError(error)}`);
      this.#problem = message?.text;
    }
    this.composerChanged();
  }

  async addUris(uris: readonly vscode.Uri[]): Promise<void> {
    const { store, images } = this.parts;
    const sessionId = this.session().id;
    for (const uri of uris) {
      const added = await addUri(images, uri);
      if (added.kind === 'image') store.addImage(sessionId, added.image);
      else store.addContext(sessionId, added.context);
    }
  }

  addSelection(): void {
    this.parts.store.addContext(this.session().id, selectionContext());
  }

  composerChanged(): void {
    this.#state({ composer: this.#drawing.composer(this.session(), this.#problem, this.#isQueued) });
  }

  titleChanged(): void {
    this.#state({ session: this.#drawing.head(this.session()) });
  }

  /** After a card was added, or a job went on. */
  cardsChanged(): void {
    if (!this.#outbox.isOpen || this.#shown.id === undefined) return;
    for (const card of this.#drawing.changedCards(this.#shown.id))
      this.#outbox.change({ type: 'card', card });
  }

  /** Opens a session as a Markdown document that can be saved anywhere. */
  async exportSession(sessionId: string): Promise<void> {
    const { store, conversations } = this.parts;
    const session = store.session(sessionId);
    const messages = conversations.messages(sessionId);
    if (!session || messages.length === 0) {
      throw new UserError(l10n.t('This chat is empty.'));
    }
    await openAsNewFile(exportMarkdown(session, messages, exportLabels()), 'markdown');
  }

  // --- Events.

  #onConversationEvent(event: ConversationEvent): void {
    if (event.type === 'ended') this.#ended(event);
    if (event.type === 'withdrawn' && event.sessionId === this.#queued) this.unqueue();
    if (event.sessionId !== this.#shown.id) return;
    switch (event.type) {
      case 'delta':
        this.#outbox.append(event.messageId, event.field, event.at, event.text);
        break;
      case 'message':
        this.#outbox.change({ type: 'message', message: this.#drawing.message(event.message) });
        break;
      case 'upload': {
        const message = this.parts.conversations.message(event.messageId);
        if (!message || !this.#drawing.uploaded(event.image.id, event.progress)) return;
        this.#outbox.change({ type: 'message', message: this.#drawing.message(message) });
        break;
      }
      case 'ended':
        this.titleChanged();
        this.#sendQueued(event);
        break;
      case 'withdrawn':
        this.#problem = messageOf(event.problem)?.text;
        this.#serverStatus.setOffline(true);
        this.#drawAll();
        this.#state({ draft: this.session().draft });
        break;
    }
  }

  #ended({ origin, credits, problem }: Extract<ConversationEvent, { type: 'ended' }>): void {
    const { balance } = this.parts.services;
    const known = balance.state(origin).credits;
    if (credits !== undefined && known !== undefined) balance.learn(origin, known - credits);
    else void balance.refresh(origin);
    if (!problem) this.#serverStatus.setOffline(false);
    this.#state({ spentToday: this.#drawing.spentToday() });
    this.#setBusy();
  }

  #serverChanged(change: ServerStatusChange): void {
    if (change === 'offline') this.#state({ offline: this.#serverStatus.isOffline });
    else if (change === 'models') this.#drawModels();
    else if (change === 'account') this.#drawAll();
    else {
      this.#shown.serverChanged();
      this.parts.conversations.resume();
      this.#setBusy();
    }
  }

  #changedElsewhere(): void {
    const { services, store, conversations } = this.parts;
    conversations.resume();
    this.#setBusy();
    if (!this.#outbox.isOpen || this.#shown.id === undefined) return;
    const changed = store.session(this.#shown.id) && this.#drawing.changedMessages(this.#shown.id);
    if (!changed) {
      this.#drawAll();
      return;
    }
    for (const message of changed) {
      this.#outbox.change({ type: 'message', message: this.#drawing.message(message) });
    }
    this.titleChanged();
    this.composerChanged();
    this.cardsChanged();
    this.#state({ history: this.#drawing.history() });
    // An answer that another window has paid for.
    if (changed.some(message => message.credits !== undefined)) {
      void services.balance.refresh(this.session().origin);
      this.#state({ spentToday: this.#drawing.spentToday() });
    }
  }

  #checkForExternalChanges(): void {
    try {
      this.parts.store.checkForExternalChanges();
    } catch (error) {
      this.parts.services.log.warn(`The chats could not be checked for changes: ${describeError(error)}`);
    }
  }

  #setBusy(): void {
    const isBusy = this.parts.store.requests.count() > 0;
    setContext('rivya.chatBusy', isBusy);
  }

  #drawAll(): void {
    if (!this.#outbox.isOpen) return;
    this.#outbox.snapshot(this.#drawing.state(this.session(), this.#problem, this.#isQueued));
  }

  #drawModels(): void {
    this.#state({ models: this.#drawing.models() });
    this.titleChanged();
  }

  #state(state: Extract<ChatHostMessage, { type: 'state' }>['state']): void {
    this.#outbox.change({ type: 'state', state });
  }
}
