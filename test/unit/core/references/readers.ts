import { createRequire } from 'node:module';
import { load } from '@asciidoctor/core';
import { parse as parseAstro } from '@astrojs/compiler/sync';
import { createProcessor } from '@mdx-js/mdx';
import { getParser } from '@unified-latex/unified-latex-util-parse';
import { parse as parseVue } from '@vue/compiler-sfc';
import { TypstParser } from 'codemirror-lang-typst';
import { parse as parseJson, type ParseError } from 'jsonc-parser';
import { parse as parseHtml, parseFragment, type DefaultTreeAdapterTypes } from 'parse5';
import postcss, { type Root } from 'postcss';
import { parse as parseScss } from 'postcss-scss';
import { parse as parseSvelte } from 'svelte/compiler';
import ts from 'typescript';
import { parse as parseOrg } from 'uniorg-parse/lib/parser.js';
import { parseAllDocuments } from 'yaml';

// Neither has types.
const require = createRequire(import.meta.url);
const restructured = require('restructured') as { default: { parse(text: string): unknown } };
const less = require('postcss-less') as { parse(text: string): Root };

/** A reference as a language's own parser finds it; everything decoded. */
export interface Found {
  readonly kind: 'image' | 'video' | 'audio' | 'link' | 'text';
  readonly path: string;
  readonly alt?: string;
  readonly width?: number;
  readonly height?: number;
  /** The expression behind an imported file. */
  readonly imported?: string;
}

/** Reads a document. @throws what the parser has against it */
export type Reader = (text: string) => Found[] | Promise<Found[]>;

interface Tag {
  readonly name: string;
  /** Expressions begin with `=`. */
  readonly attributes: ReadonlyMap<string, string>;
}

const tagKinds = new Map<string, Found['kind']>([
  ['img', 'image'],
  ['video', 'video'],
  ['audio', 'audio'],
]);

function fromTag({ name, attributes }: Tag): Found[] {
  const kind = tagKinds.get(name);
  const source = attributes.get('src') ?? attributes.get(':src');
  if (kind === undefined || source === undefined) return [];
  if (kind !== 'image' && !attributes.has('controls')) throw new Error(`<${name}> without controls`);
  const alt = attributes.get(kind === 'image' ? 'alt' : 'title');
  const number = (attribute: string): number | undefined => {
    const value = attributes.get(attribute)?.replace(/^=/, '');
    return value === undefined ? undefined : Number(value);
  };
  const isImported = attributes.has(':src') || source.startsWith('=');
  return [
    {
      kind,
      path: isImported ? '' : decodeURI(source),
      ...(isImported ? { imported: source.replace(/^=/, '') } : {}),
      ...(alt === undefined ? {} : { alt }),
      ...sizes(number('width'), number('height')),
    },
  ];
}

