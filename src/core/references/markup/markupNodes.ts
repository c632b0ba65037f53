import type { MarkupNode } from './markupTree.ts';

/**
 * The innermost node that a character belongs to; a point between two nodes belongs to what is around them.
 */
export function leafAt(root: MarkupNode, offset: number, isPoint = false): MarkupNode {
  let found = root;
  for (;;) {
    const inner = found.children.find(({ start, end, kind }) =>
      isPoint && kind !== 'text' ? start < offset && offset < end : start <= offset && offset < end,
    );
    if (!inner) return found;
    found = inner;
  }
}

export function inContent(element: MarkupNode, offset: number): boolean {
  return element.innerStart <= offset && offset <= element.innerEnd && !holdsRawText(element);
}

export function holdsRawText({ name }: MarkupNode): boolean {
  return /^(?:script|style|textarea|title|xmp|iframe|noembed|noframes|plaintext)$/.test(name);
}

export function attributeAround(
  { attributes }: MarkupNode,
  { start, end }: { start: number; end: number },
): MarkupNode['attributes'][number] | undefined {
  return attributes.find(value => value.start <= start && end <= value.end);
}

export function ancestorsOf(node: MarkupNode): MarkupNode[] {
  const found: MarkupNode[] = [];
  for (let parent = node.parent; parent; parent = parent.parent) found.push(parent);
  return found;
}
