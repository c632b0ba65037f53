import { dotted } from '../plan/escape.ts';
import { planFromWithin, requestWithin } from '../plan/slot.ts';
import { planDeclarations, planStyle } from '../styles/css.ts';
import type { ReferencePlan, ReferenceRequest } from '../plan/plan.ts';
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
  /(?:\bstyled(?:\.\w+|\([^()`]*\))(?:\.(?:attrs|withConfig)(?:<[^<>`]*>)?\([^`]*?\))?(?:<[^<>`]*>)?|\b(?:css|createGlobalStyle|injectGlobal|keyframes))\s*(?:<[^<>`]*>)?`/g;

/** Plans an address in CSS that stands in a script (`styled.div`…``); undefined outside of such. */
export function planStyledTemplate(request: ReferenceRequest): ReferencePlan | undefined {
  const { text } = request;
  if (!/\b(?:styled|css|createGlobalStyle|injectGlobal)\b/.test(text)) return undefined;
  tag.lastIndex = 0;
  for (let match = tag.exec(text); match; match = tag.exec(text)) {
    const start = match.index + match[0].length;
    if (start > request.start) return undefined;
    const end = templateEnd(text, start);
    tag.lastIndex = end + 1;
    if (request.end > end || match[0].startsWith('keyframes')) continue;
    const inner = requestWithin(request, { start, end });
    // Expressions are words to the style sheet, at the same offsets.
    const masked = inner.text.replace(/\$\{[^{}]*\}/g, found => 'x'.repeat(found.length));
    if (masked.includes('${')) return undefined;
    const own = { ...inner, text: masked };
    const isSheet = /^(?:createGlobalStyle|injectGlobal)/.test(match[0]);
    return planFromWithin(isSheet ? planStyle('scss', own) : planDeclarations(own), start);
  }
  return undefined;
}

/** Of the backtick that ends a template. */
function templateEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '$' && text[at + 1] === '{') depth++;
    else if (character === '}' && depth > 0) depth--;
    else if (character === '`' && depth === 0) return at;
  }
  return text.length;
}
