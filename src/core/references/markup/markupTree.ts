import { skipScript } from './skipScript.ts';

/** How one of the languages that are written in tags differs from HTML. */
export interface MarkupDialect {
  /** Whether the document is a script in which tags are expressions (JSX), rather than markup. */
  readonly isScript: boolean;
  /** Whether `{…}` between tags and as an attribute is an expression. */
  readonly braces: boolean;
  /** Whether tags may stand in such an expression. */
  readonly tagsInBraces: boolean;
  /** Between these stand comments; a longer opening comes before one that it begins with. */
  readonly comments: readonly (readonly [open: string, close: string])[];
  /** Whether names of elements may begin with a dot or a colon (HEEx). */
  readonly dottedNames: boolean;
  /** Whether `@{…}` is code (Razor). */
  readonly codeAfterAt: boolean;
  /** Between these stands what a template language writes; it is not read. */
  readonly templateDelimiters: readonly (readonly [open: string, close: string])[];
  /** Whether the document may begin with front matter between `---`. */
  readonly frontMatter: boolean;
  /** Whether `/>` closes an element, and the case of names matters. */
  readonly isXml: boolean;
}

/** A part of a document. Offsets in UTF-16. */
export interface MarkupNode {
  readonly kind: 'root' | 'script' | 'element' | 'text' | 'comment' | 'opaque';
  readonly parent: MarkupNode | undefined;
  readonly children: MarkupNode[];
  readonly start: number;
  /** Exclusive. */
  end: number;
  /** Of an element; empty for a fragment. */
  readonly name: string;
  /**
   * Where the content begins and ends: of an element between its tags, of a comment between its delimiters.
   */
  innerStart: number;
  innerEnd: number;
  /** The values of quoted attributes, without their quotes. */
  readonly attributes: readonly MarkupValue[];
  /** The values of attributes without quotes, and what stands between the braces of others. */
  readonly otherAttributes: readonly (MarkupValue & { readonly form: 'bare' | 'braced' })[];
}

interface MarkupValue {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a document as a tree, tolerant of everything that is half written: what is not understood is opaque.
 */
export function parseMarkup(text: string, dialect: MarkupDialect): MarkupNode {
  return new MarkupParser(text, dialect).parse();
}

const voidElements = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);
const rawTextElements = new Set(
  'script style textarea title xmp iframe noembed noframes plaintext'.split(' '),
);

/** The opening tags that end an element implicitly (HTML 13.1.2.4), abridged. */
const endedBy: Readonly<Record<string, RegExp>> = {
  li: /^li$/,
  dt: /^d[td]$/,
  dd: /^d[td]$/,
  option: /^opt(?:ion|group)$/,
  tr: /^(?:tr|tbody|tfoot)$/,
  td: /^(?:t[dhr]|tbody|tfoot)$/,
  th: /^(?:t[dhr]|tbody|tfoot)$/,
  thead: /^(?:tbody|tfoot)$/,
  tbody: /^(?:tbody|tfoot)$/,
  head: /^body$/,
  p: /^(?:address|article|aside|blockquote|details|div|dl|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|main|menu|nav|ol|p|pre|section|table|ul)$/,
};

/** A value without quotes that is longer is none. */
const longestBare = 2_000;

/** Code in a value that is longer is not looked for. */
const longestCode = 300;

/** Deeper nesting is not read, which bounds the recursion. */
const deepest = 60;
/** After so many tags that never end no more are sought. */
const mostUnfinished = 5;
/** After so many tags in a script that were none, `<` compares. */
const mostFailures = 20;
/** What was sought to the end of a text of more characters counts as several of them. */
const longSearch = 20_000;

class MarkupParser {
  readonly #text: string;
  readonly #dialect: MarkupDialect;
  #depth = 0;
  /** Tags in a script that were not closed; after many of them `<` is not read as a tag any more. */
  #failures = 0;
  /** Tags that never ended; after many of them no tag is read any more, for each was sought to the end. */
  #unfinished = 0;
  /** Whether braces were opened that nothing closes up to the end of the text. */
  #isLeftOpen = false;
  /** What ends a text, and where each was found last, looking from where. */
  readonly #delimiters: { readonly text: string; from: number; found: number }[];

