/** Images and quotations that go with a question, in the composer and in the conversation. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { ChatContextDto, ChatImageDto } from '../../shared/chat.ts';
import { iconButton } from '../common/iconButton.ts';
import { formatNumber, t } from '../common/localization.ts';

type Remove = (id: string) => void;

export function renderImages(
  images: readonly ChatImageDto[],
  onRemove?: Remove,
): TemplateResult | typeof nothing {
  if (images.length === 0) return nothing;
  return html`<ul class="thumbnails" aria-label=${t('Images')}>
    ${images.map(image => html`<li class="thumbnail">${thumbnail(image, onRemove)}</li>`)}
  </ul>`;
}

function thumbnail(image: ChatImageDto, onRemove: Remove | undefined): TemplateResult {
  const { progress } = image;
  const isUploading = onRemove !== undefined && progress !== undefined && progress < 1;
  return html`${
      image.source === undefined
        ? html`<span class="thumbnail-missing"
            ><span class="codicon codicon-file-media" aria-hidden="true"></span>${
              onRemove === undefined ? t('File not found') : nothing
            }</span
          >`
        : html`<img src=${image.source} alt="" width="64" height="64" />`
    }
    <bdi class="thumbnail-name" title=${image.name}>${image.name}</bdi>
    ${
      isUploading
        ? html`<progress max="1" .value=${progress} aria-label=${t('Uploading {0}', image.name)}></progress>`
        : nothing
    }
    ${
      onRemove === undefined
        ? nothing
        : iconButton('close', t('Remove {0}', image.name), () => onRemove(image.id))
    }`;
}

export function renderContexts(
  contexts: readonly ChatContextDto[],
  onRemove?: Remove,
): TemplateResult | typeof nothing {
  if (contexts.length === 0) return nothing;
  return html`<ul class="contexts" aria-label=${t('Context')}>
    ${contexts.map(context => html`<li class="context">${quotation(context, onRemove)}</li>`)}
  </ul>`;
}

function quotation(context: ChatContextDto, onRemove: Remove | undefined): TemplateResult {
  return html`<details>
      <summary>
        <span class="codicon codicon-code" aria-hidden="true"></span>
        <bdi class="context-label" title=${context.label}>${context.label}</bdi>
        <span class="count">${t('{0} characters', formatNumber(context.text.length))}</span>
      </summary>
      <pre tabindex="0" role="group" aria-label=${context.label} dir="ltr"><code>${context.text}</code></pre>
    </details>
    ${
      onRemove === undefined
        ? nothing
        : iconButton('close', t('Remove {0}', context.label), () => onRemove(context.id))
    }`;
}
