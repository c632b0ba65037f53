import { planFromWithin, requestWithin } from '../plan/slot.ts';
import { planStyle } from '../styles/css.ts';
import { planPaths } from '../textFormats/plainPaths.ts';
import { maskedWithin, templateAround } from './embeddedStyles.ts';
import { planMarkup } from './markupReference.ts';
import { tagSyntax } from './tagLanguage.ts';
import type { ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

const taggedHtml = /\bhtml\s*(?:<[^<>`]*>)?`/g;
const angularTemplate = /\btemplate\s*:\s*`/g;
const angularStyles = /\bstyles\s*:\s*(?:\[\s*)?`/g;

/** Plans tags in HTML that stands in a script (`html`…``, a component of Angular); undefined outside. */
export function planMarkupTemplate(request: ReferenceRequest): ReferencePlan | undefined {
  const { text } = request;
  const isAngular = /@Component\s*\(/.test(text);
  const style = isAngular ? templateAround(request, angularStyles) : undefined;
  if (style) return safe(planFromWithin(planStyle('scss', maskedWithin(request, style)), style.start));
  const found =
    templateAround(request, taggedHtml) ?? (isAngular ? templateAround(request, angularTemplate) : undefined);
  if (!found) return undefined;
  const plan = planMarkup(tagSyntax('html'), maskedWithin(request, found));
  return safe(planFromWithin(plan, found.start));
}

/** A plan without what would end or change the template around it. */
function safe(plan: ReferencePlan | undefined): ReferencePlan | undefined {
  return plan?.edits.some(({ text }) => /[`\\]|\$\{/.test(text)) === true ? undefined : plan;
}

/** Plans tags in the templates of a module of Phoenix (`~H`), and else the path in a comment. */
export function planElixir(request: ReferenceRequest): ReferencePlan | undefined {
  const { text } = request;
  const token = /~H"""[ \t]*\r?\n|^[ \t]*"""/gm;
  let start: number | undefined;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const isOpening = match[0].startsWith('~H');
    const end = match.index;
    if (start !== undefined && !isOpening && start <= request.start && request.end <= end) {
      const plan = planMarkup(tagSyntax('heex'), requestWithin(request, { start, end }));
      const isSafe = plan?.edits.every(({ text: added }) => !added.includes('"""')) ?? false;
      return isSafe ? planFromWithin(plan, start) : undefined;
    }
    start = isOpening ? end + match[0].length : undefined;
  }
  return planPaths('elixir', request);
}