  constructor(text: string, dialect: MarkupDialect) {
    this.#text = text;
    this.#dialect = dialect;
    const { braces, templateDelimiters, comments, codeAfterAt } = dialect;
    const opens = [...templateDelimiters, ...comments].map(([open]) => open);
    const delimiters = ['<', ...(braces ? ['{'] : []), ...(codeAfterAt ? ['@'] : []), ...opens];
    // What begins with another is found with it.
    const distinct = delimiters.filter(
      (each, index) =>
        !delimiters.some((other, at) => each.startsWith(other) && (other !== each || at < index)),
    );
    this.#delimiters = distinct.map(text => ({ text, from: 0, found: -1 }));
  }

  parse(): MarkupNode {
    const text = this.#text;
    const { isScript, frontMatter } = this.#dialect;
    const root = node(isScript ? 'script' : 'root', undefined, 0, text.length);
    if (isScript) {
      this.#script(root, 0, undefined);
      return root;
    }
    let start = 0;
    const front = frontMatter ? /^\s*---[^\S\n]*\n[^]*?\n[^\S\n]*---[^\S\n]*(?=\n|$)/.exec(text) : null;
    if (front) {
      start = front[0].length;
      root.children.push(node('opaque', root, text.indexOf('---'), start));
    }
    this.#content(root, start, undefined);
    return root;
  }