function decodeURI(url: string): string {
  if (/[\s"<>\\]/.test(url)) throw new Error(`Not a URL: ${url}`);
  return decodeURIComponent(url);
}

function sizes(width: number | undefined, height: number | undefined): Pick<Found, 'width' | 'height'> {
  return { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
}

type Html = DefaultTreeAdapterTypes.Node;

function htmlTags(node: Html): Found[] {
  const own =
    'attrs' in node
      ? fromTag({ name: node.tagName, attributes: new Map(node.attrs.map(each => [each.name, each.value])) })
      : [];
  const children = 'childNodes' in node ? node.childNodes : [];
  if ('tagName' in node && node.tagName === 'style') {
    return children.flatMap(child => ('value' in child ? styleUrls(postcss.parse(child.value)) : []));
  }
  return [...own, ...children.flatMap(htmlTags)];
}

/** Every object of a tree that somebody else has typed. */
function* objectsOf(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const each of value) yield* objectsOf(each);
    return;
  }
  const own = value as Record<string, unknown>;
  yield own;
  for (const [key, each] of Object.entries(own)) {
    if (!/^(?:parent|position|loc|metadata|parentNode|codegenNode)$/.test(key)) yield* objectsOf(each);
  }
}

const html: Reader = text => htmlTags(parseHtml(text));

const jsx: Reader = text => {
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: 'a.tsx',
    reportDiagnostics: true,
    compilerOptions: { jsx: ts.JsxEmit.React, jsxFactory: 'h', jsxFragmentFactory: 'f', target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  }); // prettier-ignore
  const [error] = diagnostics;
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'h') {
      const [name, properties] = node.arguments;
      if (name && properties && ts.isStringLiteral(name) && ts.isObjectLiteralExpression(properties)) {
        const attributes = new Map<string, string>();
        for (const property of properties.properties) {
          if (!ts.isPropertyAssignment(property)) continue;
          const { initializer } = property;
          const value = ts.isStringLiteral(initializer) ? initializer.text : `=${initializer.getText()}`;
          attributes.set(property.name.getText(), value);
        }
        found.push(...fromTag({ name: name.text, attributes }));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.js', outputText, ts.ScriptTarget.ESNext, true));
  return found;
};

const vue: Reader = text => {
  const { descriptor, errors } = parseVue(text, { filename: 'a.vue' });
  if (errors[0]) throw errors[0];
  const styles = descriptor.styles.flatMap(({ content }) => styleUrls(postcss.parse(content)));
  const tags = [...objectsOf(descriptor.template?.ast?.children)].flatMap(node => {
    if (node['type'] !== 1) return [];
    const attributes = new Map<string, string>();
    for (const each of node['props'] as Record<string, never>[]) {
      const { type, name, value, arg, exp } = each as unknown as {
        type: number;
        name: string;
        value?: { content: string };
        arg?: { content: string };
        exp?: { content: string };
      };
      if (type === 6) attributes.set(name, value?.content ?? '');
      else attributes.set(`:${arg?.content ?? name}`, exp?.content ?? '');
    }
    return fromTag({ name: String(node['tag']), attributes });
  });
  return [...tags, ...styles];
};

const svelte: Reader = text =>
  [...objectsOf(parseSvelte(text, { modern: true }).fragment)].flatMap(node => {
    if (node['type'] !== 'RegularElement' || !tagKinds.has(String(node['name']))) return [];
    const attributes = new Map<string, string>();
    for (const { name, value } of node['attributes'] as { name: string; value: unknown }[]) {
      const parts = (Array.isArray(value) ? value : [value]) as { type?: string; data?: string; expression?: { name: string } }[]; // prettier-ignore
      const [part] = parts;
      if (parts.length > 1) throw new Error(`${name} is evaluated`);
      attributes.set(name, part?.expression ? `=${part.expression.name}` : (part?.data ?? ''));
    }
    return fromTag({ name: String(node['name']), attributes });
  });

const astro: Reader = text => {
  const { ast, diagnostics } = parseAstro(text, { position: false });
  if (diagnostics[0]) throw new Error(diagnostics[0].text);
  return [...objectsOf(ast)].flatMap(node => {
    if (node['type'] !== 'element') return [];
    const attributes = (node['attributes'] as { name: string; kind: string; value: string }[]).map(
      ({ name, kind, value }) => [name, kind === 'expression' ? `=${value}` : value] as const,
    );
    return fromTag({ name: String(node['name']), attributes: new Map(attributes) });
  });
};

function markdown(format: 'md' | 'mdx'): Reader {
  const processor = createProcessor({ format });
  return text =>
    [...objectsOf(processor.parse(text))].flatMap((node): Found[] => {
      if (node['type'] === 'image') {
        return [{ kind: 'image', path: decodeURI(String(node['url'])), alt: String(node['alt']) }];
      }
      // Each tag is a node of its own.
      if (node['type'] === 'html') return htmlTags(parseFragment(String(node['value'])));
      if (!String(node['type']).startsWith('mdxJsx')) return [];
      const attributes = (node['attributes'] as { name: string; value: unknown }[] | undefined) ?? [];
      const entries = attributes.map(({ name, value }) => {
        const expression = (value as { value?: string } | null)?.value;
        return [name, typeof value === 'string' ? value : `=${expression ?? ''}`] as const;
      });
      return fromTag({ name: String(node['name']), attributes: new Map(entries) });
    });
}

function style(parse: (text: string) => Root): Reader {
  return text => styleUrls(parse(text));
}

function styleUrls(sheet: Root): Found[] {
  const found: Found[] = [];
  sheet.walk(node => {
    const value =
      node.type === 'decl' ? node.value : node.type === 'atrule' ? `${node.name}${node.params}` : '';
    for (const [, url = ''] of value.matchAll(/url\("((?:\\[^]|[^"\\\n])*)"\)/g)) {
      found.push({ kind: 'image', path: decodeURI(url) });
    }
  });
  return found;
}

