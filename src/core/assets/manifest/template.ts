/** A text with variables in it: `{name}`; `{{` and `}}` are braces. */
export interface Template {
  readonly parts: readonly (string | { readonly name: string })[];
  /** The names in it, each once. */
  readonly names: readonly string[];
}

const variable = /\{\{|\}\}|\{([^{}\n]*)\}|\{/g;
const namePattern = /^[\p{L}_][\p{L}\p{M}\p{N}_-]*$/u;

/** Whether it can stand between braces. */
export function isVariableName(name: string): boolean {
  return namePattern.test(name);
}

/** @returns what stands between braces and is no name, when there is such */
export function parseTemplate(text: string): Template | { readonly wrong: string } {
  const parts: (string | { name: string })[] = [];
  let last = 0;
  for (const match of text.matchAll(variable)) {
    parts.push(text.slice(last, match.index));
    last = match.index + match[0].length;
    if (match[0] === '{{' || match[0] === '}}') parts.push(match[0].slice(1));
    else {
      const name = match[1]?.trim();
      if (name === undefined || !isVariableName(name)) return { wrong: match[0] };
      parts.push({ name });
    }
  }
  parts.push(text.slice(last));
  const names = new Set(parts.flatMap(part => (typeof part === 'string' ? [] : [part.name])));
  return { parts, names: [...names] };
}

/** @param valueOf gives '' for what has no value; whoever asks has looked for those before */
export function fillTemplate({ parts }: Template, valueOf: (name: string) => string): string {
  return parts.map(part => (typeof part === 'string' ? part : valueOf(part.name))).join('');
}
