/** A job that was started from a message: its state, and its picture once there is one. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { ChatCardDto } from '../../shared/chat.ts';
import { iconButton } from '../common/iconButton.ts';
import { post } from './common/host.ts';
import { creditsWords } from './creditsWords.ts';
import { t } from '../common/localization.ts';

const icons: Readonly<Record<ChatCardDto['kind'], string>> = {
  image: 'file-media',
  video: 'device-camera-video',
  audio: 'unmute',
};

export function renderCard(card: ChatCardDto): TemplateResult {
  const isRunning = !['stored', 'placed', 'failed', 'untracked'].includes(card.state);
  const act = (verb: 'insert' | 'open' | 'reveal') => () => post({ type: 'card', taskId: card.taskId, verb });
  const isThere = card.source !== undefined;
  return html`<div
    class="card"
    role="group"
    data-testid="chat-card"
    data-state=${card.state}
    aria-label=${nameOf(card)}
  >
    ${isThere ? renderResult(card, act('open')) : nothing}
    <div class="card-text">
      <span class="codicon codicon-${icons[card.kind]}" aria-hidden="true"></span>
      <bdi class="card-prompt" dir="auto">${card.prompt}</bdi>
    </div>
    <div class="card-bar">
      ${isRunning ? html`<span class="codicon codicon-loading codicon-modifier-spin" aria-hidden="true"></span>` : nothing}
      <span>${card.stateText}</span>
      ${card.credits === undefined ? nothing : html`<span>${creditsWords(card.credits)}</span>`}
      <span class="card-actions">
        ${card.canInsert ? iconButton('insert', t('Insert into Document'), act('insert')) : nothing}
        ${isThere ? iconButton('go-to-file', t({ message: 'Open', comment: 'Button: opens the generated file' }), act('open')) : nothing}
        ${isThere ? iconButton('folder-opened', t('Reveal in Library Folder'), act('reveal')) : nothing}
      </span>
    </div>
  </div>`;
}

/** Kind and prompt, for people who listen. */
export function nameOf({ kind, prompt }: ChatCardDto): string {
  return { image: t('Image: {0}', prompt), video: t('Video: {0}', prompt), audio: t('Audio: {0}', prompt) }[
    kind
  ];
}

function renderResult(
  { kind, source = '', prompt, width, height }: ChatCardDto,
  open: () => void,
): TemplateResult {
  switch (kind) {
    case 'image':
      // With its size known beforehand the picture takes its room before it is loaded; its words stand below.
      return html`<button type="button" class="card-open" aria-label=${t('Open Image')} @click=${open}>
        <img
          class="card-picture"
          src=${source}
          alt=""
          width=${width ?? nothing}
          height=${height ?? nothing}
        />
      </button>`;
    case 'video':
      return html`<video
        class="card-picture"
        src=${source}
        controls
        preload="metadata"
        aria-label=${prompt}
      ></video>`;
    case 'audio':
      return html`<audio
        class="card-sound"
        src=${source}
        controls
        preload="metadata"
        aria-label=${prompt}
      ></audio>`;
  }
}
