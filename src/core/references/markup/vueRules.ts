import type { MarkupNode } from './markupTree.ts';

/**
 * Whether a component must have one child, which it has, or shows no others than the branches that it has:
 * of Vue, and of React's and Solid's libraries.
 */
export function takesOneChild({ name, start, innerStart, children }: MarkupNode, text: string): boolean {
  const elements = children.filter(({ kind }) => kind === 'element');
  if (elements.length === 0) return false;
  if (
    /^(?:Transition|transition|KeepAlive|keep-alive|CSSTransition|Draggable|TouchableHighlight|TouchableWithoutFeedback|TouchableNativeFeedback)$/.test(
      name,
    )
  )
    return true;
  if (/^(?:Switch|Routes|Tabs\.List|RadioGroup)$/.test(name))
    return elements.every(each => /^(?:Match|Route|Redirect|Tabs\.\w+|RadioGroup\.\w+)$/.test(each.name));
  // Its properties go to the one child that it has.
  return /\s(?:asChild|as-child|legacyBehavior)(?=[\s/>])/.test(text.slice(start, innerStart));
}

const otherwise = /\sv-else(?:-if)?(?=[\s=/>])/;

/**
 * The last of the branches that follow a node (`v-else-if`, `v-else`), between which nothing may stand; the
 * node when none does.
 */
export function lastOfChain(text: string, node: MarkupNode): MarkupNode {
  const siblings = node.parent?.children ?? [];
  let last = node;
  for (let index = siblings.indexOf(node) + 1; index < siblings.length; index++) {
    const each = siblings[index];
    if (!each) break;
    const isBlank = each.kind === 'text' && text.slice(each.start, each.end).trim() === '';
    if (isBlank || each.kind === 'comment') continue;
    if (each.kind !== 'element' || !has(text, each, otherwise)) break;
    last = each;
  }
  return last;
}

function has(text: string, element: MarkupNode, attribute: RegExp): boolean {
  return attribute.test(text.slice(element.start, element.innerStart));
}
