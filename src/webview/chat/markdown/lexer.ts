/**
 * Markdown to tokens, for hostile text: whatever it is, the work is bounded. Math is kept as it stands, and
 * raw HTML stays text.
 */
import { Lexer, Marked, Tokenizer } from 'marked';
import type { MarkedOptions, Token, TokenizerExtension, Tokens, TokensList } from 'marked';

export type Links = TokensList['links'];

/** Quotations and lists within each other; deeper ones are shown as text. */
const maximumBlockDepth = 12;
/** Emphasis and links within each other. */
const maximumInlineDepth = 12;
/** Characters of one paragraph or cell; longer ones are shown without emphasis and links. */
const maximumInlineLength = 16_000;
/** Each row of a table gets as many cells as its head has, so few characters could make millions of cells. */
const maximumColumns = 64;

/** Characters of plain text that are read at once; the next ones are added to it. */
const maximumRun = 2_000;
/** What a link without brackets can begin with. */
const bareAddress = /^(?:https?:|ftp:|www\.|mailto:|xmpp:|[\w.+-]{1,254}@)/i;

class BoundedLexer extends Lexer {
  #blockDepth = 0;
  #inlineDepth = 0;

  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(src: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(src: string, tokens: Token[] = this.tokens, lastParagraphClipped?: boolean): Token[] {
    if (this.#blockDepth >= maximumBlockDepth) return pushed(tokens, asParagraph(src));
    this.#blockDepth++;
    try {
      return super.blockTokens(src, tokens, lastParagraphClipped);
    } finally {
      this.#blockDepth--;
    }
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (this.#inlineDepth >= maximumInlineDepth || src.length > maximumInlineLength) {
      return pushed(tokens, asText(src));
    }
    this.#inlineDepth++;
    try {
      return super.inlineTokens(src, tokens);
    } finally {
      this.#inlineDepth--;
    }
  }
}

class BoundedTokenizer extends Tokenizer {
  override table(src: string): Tokens.Table | undefined {
    const end = src.indexOf('\n');
    const columns = src.slice(0, end === -1 ? src.length : end).split('|').length;
    return columns > maximumColumns ? undefined : super.table(src);
  }

  // Both look for the `@` of an address from wherever they are asked, were it at the end of a book.
  override url(src: string): Tokens.Link | undefined {
    return bareAddress.test(src) ? super.url(src) : undefined;
  }

  override inlineText(src: string): Tokens.Text | undefined {
    return super.inlineText(src.slice(0, maximumRun));
  }
}

function pushed(tokens: Token[], token: Token): Token[] {
  tokens.push(token);
  return tokens;
}

function asText(text: string): Tokens.Text {
  return { type: 'text', raw: text, text, escaped: false };
}

function asParagraph(text: string): Tokens.Paragraph {
  return { type: 'paragraph', raw: text, text, tokens: [asText(text)] };
}

/** A formula: `$$…$$`, `\[…\]`, `\(…\)`, and `$…$` where it cannot be an amount of money. */
const math: readonly TokenizerExtension[] = [
  {
    name: 'math',
    level: 'inline',
    start: source => /\$|\\[([]/.exec(source.slice(0, maximumRun))?.index,
    tokenizer: source =>
      found(
        'math',
        /^(?:\$\$[^$]{1,4000}\$\$|\\\[[^]{1,4000}?\\\]|\\\([^]{1,4000}?\\\)|\$(?=[^\s$])[^$\n`]{0,400}[^\s$`\\]\$(?![\d$]))/.exec(
          source,
        ),
      ),
  },
];

function found(type: string, match: RegExpExecArray | null): Tokens.Generic | undefined {
  return match === null ? undefined : { type, raw: match[0], text: match[0].trim() };
}

const options: MarkedOptions = new Marked({ gfm: true, extensions: [...math] }).defaults;

/**
 * The blocks of a Markdown text; the `raw` of the blocks makes up the text again. `links` are the definitions
 * that were made before it; those that it makes are added. The text has only `\n` as line ends.
 */
export function lexMarkdown(text: string, links: Links): Token[] {
  const lexer = new BoundedLexer({ ...options, tokenizer: new BoundedTokenizer(options) });
  lexer.tokens.links = links;
  return [...lexer.lex(text)];
}

/** An empty table of definitions. Without a prototype, because their names come from the text. */
export function noLinks(links: Links = {}): Links {
  return Object.assign(Object.create(null) as Links, links);
}
