import { dotted } from '../plan/escape.ts';
import { planFromWithin, requestWithin } from '../plan/slot.ts';
import { planDeclarations, planStyle } from '../styles/css.ts';
import type { ReferencePlan, ReferenceRequest } from '../plan/plan.ts';
import { skipScript } from './skipScript.ts';
import type { MarkupNode } from './markupTree.ts';
import type { TagLanguage } from './tagLanguage.ts';

/** Plans an address in the style sheet that an element holds; undefined in one of an unknown language. */
export function planStyleElement(
  tagLanguage: TagLanguage,
  request: ReferenceRequest,
  element: MarkupNode,
): ReferencePlan | undefined {
  const { text } = request;
  const opening = text.slice(element.start, element.innerStart);
  const name = /\s(?:lang|type)\s*=\s*["']?(?:text\/)?([\w-]+)/.exec(opening)?.[1] ?? 'css';
  const language = name === 'postcss' ? 'css' : name;
  if (language !== 'css' && language !== 'scss' && language !== 'less') return undefined;
  // What a template language writes is no CSS.
  const part = { start: element.innerStart, end: element.innerEnd };
  if (/\{\{|\{%|<%|<\?/.test(text.slice(part.start, part.end))) return undefined;
  const isDotted = tagLanguage === 'vue';
  const media = request.media.map(each =>
    isDotted && !each.isPublic ? { ...each, path: dotted(each.path) } : each,
  );
  return planFromWithin(planStyle(language, { ...requestWithin(request, part), media }), part.start);
}

const tag =
  /(?:\bstyled(?:\.\w+|\([^()`]*\))(?:\.(?:attrs|withConfig)(?:<[^<>`]*>)?\([^`]*?\))?(?:<[^<>`]*>)?|\b(?:css|createGlobalStyle|injectGlobal|keyframes)|<style\s+jsx(?:\s+global)?\s*>\s*\{)\s*(?:<[^<>`]*>)?`/g;

/** Plans an address in CSS that stands in a script (`styled.div`…``); undefined outside of such. */
export function planStyledTemplate(request: ReferenceRequest): ReferencePlan | undefined {
  const { text } = request;
  if (!/\b(?:styled|css|createGlobalStyle|injectGlobal)\b|<style\s+jsx\b/.test(text)) return undefined;
  const found = templateAround(request, tag);
  if (!found || found.opening.startsWith('keyframes')) return undefined;
  const own = maskedWithin(request, found);
  const isSheet = /^(?:createGlobalStyle|injectGlobal|<style)/.test(found.opening);
  return planFromWithin(isSheet ? planStyle('scss', own) : planDeclarations(own), found.start);
}

/** Deeper nesting is not read, which bounds the time. */
const deepest = 20;

/** A template in a script, in UTF-16 offsets without its backticks. */
export interface ScriptTemplate {
  readonly opening: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The innermost template that the anchor is in.
 * @param opening what stands before such templates, up to the backtick
 */
export function templateAround(request: ReferenceRequest, opening: RegExp): ScriptTemplate | undefined {
  const { text } = request;
  let found: ScriptTemplate | undefined;
  let depth = 0;
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const start = match.index + match[0].length;
    if (start > request.start) break;
    const end = templateEnd(text, start);
    const isAround = request.end <= end;
    if (isAround) found = { opening: match[0], start, end };
    if (isAround && ++depth > deepest) break;
    // Another may stand in an expression of this one.
    opening.lastIndex = isAround ? start : end + 1;
  }
  return found;
}

/** What a template holds as a document of its own, in which its expressions are words. */
export function maskedWithin(request: ReferenceRequest, part: ScriptTemplate): ReferenceRequest {
  const inner = requestWithin(request, part);
  let masked = '';
  for (let at = 0; at < inner.text.length;) {
    const open = inner.text.indexOf('${', at);
    if (open === -1) return { ...inner, text: masked + inner.text.slice(at) };
    const end = skipScript(inner.text, open + 2, '}', () => undefined);
    masked += inner.text.slice(at, open) + 'x'.repeat(end - open);
    at = end;
  }
  return { ...inner, text: masked };
}

/** Of the backtick that ends a template. */
function templateEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '$' && text[at + 1] === '{')
      at = skipScript(text, at + 2, '}', () => undefined) - 1;
    else if (character === '`') return at;
  }
  return text.length;
}
