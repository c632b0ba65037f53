/** Formulas in the language of TeX as elements; a bundle of its own, read when the first formula shows. */
import katex from 'katex';

/** An element that is no part of the document yet; undefined for what is none, or beyond measure. */
export function formula(tex: string, isDisplay: boolean): HTMLElement | undefined {
  const element = document.createElement('span');
  try {
    katex.render(tex, element, {
      displayMode: isDisplay,
      throwOnError: true,
      // No links, no pictures, no classes and no styles of the text's own.
      trust: false,
      strict: 'ignore',
      // In em, and how often macros of the text are replaced.
      maxSize: 20,
      maxExpand: 200,
    });
  } catch (error) {
    if (error instanceof katex.ParseError || error instanceof RangeError) return undefined;
    throw error;
  }
  return isModest(element) ? element : undefined;
}

/** Elements within each other, of which a browser lays out thousands no more, and all together. */
const deepest = 300;
const mostElements = 6_000;

function isModest(root: Element): boolean {
  let count = 0;
  let level: Element[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    count += level.length;
    if (depth > deepest || count > mostElements) return false;
    level = level.flatMap(element => [...element.children]);
  }
  return true;
}
