/** What an empty session shows: how to begin. */
import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { ChatState } from '../../shared/chat.ts';
import { post } from './common/host.ts';
import { t } from '../common/localization.ts';

/** `onSuggestion` gets the text to begin a question with. */
export function renderWelcome(chat: ChatState, onSuggestion: (text: string) => void): TemplateResult {
  return html`<div class="welcome">
    <span class="codicon codicon-comment-discussion welcome-icon" aria-hidden="true"></span>
    <h2>${t('Ask Rivya')}</h2>
    ${chat.account === 'none' ? renderBeginning() : renderSuggestions(onSuggestion)}
  </div>`;
}

function renderBeginning(): TemplateResult {
  return html`<p>${t('Without a key, a sandbox on this computer responds: no network, no cost.')}</p>
    <div class="welcome-actions">
      <vscode-button @click=${() => post({ type: 'begin', with: 'sandbox' })}
        >${t('Try Without a Key')}</vscode-button
      >
      <vscode-button secondary @click=${() => post({ type: 'begin', with: 'key' })}
        >${t('I Have a Key')}</vscode-button
      >
    </div>`;
}

function renderSuggestions(onSuggestion: (text: string) => void): TemplateResult {
  const suggestions = [
    t('Explain the selected code.'),
    t('Write a prompt for an image of a quiet harbor at dawn.'),
    t('Suggest a better title and a summary for this text.'),
  ];
  return html`<ul class="suggestions" aria-label=${t('Suggestions')}>
    ${suggestions.map(
      text =>
        html`<li>
          <button type="button" class="suggestion" dir="auto" @click=${() => onSuggestion(text)}>
            ${text}
          </button>
        </li>`,
    )}
  </ul>`;
}
