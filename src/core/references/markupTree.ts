import { skipScript } from './script.ts';

/** How one of the languages that are written in tags differs from HTML. */
export interface MarkupDialect {
  /** Whether the document is a script in which tags are expressions (JSX), rather than markup. */
  readonly isScript: boolean;
  /** Whether `{…}` between tags and as an attribute is an expression. */
  readonly braces: boolean;
  /** Whether tags may stand in such an expression. */
  readonly tagsInBraces: boolean;
  /** What template languages write between tags, opaque to us. */
  readonly islands: readonly (readonly [open: string, close: string])[];
  /** Whether the document may begin with front matter between `---`. */
  readonly frontMatter: boolean;
  /** Whether `/>` closes an element, and the case of names matters. */
  readonly isXml: boolean;
}

/** A part of a document. Offsets in UTF-16. */
export interface MarkupNode {
  readonly kind: 'root' | 'script' | 'element' | 'text' | 'comment' | 'island';
  readonly parent: MarkupNode | undefined;
  readonly children: MarkupNode[];
  readonly start: number;
  /** Exclusive. */
  end: number;
  /** Of an element; empty for a fragment. */
  readonly name: string;
  /** Where the content begins and ends: of an element between its tags, of a comment between its marks. */
  innerStart: number;
  innerEnd: number;
  /** The values of quoted attributes, without their quotes. */
  readonly attributes: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

/** Reads a document as a tree, tolerant of everything that is half written: what is not understood is an island. */
export function parseMarkup(text: string, dialect: MarkupDialect): MarkupNode {
  return new MarkupParser(text, dialect).parse();
}

const voidElements = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);
const rawTextElements = new Set(
  'script style textarea title xmp iframe noembed noframes plaintext'.split(' '),
);

/** What an opening tag ends without saying so (HTML 13.1.2.4), in short. */
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

/** Deeper nesting is not looked into; nobody writes it. */
const deepest = 60;

class MarkupParser {
  readonly #text: string;
  readonly #dialect: MarkupDialect;
  #depth = 0;
  /** Tags in a script that were not closed; a document with many of them is not what it seems. */
  #failures = 0;
  /** What ends a text, and where each was found last, looking from where. */
  readonly #marks: { readonly text: string; from: number; found: number }[];

