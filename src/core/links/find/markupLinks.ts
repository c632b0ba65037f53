import { parseMarkup, type MarkupDialect, type MarkupNode } from '../../references/markup/markupTree.ts';
import { characterReferences } from './characterReferences.ts';
import { dataReferences } from './dataLinks.ts';
import {
  isAddress,
  isRemote,
  mediaKindOf,
  type AddressForm,
  type MediaReference,
  type TextSpan,
} from './mediaReference.ts';
import { scriptReferences } from './scriptLinks.ts';
import { styleReferences } from './styleLinks.ts';

/** A value of an attribute, and how it is written. */
interface Value extends TextSpan {
  readonly name: string;
  readonly text: string;
  /** `bare`: without quotes; `string`: a literal of JavaScript. */
  readonly as: 'attribute' | 'bare' | 'string';
}

/** The addresses in tags, in style sheets and scripts among them, and in imports of components. */
export function markupReferences(text: string, dialect: MarkupDialect, at = 0): MediaReference[] {
  const root = parseMarkup(text, dialect);
  const found = treeReferences(text, root, at);
  if (dialect.isScript) {
    // The value of an attribute is a string of the script as well.
    const known = new Set(found.map(({ address }) => address.start));
    const strings = scriptReferences(text, 'typescriptreact', at);
    return [...found, ...strings.filter(({ address }) => !known.has(address.start))].sort(byPlace);
  }
  const [front] = root.children;
  if (!dialect.frontMatter || front?.kind !== 'opaque' || !text.startsWith('---', front.start)) return found;
  const script = scriptReferences(text.slice(front.start, front.end), 'typescript', at + front.start);
  return [...script, ...found];
}

function treeReferences(text: string, root: MarkupNode, at: number): MediaReference[] {
  const found: MediaReference[] = [];
  let siteBase: string | undefined;
  const nodes = [root];
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    // Pushed from the last to the first: what is taken next is the next in the document.
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index];
      if (child) nodes.push(child);
    }
    if (node.kind !== 'element') continue;
    if (node.name.toLowerCase() === 'base')
      siteBase ??= valuesOf(text, node).find(({ name }) => name.toLowerCase() === 'href')?.text;
    found.push(...elementReferences(text, node, at));
  }
  const base = siteBase;
  return base === undefined ? found : found.map(each => ({ ...each, siteBase: base }));
}

function byPlace(a: MediaReference, b: MediaReference): number {
  return a.address.start - b.address.start;
}

