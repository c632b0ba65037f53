/** Front matter: data about a document, or about one of its slides, above what it is about. */
export interface FrontMatter {
  readonly format: 'yaml' | 'toml' | 'json';
  /** Index of its first and its last line, with the marks around it if it has any. */
  readonly first: number;
  readonly last: number;
}

/** All front matter of a document: at its beginning, and what Slidev has above each slide. */
export function frontMatterOf(lines: readonly string[]): FrontMatter[] {
  const first = firstFrontMatter(lines);
  const found = first ? [first] : [];
  for (let at = (first?.last ?? -1) + 1; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const last = line.startsWith('---') && line.trimEnd() === '---' ? endOfSlide(lines, at) : undefined;
    if (last === undefined) continue;
    found.push({ format: 'yaml', first: at, last });
    at = last;
  }
  return found;
}

function firstFrontMatter(lines: readonly string[]): FrontMatter | undefined {
  const mark = lines[0]?.trimEnd();
  if (mark !== '---' && mark !== '+++' && mark !== '{') return undefined;
  const end = mark === '---' ? /^(?:---|\.\.\.)\s*$/ : mark === '{' ? /^\}\s*$/ : /^\+\+\+\s*$/;
  const last = lines.findIndex((line, index) => index > 0 && end.test(line));
  if (last === -1) return undefined;
  const format = mark === '---' ? 'yaml' : mark === '+++' ? 'toml' : 'json';
  return { format, first: 0, last };
}

/** The last line of the front matter of a slide; undefined where `---` is only a line across the page. */
function endOfSlide(lines: readonly string[], at: number): number | undefined {
  if (at > 0 && lines[at - 1]?.trim() !== '') return undefined;
  if (!/^[A-Za-z_][\w-]*:(?:\s|$)/.test(lines[at + 1] ?? '')) return undefined;
  for (let next = at + 1; next < lines.length; next++) {
    const line = lines[next] ?? '';
    if (line.trimEnd() === '---') return next;
    if (!/^(?:[A-Za-z_][\w-]*:(?:\s|$)|\s+\S|- |#)/.test(line)) return undefined;
  }
  return undefined;
}