const asciidoc: Reader = async text => {
  const document = await load(text, { safe: 'safe', standalone: false });
  return htmlTags(parseFragment(await document.convert())).map(found => {
    if (found.kind === 'image') return found;
    const { kind, path, width, height } = found;
    return { kind, path, ...sizes(width, height) };
  });
};

const restructuredText: Reader = text =>
  [...objectsOf(restructured.default.parse(text))].flatMap((node): Found[] => {
    const lines = (node['children'] as { value?: string; type: string }[] | undefined) ?? [];
    if (node['type'] === 'directive' && node['directive'] === 'image') {
      const [target = '', ...options] = lines.map(({ value = '' }) => value);
      const option = (name: string): string | undefined =>
        options.find(line => line.startsWith(`:${name}: `))?.slice(name.length + 3);
      const number = (name: string): number | undefined =>
        option(name) === undefined ? undefined : Number(option(name));
      const alt = option('alt');
      return [
        {
          kind: 'image',
          // The path of a file, in which only a blank that is no space is encoded.
          path: target
            .trim()
            .replace(/\\([^])/g, '$1')
            .replaceAll('%C2%A0', '\u00A0'),
          ...(alt === undefined ? {} : { alt }),
          ...sizes(number('width'), number('height')),
        },
      ];
    }
    if (node['type'] !== 'reference') return [];
    const source = lines.map(({ value = '' }) => value).join('');
    const link = /^([^]*) <([^<>]*)>$/.exec(source);
    if (!link) throw new Error(`Not a link: ${source}`);
    const unescaped = (each = ''): string => each.replace(/\\([^])/g, '$1');
    return [{ kind: 'link', path: decodeURI(unescaped(link[2])), alt: unescaped(link[1]) }];
  });

