import { trimmed } from '../../../base/lines.ts';
import { planPaths } from '../textFormats/plainPaths.ts';
import { planMarkupTemplate } from './embeddedMarkup.ts';
import { planStyledTemplate } from './embeddedStyles.ts';
import { leafAt } from './markupNodes.ts';
import { planMarkup } from './markupReference.ts';
import { parseMarkup } from './markupTree.ts';
import { fillScriptString, fillScriptUrl } from './scriptUrl.ts';
import { tagSyntax, templateSyntax } from './tagLanguage.ts';
import type { ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/** Plans tags in a script in which they are expressions, also under the name of plain JavaScript. */
export function planJavaScript(request: ReferenceRequest): ReferencePlan | undefined {
  const hasTags = /<\/|\/>/.test(request.text);
  return (hasTags ? planMarkup(tagSyntax('jsx'), request) : undefined) ?? planTypeScript(request);
}

/** Plans what a script without tags can take: an address in CSS, the path in a comment. */
export function planTypeScript(request: ReferenceRequest): ReferencePlan | undefined {
  return (
    planStyledTemplate(request) ??
    planMarkupTemplate(request) ??
    fillScriptUrl(request) ??
    fillScriptString(request) ??
    planPaths('typescript', request)
  );
}

/** Plans tags in the HTML of a PHP document, and in its code the path in a comment. */
export function planPhp(request: ReferenceRequest): ReferencePlan | undefined {
  const syntax = templateSyntax('php');
  const { text } = request;
  const anchor = trimmed(text, request.start, request.end);
  const leaf = leafAt(parseMarkup(text, syntax.dialect), Math.max(anchor.end - 1, anchor.start));
  const isCode = leaf.kind === 'opaque' && /^<\?(?:php\b|=|\s)/i.test(text.slice(leaf.start, leaf.start + 6));
  // A tag with nothing but a comment is a comment of the page.
  const isComment =
    isCode && /^<\?(?:php)?\s*(?:\/\/|#|\/\*)[^\n]*\?>$/i.test(text.slice(leaf.start, leaf.end));
  // What one line of code prints into an element is a word of it.
  const isPrinted =
    isCode &&
    leaf.parent?.kind === 'element' &&
    /^<\?(?:=|php\s+\w)[^\n]*\?>$/i.test(text.slice(leaf.start, leaf.end));
  return isCode && !isComment && !isPrinted ? planPaths('php', request) : planMarkup(syntax, request);
}
