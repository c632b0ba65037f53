/** A job that was started from a message: its state, and its picture once there is one. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { ChatCard } from '../../shared/chat.ts';
import { iconButton } from './buttons.ts';
import { post } from './host.ts';
import { formatNumber, t } from './strings.ts';

const icons: Readonly<Record<ChatCard['kind'], string>> = {
  image: 'file-media',
  video: 'device-camera-video',
  audio: 'unmute',
};

export function renderCard(card: ChatCard): TemplateResult {
  const isRunning = !['stored', 'placed', 'failed', 'untracked'].includes(card.state);
  const act = (verb: 'insert' | 'open' | 'reveal') => () => post({ type: 'card', taskId: card.taskId, verb });
  const isThere = card.source !== undefined;
  return html`<div
    class="card"
    role="group"
    data-testid="chat-card"
    data-state=${card.state}
    aria-label=${t('Generation')}
  >
    ${isThere ? renderResult(card) : nothing}
    <div class="card-text">
      <span class="codicon codicon-${icons[card.kind]}" aria-hidden="true"></span>
      <bdi class="card-prompt" dir="auto">${card.prompt}</bdi>
    </div>
    <div class="card-bar">
      ${isRunning ? html`<span class="codicon codicon-loading codicon-modifier-spin" aria-hidden="true"></span>` : nothing}
      <span>${card.stateText}</span>
      ${card.credits === undefined ? nothing : html`<span>${t('Credits: {0}', formatNumber(card.credits))}</span>`}
      <span class="card-actions">
        ${card.canInsert ? iconButton('insert', t('Insert into the document'), act('insert')) : nothing}
        ${isThere ? iconButton('go-to-file', t('Open'), act('open')) : nothing}
        ${isThere ? iconButton('folder-opened', t('Show in folder'), act('reveal')) : nothing}
      </span>
    </div>
  </div>`;
}

function renderResult({ kind, source = '', prompt, width, height }: ChatCard): TemplateResult {
  switch (kind) {
    case 'image':
      // With its size known beforehand the picture takes its room before it is loaded.
      return html`<img
        class="card-picture"
        src=${source}
        alt=${prompt}
        width=${width ?? nothing}
        height=${height ?? nothing}
      />`;
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