const latexParser = getParser();
const latex: Reader = text =>
  [...objectsOf(latexParser.parse(text))].flatMap((node): Found[] => {
    const name = node['content'];
    if (node['type'] !== 'macro' || (name !== 'includegraphics' && name !== 'href')) return [];
    const values = (node['args'] as { openMark: string; content: unknown[] }[]).filter(
      each => each.openMark !== '',
    );
    const inBraces = values.filter(({ openMark }) => openMark === '{').map(({ content }) => content);
    // TeX takes a path as it is written, and so it is read from the source.
    const path = sourceOf(text, inBraces[0] ?? []).replace(
      /\\(?:string\\)?([%#])|\\string~/g,
      (_all, mark?: string) => mark ?? '~',
    );
    if (name === 'href') {
      return [{ kind: 'link', path: decodeURI(path), alt: plainLatex(inBraces[1] ?? []) }];
    }
    const keys = values.find(({ openMark }) => openMark === '[')?.content ?? [];
    const group = keys.find(each => (each as { type: string }).type === 'group') as
      { content: unknown[] } | undefined;
    return [{ kind: 'image', path, ...(group ? { alt: plainLatex(group.content) } : {}) }];
  });

function sourceOf(text: string, nodes: readonly unknown[]): string {
  const positions = (nodes as { position: { start: { offset: number }; end: { offset: number } } }[]).map(
    ({ position }) => position,
  );
  return text.slice(positions[0]?.start.offset, positions.at(-1)?.end.offset);
}

function plainLatex(nodes: readonly unknown[]): string {
  const symbols: Record<string, string> = {
    textbackslash: '\\',
    textasciitilde: '~',
    textasciicircum: '^',
    '~': '~',
  };
  return (nodes as { type: string; content?: unknown }[])
    .map(({ type, content }) => {
      if (type === 'whitespace') return ' ';
      if (type === 'parbreak') throw new Error('A paragraph ends');
      if (type === 'group') return plainLatex(content as unknown[]);
      if (type === 'string') return String(content);
      if (type !== 'macro') throw new Error(`Not plain: ${type}`);
      if (content === 'string') return '';
      const symbol = symbols[String(content)] ?? String(content);
      if (symbol.length !== 1) throw new Error(`Not plain: \\${symbol}`);
      return symbol;
    })
    .join('');
}

const typst: Reader = text => {
  const found: Found[] = [];
  new (TypstParser as unknown as new (colours: () => null) => TypstParser)(() => null).parse(text).iterate({
    enter: ({ name, from, to, node }) => {
      if (name === 'Error') throw new Error(`Typst: ${text.slice(from, to)}`);
      if (name !== 'FuncCall') return;
      const [callee = ''] = /^[a-z]+/.exec(text.slice(from, to)) ?? [];
      if (callee !== 'image' && callee !== 'link') return;
      const strings: string[] = [];
      node.cursor().iterate(inner => {
        if (inner.name === 'Str') strings.push(typstString(text.slice(inner.from, inner.to)));
      });
      found.push({ kind: callee, path: strings[0] ?? '', alt: strings[1] ?? '' });
    },
  });
  return found;
};

function typstString(source: string): string {
  return source
    .slice(1, -1)
    .replace(/\\(?:u\{([0-9a-f]+)\}|([^]))/g, (_all, code: string | undefined, character: string) =>
      code === undefined ? character : String.fromCodePoint(Number.parseInt(code, 16)),
    );
}

const org: Reader = text =>
  [...objectsOf(parseOrg(text, { trackPosition: true }))].flatMap((node): Found[] => {
    if (node['type'] !== 'paragraph') return [];
    const attributes = (node['affiliated'] as Record<string, string[]>)['ATTR_HTML']?.[0] ?? '';
    const alt = /:alt (.*?)(?:\s+:width \d+)?$/.exec(attributes)?.[1]?.replaceAll('\u200B', '');
    const width = /(?:^|\s):width (\d+)$/.exec(attributes)?.[1];
    return (node['children'] as Record<string, unknown>[]).flatMap((child): Found[] => {
      if (child['type'] !== 'link' || child['linkType'] !== 'file') return [];
      // The parser finds the link; it does not take the backslashes away as Org does.
      const { start, end } = child['position'] as { start: { offset: number }; end: { offset: number } };
      const source = text.slice(start.offset, end.offset).trim();
      const path = /^\[\[file:([^]*)\]\]$/.exec(source)?.[1];
      if (path === undefined) throw new Error(`Not a link: ${source}`);
      const unescaped = path.replace(/\\+(?=[[\]]|$)/g, run => run.slice(0, Math.floor(run.length / 2)));
      return [{ kind: 'link', path: unescaped, ...(alt === undefined ? {} : { alt }), ...(width === undefined ? {} : { width: Number(width) }) }]; // prettier-ignore
    });
  });

function strings(value: unknown): Found[] {
  if (typeof value === 'string') return [{ kind: 'text', path: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}

const json: Reader = text => {
  const errors: ParseError[] = [];
  const value: unknown = parseJson(text, errors, { allowTrailingComma: true });
  if (errors[0]) throw new Error(`JSON: ${JSON.stringify(errors[0])}`);
  return strings(value);
};

const yaml: Reader = text =>
  parseAllDocuments(text).flatMap(document => {
    if (document.errors[0]) throw document.errors[0];
    return strings(document.toJS());
  });

const plain: Reader = text =>
  text
    .split(/\r\n|\r|\n/)
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(path => ({ kind: 'text', path }));

export const readers: Readonly<Record<string, Reader>> = {
  markdown: markdown('md'),
  mdx: markdown('mdx'),
  html,
  typescriptreact: jsx,
  vue,
  svelte,
  astro,
  css: style(text => postcss.parse(text)),
  scss: style(text => parseScss(text)),
  less: style(text => less.parse(text)),
  asciidoc,
  restructuredtext: restructuredText,
  latex,
  typst,
  org,
  json,
  jsonc: json,
  yaml,
  python: plain,
  plaintext: plain,
};