function elementReferences(text: string, element: MarkupNode, at: number): MediaReference[] {
  const found: MediaReference[] = [];
  const { name, innerStart, innerEnd } = element;
  if (name === 'style' && innerEnd > innerStart) {
    const opening = text.slice(element.start, innerStart);
    const language = /\s(?:lang|type)\s*=\s*["']?(?:text\/)?(scss|less)/.exec(opening)?.[1];
    const style = language === 'scss' || language === 'less' ? language : 'css';
    found.push(...styleReferences(text.slice(innerStart, innerEnd), style, at + innerStart));
  }
  if (name === 'script' && innerEnd > innerStart) {
    const source = text.slice(innerStart, innerEnd);
    const isData = /\stype\s*=\s*["']?[\w./+-]*json/i.test(text.slice(element.start, innerStart));
    found.push(
      ...(isData
        ? dataReferences(source, 'json', at + innerStart)
        : scriptReferences(source, 'typescript', at + innerStart)),
    );
  }
  const values = valuesOf(text, element);
  const valueOf = (wanted: string): Value | undefined =>
    values.find(value => value.name.toLowerCase() === wanted);
  const alt = valueOf('alt') ?? (/^(?:video|audio)$/.test(name) ? valueOf('title') : undefined);
  const side = (wanted: string): number =>
    Number(/^\s*(\d{1,5})(?:px)?\s*$/.exec(valueOf(wanted)?.text ?? '')?.[1]);
  const [width, height] = [side('width'), side('height')];
  const isSized = width >= 16 && height >= 16;
  const whole = { start: at + element.start, end: at + element.innerStart };
  for (const value of values) {
    const plain = value.name.toLowerCase().replace(/^(?::|v-bind:|data-(?=src|poster|background))/, '');
    const use = useOf(name, plain, valueOf);
    if (plain === 'style' && value.as === 'attribute') found.push(...inStyle(value));
    if (!use) continue;
    const parts = plain === 'srcset' || plain === 'imagesrcset' ? sourcesIn(value, text) : [value];
    for (const part of parts) {
      const target = part.text.trim();
      const kind = mediaKindOf(target) ?? (use.isShown && isRemote(target) ? use.kind : undefined);
      if (kind === undefined || !isAddress(target) || /^[~@#]/.test(target)) continue;
      const lead = text.slice(part.start, part.end);
      const start = part.start + lead.length - lead.trimStart().length;
      found.push({
        kind,
        range: whole,
        address: { start: at + start, end: at + part.start + lead.trimEnd().length },
        target,
        form: 'url' satisfies AddressForm,
        writing: writings[part.as],
        ...(alt &&
          kind === 'image' &&
          use.isShown &&
          alt.as !== 'string' && {
            alt: { start: at + alt.start, end: at + alt.end, value: alt.text },
          }),
        ...(isSized && use.isShown && { size: { width, height } }),
        isShown: use.isShown,
      });
    }
  }
  return found;

  function inStyle({ start, end }: Value): MediaReference[] {
    const declarations = withQuotes(text.slice(start, end));
    return styleReferences(`a{${declarations}}`, 'css', at + start - 2).map(each => ({
      ...each,
      target: characterReferences(each.target),
    }));
  }
}

/** With quotes for their character references, in the same place: blanks stand outside of what is quoted. */
function withQuotes(declarations: string): string {
  let isOpen = false;
  return declarations.replace(/&(?:quot|apos|#39|#34);/g, ({ length }) => {
    isOpen = !isOpen;
    return isOpen ? '"'.padStart(length) : '"'.padEnd(length);
  });
}

const writings = { attribute: 'attribute', bare: 'bareAttribute', string: 'attributeString' } as const;

/** What an attribute leads to; undefined when it is no address of a file. */
function useOf(
  element: string,
  attribute: string,
  valueOf: (name: string) => Value | undefined,
): { readonly kind: 'image' | 'video' | 'audio'; readonly isShown: boolean } | undefined {
  const tag = element.toLowerCase();
  const own = tag === 'video' || tag === 'audio' ? tag : 'image';
  if (/^(?:script|iframe|track|embed)$/.test(tag)) return undefined;
  if (attribute === 'poster' || attribute === 'background') return { kind: 'image', isShown: true };
  if (/^(?:src|srcset|imagesrcset|fileref|xlink:href)$/.test(attribute)) return { kind: own, isShown: true };
  if (attribute === 'data' && tag === 'object') return { kind: 'image', isShown: true };
  if (attribute === 'content' && tag === 'meta') {
    const key = (valueOf('property') ?? valueOf('name') ?? valueOf('itemprop'))?.text ?? '';
    if (/^(?:image|msapplication-\w+(?:logo|image))$/i.test(key)) return { kind: 'image', isShown: true };
    const media = /^(?:og|twitter):(image|video|audio)(?::(?:secure_)?url|:src)?$/.exec(key)?.[1];
    return media === 'image' || media === 'video' || media === 'audio'
      ? { kind: media, isShown: true }
      : undefined;
  }
  if (attribute !== 'href') return undefined;
  if (tag === 'link') {
    const isPicture = /\bicon\b|\bpreload\b|apple-touch/.test(valueOf('rel')?.text ?? '');
    return isPicture ? { kind: 'image', isShown: true } : undefined;
  }
  return { kind: 'image', isShown: /^(?:image|feimage|use)$/.test(tag) };
}

/** Quoted values as they are meant, and those that are no more than a string. */
function valuesOf(text: string, element: MarkupNode): Value[] {
  const found = element.attributes.flatMap(({ name, start, end }): Value[] => {
    const source = text.slice(start, end);
    if (!/^(?::|v-bind:)/.test(name))
      return [{ name, start, end, text: characterReferences(source), as: 'attribute' }];
    return literal(name, source, start);
  });
  for (const { name, start, end, form } of element.otherAttributes) {
    const source = text.slice(start, end);
    if (form === 'bare') found.push({ name, start, end, text: characterReferences(source), as: 'bare' });
    else {
      const number = /^\s*\d+\s*$/.test(source);
      found.push(
        ...(number
          ? [{ name, start, end, text: source.trim(), as: 'string' } as const]
          : literal(name, source, start)),
      );
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** An expression that is one string and nothing else. */
function literal(name: string, source: string, start: number): Value[] {
  const string = /^(\s*(["'`]))((?:(?!\2)[^\\\r\n$])*)\2\s*$/.exec(source);
  if (!string) return [];
  const from = start + (string[1] ?? '').length;
  const text = string[3] ?? '';
  return [{ name, start: from, end: from + text.length, text, as: 'string' }];
}

/** The addresses of a `srcset` (HTML 4.8.4.2.1). */
function sourcesIn({ name, start, end, as }: Value, text: string): Value[] {
  const list = text.slice(start, end);
  return [...list.matchAll(/[^\s,](?:\S*[^\s,])?(?=[\s,]|$)/g)].flatMap(({ 0: source, index }) => {
    const before = list.slice(0, index).trimEnd();
    if (before !== '' && !before.endsWith(',')) return [];
    const from = start + index;
    return [{ name, start: from, end: from + source.length, text: characterReferences(source), as }];
  });
}