  /**
   * Reads what is between tags, from `at`, until `element` is closed or the text ends.
   * @returns the offset after the closing tag, or undefined when there is none
   */
  #content(parent: MarkupNode, at: number, element: MarkupNode | undefined): number | undefined {
    const text = this.#text;
    let current = parent;
    let position = at;
    let depth = 0;
    const leave = (left: MarkupNode, innerEnd: number, end: number): void => {
      for (let open = current; ; open = open.parent, depth--) {
        open.innerEnd = innerEnd;
        open.end = open === left ? end : innerEnd;
        if (open === left || !open.parent) break;
      }
      depth--;
      current = left.parent ?? current;
    };
    while (position < text.length) {
      const special = this.#nextSpecial(position);
      if (special > position) {
        current.children.push(node('text', current, position, special));
        position = special;
        continue;
      }
      const closing =
        text[position + 1] === '/' && /^<\/([^\s>]*)\s*>?/.exec(text.slice(position, position + 200));
      if (closing) {
        const end = position + closing[0].length;
        const name = this.#nameOf(closing[1] ?? '');
        const open = openElement(current, parent, name);
        if (open) {
          leave(open, position, end);
          if (open === element) return end;
        } else if (element && this.#dialect.isXml && this.#isInScript(parent)) {
          return undefined;
        } else {
          current.children.push(node('opaque', current, position, end));
        }
        position = end;
        continue;
      }
      const opaque = this.#opaqueAt(current, position);
      if (opaque) {
        current.children.push(opaque);
        position = opaque.end;
        continue;
      }
      const opened = this.#openTag(current, position);
      if (!opened) {
        // A character that begins nothing.
        current.children.push(node('text', current, position, position + 1));
        position++;
        continue;
      }
      const ended = this.#dialect.isXml ? undefined : endedElement(current, parent, opened.name);
      if (ended) leave(ended, position, position);
      const owned = opened.parent === current ? opened : { ...opened, parent: current };
      current.children.push(owned);
      position = owned.end;
      if (owned.innerEnd === -1 && depth >= mostOpen) {
        // As in browsers, what is nested deeper stands side by side.
        owned.innerEnd = position;
      } else if (owned.innerEnd === -1) {
        depth++;
        current = owned;
      }
    }
    leave(parent, text.length, text.length);
    if (element && text.length - at > longSearch) this.#failures += mostFailures / 3;
    return undefined;
  }

  #isInScript(element: MarkupNode): boolean {
    return element.parent?.kind === 'script' || element.parent?.kind === 'opaque';
  }

  #nameOf(name: string): string {
    return this.#dialect.isXml ? name : name.toLowerCase();
  }

  #nextSpecial(from: number): number {
    let next = this.#text.length;
    for (const delimiter of this.#delimiters) {
      // A delimiter whose next occurrence is known is not searched again; a script that was no element is
      // read again from an earlier offset.
      if (from < delimiter.from || delimiter.found < from) {
        const found = this.#text.indexOf(delimiter.text, from);
        delimiter.from = from;
        delimiter.found = found === -1 ? this.#text.length : found;
      }
      next = Math.min(next, delimiter.found);
    }
    return next;
  }

  #opaqueAt(parent: MarkupNode, at: number): MarkupNode | undefined {
    const text = this.#text;
    const until = (close: string, from: number): number => {
      const found = text.indexOf(close, from);
      return found === -1 ? text.length : found + close.length;
    };
    for (const [open, close] of this.#dialect.comments) {
      if (!text.startsWith(open, at)) continue;
      const end = until(close, at + open.length);
      const comment = node('comment', parent, at, end);
      comment.innerStart = at + open.length;
      comment.innerEnd = Math.max(end - close.length, at + open.length);
      return comment;
    }
    if (text.startsWith('<![CDATA[', at)) return node('opaque', parent, at, until(']]>', at));
    for (const [open, close] of this.#dialect.templateDelimiters) {
      if (text.startsWith(open, at)) return node('opaque', parent, at, until(close, at + open.length));
    }
    const code = this.#dialect.codeAfterAt && /^@(?:code|functions)?\s*\{/.exec(text.slice(at, at + 40));
    if (code) {
      const end = skipScript(text, at + code[0].length, '}', () => undefined);
      return node('opaque', parent, at, end);
    }
    if (/^<[!?]/.test(text.slice(at, at + 2))) return node('opaque', parent, at, until('>', at));
    if (this.#dialect.braces && text[at] === '{') return this.#braces(parent, at);
    return undefined;
  }

  /** An expression in braces; one that is nothing but a comment is a comment. */
  #braces(parent: MarkupNode, at: number): MarkupNode {
    const opaque = node('opaque', parent, at, at + 1);
    // Svelte's blocks begin with a character that a script would misread.
    const begin = /^\{\s*[#/:@](?![/*])/.exec(this.#text.slice(at, at + 20))?.[0].length ?? 1;
    opaque.end = this.#script(opaque, at + begin, '}');
    const inner = this.#text.slice(at + 1, opaque.end - 1);
    const comment = /^(\s*\/\*)(?:(?!\*\/)[^])*\*\/\s*$/.exec(inner) ?? /^(\s*\/\/)[^\n]*\s*$/.exec(inner);
    if (!comment) return opaque;
    const found = node('comment', parent, at, opaque.end);
    found.innerStart = at + 1 + (comment[1]?.length ?? 0);
    const tail = /\s*(?:\*\/\s*)?$/.exec(inner)?.[0].length ?? 0;
    found.innerEnd = Math.max(found.innerStart, opaque.end - 1 - tail);
    return found;
  }

  /** @returns the offset after `close`, or the end of the text */
  #script(parent: MarkupNode, at: number, close: '}' | undefined): number {
    const tags = this.#dialect.isScript || this.#dialect.tagsInBraces;
    const { length } = this.#text;
    const end = skipScript(this.#text, at, close, position => {
      if (!tags || this.#depth >= deepest || this.#failures > mostFailures) return undefined;
      if (/^<\s*(?:const\s+)?[\w$]+\s*(?:,|extends\b)/.test(this.#text.slice(position, position + 200)))
        return undefined;
      this.#depth++;
      const end = this.#elementInScript(parent, position);
      this.#depth--;
      if (end === undefined) this.#failures++;
      // What is not closed within it is not closed around it.
      return end === undefined && close !== undefined && this.#isLeftOpen ? length : end;
    });
    if (close !== undefined && end === length && !this.#text.endsWith(close)) this.#isLeftOpen = true;
    return end;
  }

  #elementInScript(parent: MarkupNode, at: number): number | undefined {
    const element = this.#openTag(parent, at);
    if (!element) return undefined;
    const end = element.innerEnd === -1 ? this.#content(element, element.end, element) : element.end;
    if (end !== undefined) parent.children.push(element);
    return end;
  }

  /**
   * An element up to the end of its opening tag; `innerEnd` is -1 when it goes on. Raw text is read with it.
   */
  #openTag(parent: MarkupNode, at: number): MarkupNode | undefined {
    const text = this.#text;
    if (this.#unfinished > mostUnfinished || !/[\w$>.:]/.test(text.charAt(at + 1))) return undefined;
    const { isScript, isXml, tagsInBraces } = this.#dialect;
    const tag = this.#dialect.dottedNames
      ? /^<([A-Za-z_$.:][^\s/>"'={<]*)/
      : /^<([A-Za-z_$][^\s/>"'={<]*|(?=>))/;
    const begin = tag.exec(text.slice(at, at + 200));
    if (!begin || (begin[1] === '' && !isScript && !tagsInBraces)) return undefined;
    const name = this.#nameOf(begin[1] ?? '');
    let attributes: MarkupValue[] | undefined;
    let otherAttributes: (MarkupValue & { form: 'bare' | 'braced' })[] | undefined;
    const nameBefore = (end: number): string => {
      const before = text.slice(Math.max(at, end - 100), end).trimEnd();
      return before.endsWith('=') ? (/([^\s=/>"'`]+)\s*=$/.exec(before)?.[1] ?? '') : '';
    };
    let position = at + begin[0].length;
    if (isScript && text[position] === '<') position = skipTypeArguments(text, position);
    let isSelfClosing = false;
    for (;;) {
      const character = text[position];
      if (character === undefined) {
        this.#unfinished++;
        return undefined;
      }
      if (character === '>') break;
      if (character === '/' && text[position + 1] === '>') {
        isSelfClosing = true;
        position++;
        break;
      }
      if (isScript && /^\/[/*]/.test(text.slice(position, position + 2))) {
        const end = text[position + 1] === '*' ? text.indexOf('*/', position) : text.indexOf('\n', position);
        if (end === -1) return undefined;
        position = end + (text[position + 1] === '*' ? 2 : 1);
      } else if (character === '{' && this.#dialect.braces) {
        const end = this.#script(node('opaque', parent, position, position), position + 1, '}');
        const attribute = nameBefore(position);
        if (attribute !== '')
          (otherAttributes ??= []).push({
            name: attribute,
            start: position + 1,
            end: end - 1,
            form: 'braced',
          });
        position = end;
      } else if (character === '"' || character === "'" || (character === '`' && tagsInBraces)) {
        const end = this.#quoted(position, character);
        if (end === undefined) {
          this.#unfinished++;
          return undefined;
        }
        (attributes ??= []).push({ name: nameBefore(position), start: position + 1, end: end - 1 });
        position = end;
      } else if (character === '=' && !isScript) {
        const bare = /^=\s*([^\s"'`=<>{}][^\s"'`=<>{}]*)/.exec(text.slice(position, position + longestBare));
        const value = bare?.[1] ?? '';
        const start = position + (bare?.[0].length ?? 1) - value.length;
        // A slash before the end belongs to the tag.
        const isWhole = bare !== null && /[\s>]/.test(text.charAt(start + value.length));
        if (isWhole && !(value.endsWith('/') && text[start + value.length] === '>'))
          (otherAttributes ??= []).push({
            name: nameBefore(position + 1),
            start,
            end: start + value.length,
            form: 'bare',
          });
        position = isWhole ? start + value.length : position + 1;
      } else if (character === '<' && isXml) {
        // The next tag begins: this one was never finished.
        return undefined;
      } else {
        position++;
      }
    }
    position++;
    const element: MarkupNode = {
      ...node('element', parent, at, position),
      name,
      attributes: attributes ?? none,
      otherAttributes: otherAttributes ?? none,
      innerStart: position,
    };
    if (voidElements.has(name) || (isSelfClosing && (isXml || /[-A-Z:]/.test(begin[1] ?? '')))) {
      element.innerEnd = position;
    } else if (rawTextElements.has(name) && !isScript) {
      const close = new RegExp(`</${name}\\s*>`, 'i').exec(text.slice(position));
      element.innerEnd = close ? position + close.index : text.length;
      element.end = close ? element.innerEnd + close[0].length : text.length;
    } else {
      element.innerEnd = -1;
    }
    return element;
  }

  /** The end of a short piece of code of the template language that begins here, if one does. */
  #templateEnd(at: number): number | undefined {
    const text = this.#text.slice(at, at + longestCode);
    const delimiter = this.#dialect.templateDelimiters.find(([open]) => text.startsWith(open));
    const end = delimiter ? text.indexOf(delimiter[1], delimiter[0].length) : -1;
    const isOneLine = end !== -1 && !text.slice(0, end).includes('\n');
    return delimiter && isOneLine ? at + end + delimiter[1].length : undefined;
  }

  /** @returns the offset after the closing quote */
  #quoted(at: number, quote: string): number | undefined {
    for (let position = at + 1; position < this.#text.length; position++) {
      const character = this.#text[position];
      if (character === quote) return position + 1;
      // What a template language writes has quotes of its own.
      if (!this.#dialect.isXml && (character === '{' || character === '<')) {
        const code = this.#templateEnd(position);
        if (code !== undefined && this.#text.slice(position, code).includes(quote)) position = code - 1;
        continue;
      }
      // Svelte evaluates braces in a quoted value, quotes and all.
      if (
        character === '{' &&
        this.#dialect.braces &&
        !this.#dialect.isScript &&
        !this.#dialect.tagsInBraces
      ) {
        position = skipScript(this.#text, position + 1, '}', () => undefined) - 1;
      }
    }
    return undefined;
  }
}

function node(
  kind: MarkupNode['kind'],
  parent: MarkupNode | undefined,
  start: number,
  end: number,
): MarkupNode {
  return {
    kind,
    parent,
    children: [],
    start,
    end,
    name: '',
    innerStart: start,
    innerEnd: end,
    attributes: none,
    otherAttributes: none,
  };
}

/** Most nodes have no attributes, and a text has many nodes. */
const none: readonly never[] = [];

/** More elements are not open at a time, which bounds the time for a text that is no document. */
const mostOpen = 500;

/** The open element that a tag of that name ends. */
function endedElement(current: MarkupNode, within: MarkupNode, name: string): MarkupNode | undefined {
  let open: MarkupNode | undefined = current;
  for (let count = 0; open && open !== within && count < mostOpen; count++, open = open.parent) {
    if (endedBy[open.name]?.test(name)) return open;
    if (/^(?:table|ul|ol|dl|select|body|div)$/.test(open.name)) return undefined;
  }
  return undefined;
}

/** The innermost open element of that name, `within` at most. */
function openElement(current: MarkupNode, within: MarkupNode, name: string): MarkupNode | undefined {
  let open: MarkupNode | undefined = current;
  for (let count = 0; open && count < mostOpen; count++, open = open.parent) {
    if (open.kind === 'element' && open.name === name) return open;
    if (open === within) return undefined;
  }
  return undefined;
}

function skipTypeArguments(text: string, at: number): number {
  let depth = 0;
  for (let position = at; position < text.length; position++) {
    if (text[position] === '<') depth++;
    if (text[position] === '>' && text[position - 1] !== '=' && --depth === 0) return position + 1;
  }
  return text.length;
}
