import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { promptsAt } from '../../../../src/core/prompts/findPrompts.ts';
import type { ProjectManners, ReferenceMedia } from '../../../../src/core/references/plan/plan.ts';
import { planReference } from '../../../../src/core/references/planReference.ts';
import { relativePath } from '../../../../src/core/references/paths/relativePath.ts';
import { applied } from './applied.ts';

/** A document as somebody wrote it; the anchor stands between `⟦` and `⟧`. */
interface DocumentCase {
  readonly id: string;
  readonly language: string;
  readonly file: string;
  readonly before: string;
  readonly mode: 'after' | 'replace' | 'prompt';
  /** Below the workspace folder; a prompt has none. */
  readonly media?: string;
  /** Of the media, where they are no image. */
  readonly kind?: ReferenceMedia['kind'];
  /** What the project writes for it; otherwise it is relative to the document. */
  readonly address?: string;
  readonly expression?: string;
  /** What the project's kind says, where it says anything. */
  readonly markdown?: ProjectManners['markdown'];
  readonly wikilinks?: boolean;
  readonly importsMedia?: boolean;
  /** `(clipboard)` where there is no right place. */
  readonly right: string;
}

function casesOf(file: string): DocumentCase[] {
  return readFileSync(new URL(`../../../fixtures/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as DocumentCase);
}

function marked(text: string): { text: string; start: number; end: number } {
  const start = text.indexOf('⟦');
  return { text: text.replace(/[⟦⟧]/g, ''), start, end: text.indexOf('⟧') - 1 };
}

function mediaOf(
  { file, media = '', kind = 'image', address, expression }: DocumentCase,
  alt: string,
): ReferenceMedia {
  const path = address ?? relativePath(file.split('/').slice(0, -1), media.split('/'));
  const isPublic = path.startsWith('/');
  const mediaType = { image: 'image/png', video: 'video/mp4', audio: 'audio/mpeg' }[kind];
  const own = { kind, path, isPublic, mediaType, alt };
  return expression === undefined ? own : { ...own, expression };
}

function mannersOf({ markdown, wikilinks, importsMedia }: DocumentCase): ProjectManners | undefined {
  if (markdown === undefined && wikilinks === undefined && importsMedia === undefined) return undefined;
  return {
    markdown: markdown ?? 'commonmark',
    hasWikilinks: wikilinks === true,
    importsMedia: importsMedia === true,
  };
}

function resultOf(each: DocumentCase, eol: '\n' | '\r\n'): string {
  const { text, start, end } = marked(each.before.replaceAll('\n', eol));
  const file = each.file === '' ? [] : each.file.split('/');
  if (each.mode === 'prompt') return promptsAt(text, each.language, [{ start, end }], file)[0]?.prompt ?? '';
  const manners = mannersOf(each);
  const plan = planReference({
    languageId: each.language,
    file,
    ...(manners ? { manners } : {}),
    text,
    start,
    end,
    mode: each.mode,
    media: [mediaOf(each, text.slice(start, end))],
    eol,
  });
  return plan ? applied(text, plan) : '(clipboard)';
}

describe('documents of people', () => {
  it.each([...casesOf('documents.jsonl'), ...casesOf('furtherDocuments.jsonl')])('$id', each => {
    expect(resultOf(each, '\n')).toBe(each.right);
    const right = each.mode === 'prompt' ? each.right : each.right.replaceAll('\n', '\r\n');
    expect(resultOf(each, '\r\n')).toBe(right);
  });
});
