import { cutText } from '../../base/text.ts';

/** What a file-name template can say (`rivya.output.fileName`). */
export interface FileNameVariables {
  /** The prompt, made into a name. */
  readonly slug: string;
  readonly model: string;
  /** `YYYY-MM-DD`, local. */
  readonly date: string;
  /** Of the result within its job, from 1. */
  readonly index: number;
  /** The first characters of the job's id. */
  readonly shortId: string;
}

export const defaultFileName = '${slug}-${shortId}';
export const defaultDirectory = 'assets/generated';

// File systems count bytes (255 on Linux and macOS, some encrypted ones fewer), people count characters. What
// is left between is for the extension and the number that tells it from a namesake.
const slugLimits = [48, 96] as const;
const nameLimits = [120, 128] as const;

/**
 * A readable name from a prompt: letters and digits of any script in lower case, joined by hyphens, cut at a
 * word.
 * @returns '' when the prompt has no letter or digit
 */
export function slugOf(prompt: string): string {
  // The two joiners are part of the spelling inside a word (Persian, the Indic scripts), and invisible at its
  // end.
  const words =
    prompt
      .toLowerCase()
      .normalize('NFC')
      .replace(/(?<=\p{L}\p{M}*)['’](?=\p{L})/gu, '')
      .match(/[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}\u200C\u200D]*[\p{L}\p{N}\p{M}])?/gu) ?? [];
  let slug = '';
  for (const word of words) {
    const longer = slug === '' ? word : `${slug}-${word}`;
    if (cutText(longer, ...slugLimits) !== longer) break;
    slug = longer;
  }
  return slug === '' ? cutText(words[0] ?? '', ...slugLimits) : slug;
}

/**
 * Fills a template; what it does not know stays as it is, to be seen. The name is legal on every system; no
 * extension.
 */
export function fileNameFrom(template: string, variables: FileNameVariables): string {
  const name = fill(template, { ...variables, index: String(variables.index) });
  // A template that forgets the index would give all results of a job one name.
  const numbered =
    variables.index > 1 && !template.includes('${index}') ? `${name}-${variables.index}` : name;
  return legalName(numbered) || variables.shortId;
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\$\{(\w+)\}/g, (whole, key: string) =>
    Object.hasOwn(values, key) ? (values[key] ?? whole) : whole,
  );
}

// What Windows refuses anywhere in a name, what no eye sees or what turns the direction of the text around
// it, and halves of characters.
const illegal = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069\uFEFF<>:"/\\|?*]+/gu;
// Device names, which Windows knows by what stands before the first dot.
const device = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\s*(?:\.|$))/i;

/** The nearest name that is legal on Windows, macOS and Linux; '' when nothing of it is. */
export function legalName(name: string): string {
  const whole = withLegalEnd(name.replace(illegal, '-').replace(/^[\s.-]+/, ''));
  // The cut makes a new end.
  return withLegalEnd(cutText(whole, ...nameLimits));
}

function withLegalEnd(name: string): string {
  return name.replace(/[\s.-]+$/, '').replace(device, '$1_');
}

/**
 * A directory below the workspace folder from its setting, as path segments.
 * @param variables by name, as in VS Code's `markdown.copyFiles.destination`; each a relative path or a name
 * @returns undefined when it would lead out of the folder
 */
export function directoryFrom(
  template: string,
  variables: Readonly<Record<string, string>>,
): string[] | undefined {
  const filled = fill(template, variables);
  if (/^(?:[/\\]|[a-z]:)/i.test(filled.trim())) return undefined;
  const segments: string[] = [];
  for (const part of filled.split(/[/\\]+/)) {
    const segment = part.trim();
    if (segment === '..') {
      if (segments.pop() === undefined) return undefined;
      continue;
    }
    const legal = legalSegment(segment);
    if (legal !== '') segments.push(legal);
  }
  return segments;
}

/** Whether a file or folder can have this name on Windows, macOS and Linux alike. */
export function isLegalSegment(segment: string): boolean {
  return segment !== '' && legalSegment(segment) === segment;
}

/** A folder may begin with a dot or a hyphen, unlike our file names; '' when nothing of it is legal. */
function legalSegment(segment: string): string {
  // Often a folder that exists, so that nothing is cut off that a file system would take.
  const cut = cutText(segment.replace(illegal, '-'), Infinity, 255);
  return cut.replace(/[\s.]+$/, '').replace(device, '$1_');
}

/**
 * Names to try, one after the other, until one is free: `name.png`, `name-1.png`, … as VS Code's own paste
 * does.
 */
export function* candidateNames(name: string, extension: string): Generator<string> {
  yield `${name}.${extension}`;
  for (let index = 1; ; index++) yield `${name}-${index}.${extension}`;
}
