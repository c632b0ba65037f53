const beforeExpression =
  /(?:^|[^\w$.])(?:return|case|default|typeof|instanceof|in|of|new|delete|void|throw|yield|await|else|do)$/;

/**
 * Skips JavaScript or TypeScript: strings, templates, comments, regular expressions and balanced brackets.
 * @param close what ends it at the outermost level; undefined: only the end of the text
 * @param element called where `<` can only begin a tag; returns the offset after the element, or undefined
 *   when it is none
 * @returns the offset after `close`, or the end of the text
 */
export function skipScript(
  text: string,
  at: number,
  close: '}' | undefined,
  element: (position: number) => number | undefined,
): number {
  /** What is open: a block, or an expression in a template. */
  const open: ('block' | 'template')[] = [];
  let position = at;
  /** After the last token that is not a comment. */
  let last = at;
  /** Up to here no regular expression ends, as one that was sought before has shown. */
  let noPattern = at;
  const pattern = (from: number): number => {
    if (from < noPattern) return from + 1;
    const end = patternEnd(text, from);
    if (end.isClosed) return end.at;
    noPattern = end.at;
    return from + 1;
  };
  const template = (from: number): number => {
    const end = templateEnd(text, from);
    if (text.startsWith('${', end - 2)) open.push('template');
    return end;
  };
  while (position < text.length) {
    const code = text.charCodeAt(position);
    // Nearly all of a script are letters, digits and blanks.
    if (isWord(code)) {
      last = ++position;
      continue;
    }
    const character = text.charAt(position);
    if (code === 0x20 || /\s/.test(character)) {
      position++;
      continue;
    }
    const next = character === '/' ? text[position + 1] : '';
    if (next === '/' || next === '*') {
      const end = next === '/' ? text.indexOf('\n', position) : text.indexOf('*/', position + 2) + 2;
      position = end < position ? text.length : end;
      continue;
    }
    const mayBegin = character === '/' || character === '<';
    const isOperand = mayBegin && isOperandEnd(text, at, last);
    if (character === '"' || character === "'") position = skipString(text, position);
    else if (character === '`') position = template(position + 1);
    else if (character === '/' && !isOperand) position = pattern(position);
    else if (character === '<' && !isOperand) position = element(position) ?? position + 1;
    else {
      if (character === close && open.length === 0) return position + 1;
      position++;
      if (character === '{') open.push('block');
      if (character === '}' && open.pop() === 'template') position = template(position);
    }
    last = position;
  }
  return text.length;
}

function isWord(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39);
}

/** Whether what stands before `end` is a value, so that `/` divides it and `<` compares it. */
function isOperandEnd(text: string, from: number, end: number): boolean {
  const tail = text.slice(Math.max(from, end - 12), end);
  if (!/[\w$)\]}"'`]$|\p{L}$/u.test(tail)) return false;
  // A block may end before a tag or a pattern, a value hardly ever does.
  return !beforeExpression.test(tail);
}

function skipString(text: string, at: number): number {
  const quote = text[at];
  for (let position = at + 1; position < text.length; position++) {
    const character = text[position];
    if (character === '\\') position++;
    else if (character === quote) return position + 1;
    // Never closed: it ends with its line.
    else if (character === '\n') return position;
  }
  return text.length;
}

/** After the backtick that ends a template, or after the `${` that begins an expression in it. */
function templateEnd(text: string, from: number): number {
  for (let position = from; position < text.length; position++) {
    const character = text[position];
    if (character === '\\') position++;
    else if (character === '`') return position + 1;
    else if (character === '$' && text[position + 1] === '{') return position + 2;
  }
  return text.length;
}

/** After the slash that ends a regular expression, or the end of the line in which none does. */
function patternEnd(text: string, at: number): { isClosed: boolean; at: number } {
  let isClass = false;
  for (let position = at + 1; position < text.length; position++) {
    const character = text[position];
    if (character === '\n') return { isClosed: false, at: position };
    if (character === '\\') position++;
    else if (character === '[') isClass = true;
    else if (character === ']') isClass = false;
    else if (character === '/' && !isClass) return { isClosed: true, at: position + 1 };
  }
  return { isClosed: false, at: text.length };
}
