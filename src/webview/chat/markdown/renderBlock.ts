/**
 * Markdown tokens as Lit templates. Everything from the text goes into text nodes, properties or checked
 * attributes; nothing is parsed as HTML.
 */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { MarkedToken, Token, Tokens } from 'marked';
import { post } from '../common/host.ts';
import { t } from '../../common/localization.ts';
import './chatCode.ts';
import './chatMath.ts';
import { watchScrolling } from '../common/tabOrder.ts';
import { disguisedHost, pathInCode, safeLink, workspacePath } from './safeLink.ts';

/** In characters; as long as the lexer takes one. */
const longestFormula = 4_000;

type Rendered = TemplateResult | string | typeof nothing;

/** One block. `isOpen`: more of it may come. */
export function renderBlock(block: Token, isOpen: boolean): Rendered {
  const token = block as MarkedToken;
  switch (token.type) {
    case 'space':
    case 'def':
      return nothing;
    case 'heading':
      return heading(token);
    case 'paragraph':
      return html`<p dir="auto">${inline(token.tokens)}</p>`;
    case 'text':
      return html`${token.tokens === undefined ? token.text : inline(token.tokens)}`;
    case 'code':
      // As GitHub has it.
      if (token.lang === 'math' && !isOpen && token.text.length <= longestFormula)
        return html`<chat-math .source=${`$$${token.text}$$`}></chat-math>`;
      return html`<chat-code
        .code=${token.text}
        .language=${token.lang ?? ''}
        .isOpen=${isOpen}
      ></chat-code>`;
    case 'blockquote':
      return html`<blockquote dir="auto">${blocks(token.tokens, isOpen)}</blockquote>`;
    case 'list':
      return list(token, isOpen);
    case 'table':
      return table(token);
    case 'hr':
      return html`<hr />`;
    case 'checkbox':
      return renderInline(token);
    default:
      return html`<p dir="auto" class="verbatim">${block.raw.trimEnd()}</p>`;
  }
}

function blocks(tokens: readonly Token[], isOpen: boolean): Rendered[] {
  return tokens.map((token, index) => renderBlock(token, isOpen && index === tokens.length - 1));
}

/** The headings of an answer stand below those of the page and of its turns. */
function heading(token: Tokens.Heading): TemplateResult {
  const level = Math.min(token.depth + 2, 6);
  return html`<div class="heading heading-${token.depth}" role="heading" aria-level=${level} dir="auto">
    ${inline(token.tokens)}
  </div>`;
}

function list(token: Tokens.List, isOpen: boolean): TemplateResult {
  const items = token.items.map((item, index) => {
    const content = blocks(item.tokens, isOpen && index === token.items.length - 1);
    return item.task
      ? html`<li dir="auto" class="task">${content}</li>`
      : html`<li dir="auto">${content}</li>`;
  });
  return token.ordered
    ? html`<ol start=${Number(token.start) || (token.start === 0 ? 0 : 1)}>
        ${items}
      </ol>`
    : html`<ul>
        ${items}
      </ul>`;
}

function table({ header, rows }: Tokens.Table): TemplateResult {
  const cell = (content: Tokens.TableCell): TemplateResult => {
    const name = content.align === null ? '' : `align-${content.align}`;
    return content.header
      ? html`<th class=${name} scope="col" dir="auto">${inline(content.tokens)}</th>`
      : html`<td class=${name} dir="auto">${inline(content.tokens)}</td>`;
  };
  return html`<div
    class="table"
    role="group"
    data-scrolls="no"
    tabindex="-1"
    aria-label=${t('Table')}
    ${ref(watchTable)}
  >
    <table>
      <thead>
        <tr>
          ${header.map(cell)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          row =>
            html`<tr>
              ${row.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function watchTable(table: Element | undefined): void {
  if (table !== undefined) watchScrolling(table);
}

function inline(tokens: readonly Token[]): Rendered[] {
  return tokens.map(renderInline);
}

function renderInline(source: Token): Rendered {
  const token = source as MarkedToken;
  switch (token.type) {
    case 'strong':
      return html`<strong>${inline(token.tokens)}</strong>`;
    case 'em':
      return html`<em>${inline(token.tokens)}</em>`;
    case 'del':
      return html`<del>${inline(token.tokens)}</del>`;
    case 'codespan': {
      const path = pathInCode(token.text);
      const code = html`<code>${token.text}</code>`;
      return path === undefined ? code : opener(code, path);
    }
    case 'br':
      return html`<br />`;
    case 'checkbox':
      return html`<input
        type="checkbox"
        disabled
        .checked=${token.checked}
        aria-label=${token.checked ? t({ message: 'Done', comment: 'Item of a task list' }) : t({ message: 'Not done', comment: 'Item of a task list' })}
      />`;
    case 'link':
      return link(inline(token.tokens), token.text, token.href);
    case 'image':
      return image(token);
    case 'text':
      return token.tokens === undefined ? token.text : html`${inline(token.tokens)}`;
    case 'escape':
      return token.text;
    case 'html':
      // Tables have no other way to break a line, so models write this tag into their cells.
      return /^<br\s*\/?>$/i.test(token.raw) ? html`<br />` : token.raw;
    default:
      return source.type === 'math' ? html`<chat-math .source=${source.raw.trim()}></chat-math>` : source.raw;
  }
}

function link(content: readonly Rendered[], text: string, address: string): Rendered {
  const url = safeLink(address);
  if (url === undefined) {
    const path = workspacePath(address);
    return path === undefined ? html`${content}` : opener(html`${content}`, path);
  }
  const disguised = disguisedHost(text, url);
  return opener(html`${content}${disguised === undefined ? nothing : ` (${disguised})`}`, url.href);
}

function image(token: Tokens.Image): Rendered {
  const url = safeLink(token.href);
  const name =
    token.text === ''
      ? t({ message: 'Image', comment: 'Stands for a picture without a description' })
      : token.text;
  return url === undefined
    ? html`<span class="image-text">${name}</span>`
    : opener(html`<span class="codicon codicon-file-media" aria-hidden="true"></span> ${name}`, url.href);
}

/**
 * Opens an address, or a file of the workspace, through the host. It has no `href`: nothing but the host can
 * follow it, and VS Code does not open it a second time.
 */
function opener(content: TemplateResult, href: string): TemplateResult {
  const open = (): void => post({ type: 'openLink', href });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') open();
  };
  return html`<a role="link" tabindex="-1" title=${href} @click=${open} @keydown=${onKeyDown}>${content}</a>`;
}