  constructor(text: string, dialect: MarkupDialect) {
    this.#text = text;
    this.#dialect = dialect;
    const { braces, islands } = dialect;
    const marks = ['<', ...(braces ? ['{'] : []), ...islands.map(([open]) => open)];
    this.#marks = marks.map(mark => ({ text: mark, from: 0, found: -1 }));
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
      root.children.push(node('island', root, text.indexOf('---'), start));
    }
    this.#content(root, start, undefined);
    return root;
  }

  /**
   * Reads what is between tags, from `at`, until `closed` is closed or the text ends.
   * @returns the offset behind the closing tag, or undefined when there is none
   */
  #content(parent: MarkupNode, at: number, closed: MarkupNode | undefined): number | undefined {
    const text = this.#text;
    let current = parent;
    let position = at;
    const leave = (element: MarkupNode, innerEnd: number, end: number): void => {
      for (let open = current; ; open = open.parent) {
        open.innerEnd = innerEnd;
        open.end = open === element ? end : innerEnd;
        if (open === element || !open.parent) break;
      }
      current = element.parent ?? current;
    };
    while (position < text.length) {
      const special = this.#nextSpecial(position);
      if (special > position) {
        current.children.push(node('text', current, position, special));
        position = special;
        continue;
      }
      const closing = /^<\/([^\s>]*)\s*>?/.exec(text.slice(position, position + 200));
      if (closing) {
        const end = position + closing[0].length;
        const name = this.#nameOf(closing[1] ?? '');
        const open = openElement(current, parent, name);
        if (open) {
          leave(open, position, end);
          if (open === closed) return end;
        } else if (closed && this.#dialect.isXml && this.#isInScript(parent)) {
          return undefined;
        } else {
          current.children.push(node('island', current, position, end));
        }
        position = end;
        continue;
      }
      const island = this.#islandAt(current, position);
      if (island) {
        current.children.push(island);
        position = island.end;
        continue;
      }
      const element = this.#openTag(current, position);
      if (!element) {
        // A mark that is only a mark.
        current.children.push(node('text', current, position, position + 1));
        position++;
        continue;
      }
      const ended = this.#dialect.isXml ? undefined : endedElement(current, parent, element.name);
      if (ended) leave(ended, position, position);
      const owned = element.parent === current ? element : { ...element, parent: current };
      current.children.push(owned);
      position = owned.end;
      if (owned.innerEnd === -1) {
        current = owned;
      }
    }
    leave(parent, text.length, text.length);
    return undefined;
  }

  #isInScript(element: MarkupNode): boolean {
    return element.parent?.kind === 'script' || element.parent?.kind === 'island';
  }

  #nameOf(name: string): string {
    return this.#dialect.isXml ? name : name.toLowerCase();
  }

  #nextSpecial(from: number): number {
    let next = this.#text.length;
    for (const mark of this.#marks) {
      // A mark that is far away is not looked for again; a script that was no element is read again from an earlier place.
      if (from < mark.from || mark.found < from) {
        const found = this.#text.indexOf(mark.text, from);
        mark.from = from;
        mark.found = found === -1 ? this.#text.length : found;
      }
      next = Math.min(next, mark.found);
    }
    return next;
  }

  #islandAt(parent: MarkupNode, at: number): MarkupNode | undefined {
    const text = this.#text;
    const until = (close: string, from: number): number => {
      const found = text.indexOf(close, from);
      return found === -1 ? text.length : found + close.length;
    };
    if (text.startsWith('<!--', at) && !this.#dialect.isScript) {
      const end = until('-->', at + 4);
      const comment = node('comment', parent, at, end);
      comment.innerStart = at + 4;
      comment.innerEnd = Math.max(end - 3, at + 4);
      return comment;
    }
    if (text.startsWith('<![CDATA[', at)) return node('island', parent, at, until(']]>', at));
    for (const [open, close] of this.#dialect.islands) {
      if (text.startsWith(open, at)) return node('island', parent, at, until(close, at + open.length));
    }
    if (/^<[!?]/.test(text.slice(at, at + 2))) return node('island', parent, at, until('>', at));
    if (this.#dialect.braces && text[at] === '{') return this.#braces(parent, at);
    return undefined;
  }

  /** An expression in braces; one that is nothing but a comment is a comment. */
  #braces(parent: MarkupNode, at: number): MarkupNode {
    const island = node('island', parent, at, at + 1);
    // Svelte's blocks begin with a mark that a script would misread.
    const begin = /^\{\s*[#/:@](?![/*])/.exec(this.#text.slice(at, at + 20))?.[0].length ?? 1;
    island.end = this.#script(island, at + begin, '}');
    const inner = this.#text.slice(at + 1, island.end - 1);
    const comment = /^(\s*\/\*)(?:(?!\*\/)[^])*\*\/\s*$/.exec(inner) ?? /^(\s*\/\/)[^\n]*\s*$/.exec(inner);
    if (!comment) return island;
    const found = node('comment', parent, at, island.end);
    found.innerStart = at + 1 + (comment[1]?.length ?? 0);
    const tail = /\s*(?:\*\/\s*)?$/.exec(inner)?.[0].length ?? 0;
    found.innerEnd = Math.max(found.innerStart, island.end - 1 - tail);
    return found;
  }

  /** @returns the offset behind `close`, or the end of the text */
  #script(parent: MarkupNode, at: number, close: '}' | undefined): number {
    const tags = this.#dialect.isScript || this.#dialect.tagsInBraces;
    return skipScript(this.#text, at, close, position => {
      if (!tags || this.#depth >= deepest || this.#failures > 20) return undefined;
      if (/^<\s*(?:const\s+)?[\w$]+\s*(?:,|extends\b)/.test(this.#text.slice(position, position + 200)))
        return undefined;
      this.#depth++;
      const end = this.#elementInScript(parent, position);
      this.#depth--;
      if (end === undefined) this.#failures++;
      return end;
    });
  }

  #elementInScript(parent: MarkupNode, at: number): number | undefined {
    const element = this.#openTag(parent, at);
    if (!element) return undefined;
    const end = element.innerEnd === -1 ? this.#content(element, element.end, element) : element.end;
    if (end !== undefined) parent.children.push(element);
    return end;
  }

  /** An element up to the end of its opening tag; `innerEnd` is -1 when it goes on. Raw text is read with it. */
  #openTag(parent: MarkupNode, at: number): MarkupNode | undefined {
    const text = this.#text;
    const { isScript, isXml, tagsInBraces } = this.#dialect;
    const begin = /^<([A-Za-z_$][^\s/>"'={<]*|(?=>))/.exec(text.slice(at, at + 200));
    if (!begin || (begin[1] === '' && !isScript && !tagsInBraces)) return undefined;
    const name = this.#nameOf(begin[1] ?? '');
    const attributes: { name: string; start: number; end: number }[] = [];
    let position = at + begin[0].length;
    if (isScript && text[position] === '<') position = skipTypeArguments(text, position);
    let isClosed = false;
    for (;;) {
      const character = text[position];
      if (character === undefined) return undefined;
      if (character === '>') break;
      if (character === '/' && text[position + 1] === '>') {
        isClosed = true;
        position++;
        break;
      }
      if (isScript && /^\/[/*]/.test(text.slice(position, position + 2))) {
        const end = text[position + 1] === '*' ? text.indexOf('*/', position) : text.indexOf('\n', position);
        if (end === -1) return undefined;
        position = end + (text[position + 1] === '*' ? 2 : 1);
      } else if (character === '{' && this.#dialect.braces) {
        position = this.#script(node('island', parent, position, position), position + 1, '}');
      } else if (character === '"' || character === "'" || (character === '`' && tagsInBraces)) {
        const end = this.#quoted(position, character);
        if (end === undefined) return undefined;
        const attribute = /([^\s=/>"'`]+)\s*=\s*$/.exec(text.slice(Math.max(at, position - 100), position));
        attributes.push({ name: attribute?.[1] ?? '', start: position + 1, end: end - 1 });
        position = end;
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
      attributes,
      innerStart: position,
    };
    if (voidElements.has(name) || (isClosed && (isXml || /[-A-Z:]/.test(begin[1] ?? '')))) {
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

  /** @returns the offset behind the closing quote */
  #quoted(at: number, quote: string): number | undefined {
    for (let position = at + 1; position < this.#text.length; position++) {
      const character = this.#text[position];
      if (character === quote) return position + 1;
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
    attributes: [],
  };
}

/** More open elements are not looked through, or a text that is no document would take for ever. */
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
