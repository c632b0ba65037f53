import type { MarkupNode } from './markupTree.ts';

/** Whether an element of Vue must have one child, which it has. */
export function takesOneChild({ name, children }: MarkupNode): boolean {
  const isSingle = /^(?:Transition|transition|KeepAlive|keep-alive)$/.test(name);
  return isSingle && children.some(({ kind }) => kind === 'element');
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
