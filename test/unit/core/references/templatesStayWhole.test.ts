import { spawnSync } from 'node:child_process';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { findLanguage, languages } from '../../../support/languages.ts';
import { isLong } from '../../../support/propertyRuns.ts';
import { name, resultsIn, withoutReference, wordsOf } from './everyPlace.ts';

/**
 * Template languages and markup of wikis, which no package of ours reads: at every place of a document the
 * tags and blocks of the result are balanced, exactly one picture more is shown, where one may be shown, and
 * the rest is what it was; or there is none. Read by a scanner of its own.
 */
interface Checked {
  readonly languageId: string;
  readonly file?: string;
  readonly documents: readonly string[];
  /** @throws what a document has against itself */
  readonly check: (text: string) => void;
}

const voidTags = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
/** Elements in which a picture is not shown, or breaks what is around it. */
const closedTags = new Set('title script style textarea select option head ul ol table tr tbody'.split(' '));

interface Blocks {
  /** Code of the template language, and its comments. */
  readonly code: RegExp;
  /** The name of what a piece of code opens, closes (`/` before it) or neither. */
  readonly blockOf: (code: string) => string | undefined;
}

const perhaps = (condition: boolean, value: string): string | undefined => (condition ? value : undefined);

/** Tags and blocks, balanced together: a block ends in the element in which it began. */
function balanced({ code, blockOf }: Blocks): (text: string) => void {
  const token = new RegExp(
    `(?<code>${code.source})|(?<comment><!--[^]*?-->)|(?<tag></?[A-Za-z.:][^\\s/>]*(?:${code.source}|"(?:${code.source}|[^"])*"|'(?:${code.source}|[^'])*'|[^<>"'])*>)`,
    'g',
  );
  return text => {
    const open: string[] = [];
    const close = (sought: string): void => {
      const last = open.pop();
      if (last !== sought) throw new Error(`${sought} ends ${last ?? 'nothing'}`);
    };
    let shown = 0;
    for (const { groups, 0: whole } of text.matchAll(token)) {
      const { code: own, comment, tag } = groups ?? {};
      if (whole.includes(name) && (own !== undefined || comment !== undefined))
        throw new Error(`not shown: ${whole}`);
      if (own !== undefined) {
        const block = blockOf(own);
        if (block?.startsWith('/') === true) close(block === '/' ? (open.at(-1) ?? '') : block.slice(1));
        else if (block !== undefined) open.push(block);
      } else if (tag !== undefined) {
        const tagName = /^<\/?([^\s/>]+)/.exec(tag)?.[1] ?? '';
        if (tag.includes(name)) {
          const parent = open.findLast(each => each.startsWith('<'));
          if (tagName !== 'img' || closedTags.has(parent?.slice(1) ?? ''))
            throw new Error(`in ${parent ?? ''}`);
          shown++;
        }
        if (tag.startsWith('</')) close(`<${tagName}`);
        else if (!voidTags.has(tagName) && !tag.endsWith('/>')) open.push(`<${tagName}`);
      }
    }
    if (open.length > 0) throw new Error(`${open.join(' ')} never end`);
    if (text.includes(name) && shown !== 1) throw new Error(`${shown} are shown`);
  };
}

const percentBlocks: Blocks = {
  code: /\{#[^]*?#\}|\{%-?\s*comment\b[^]*?endcomment\s*-?%\}|\{%[^]*?%\}|\{\{[^]*?\}\}/,
  blockOf(code) {
    const [, end, block = ''] = /^\{%-?\s*(end)?(\w*)/.exec(code) ?? [];
    const isBlock = /^(?:if|for|block|macro|with|unless|case|form|filter|autoescape|blocktranslate)$/.test(
      block,
    );
    return isBlock && !/^\{%-?\s*comment/.test(code) ? `${end === undefined ? '' : '/'}${block}` : undefined;
  },
};

/** The code of a page of EJS as the script that it becomes. */
function ejsScript(text: string): void {
  const parts = text.split(/(<%[^]*?%>)/).map(part => {
    if (!part.startsWith('<%')) return `out(${JSON.stringify(part)});`;
    const code = part.slice(2, -2);
    if (code.startsWith('#')) return '';
    return /^[=-]/.test(code) ? `out(${code.slice(1)});` : `${code}\n`;
  });
  new Script(parts.join('')); // Throws what it has against it.
}

const tagsOnly = balanced({ code: /<%[^]*?%>/, blockOf: () => undefined });

const checked: readonly Checked[] = [
  {
    languageId: 'twig',
    documents: [
      "{% block title %}A cat{% endblock %}\n{# A cat #}\n<main class=\"{{ a ? 'b' : \"c\" }}\">\n  {% for x in xs %}\n    <p>A cat {{ x|default('>') }}</p>\n  {% else %}\n    <ul>\n      <li>{{ 'A cat'|trans }}</li>\n    </ul>\n  {% endfor %}\n</main>\n",
      "{% extends 'base.html.twig' %}\n\n{% block title %}A cat{% endblock %}\n\n{% block body %}\n  <h1>A cat</h1>\n  {% if a %}<p>x</p>{% endif %}\n{% endblock %}\n",
    ],
    check: balanced(percentBlocks),
  },
  {
    languageId: 'jinja-html',
    documents: [
      '{% extends "a.html" %}\n{% block content %}\n<section>\n  {% if a == "A cat" %}\n    <p>A <b>cat</b></p>\n  {% else %}\n    <!-- A cat -->\n  {% endif %}\n  <a href="{{ url_for("a", b="c") }}">A cat</a>\n</section>\n{% endblock %}\n',
    ],
    check: balanced(percentBlocks),
  },
  {
    languageId: 'django-html',
    documents: [
      '{% load static %}\n<div>\n  {% comment %} A cat {% endcomment %}\n  {% with a=b %}<p title="{% if a %}x{% endif %}">A cat</p>{% endwith %}\n  {% blocktranslate %}A cat{% endblocktranslate %}\n</div>\n',
    ],
    check: balanced(percentBlocks),
  },
  {
    languageId: 'nunjucks',
    documents: [
      '{% macro card(a) %}\n  <article>\n    <h2>A cat</h2>\n    {{ a }}\n  </article>\n{% endmacro %}\n<main>{{ card("A cat") }}</main>\n',
    ],
    check: balanced(percentBlocks),
  },
  {
    languageId: 'liquid',
    documents: [
      "<div class=\"{% if a %}b{% endif %}\">\n  {% unless x %}\n    <p>A cat {{ 'x' | append: '>' }}</p>\n  {% endunless %}\n  {%- comment -%} A cat {%- endcomment -%}\n  {% case y %}{% when 1 %}<i>A cat</i>{% endcase %}\n</div>\n",
    ],
    check: balanced(percentBlocks),
  },
  {
    languageId: 'handlebars',
    documents: [
      '<ul>\n  {{#each xs}}\n    <li class="{{#if a}}b{{/if}}">A cat {{this}}</li>\n  {{/each}}\n</ul>\n{{!-- A cat --}}\n{{#if b}}\n  <p>A cat</p>\n{{else}}\n  <p>{{t "A cat"}}</p>\n{{/if}}\n{{> footer title="A cat"}}\n',
    ],
    check: balanced({
      code: /\{\{!--[^]*?--\}\}|\{\{[^]*?\}\}/,
      blockOf: code => /^\{\{([#/])(\w+)/.exec(code)?.slice(1, 3).join('').replace('#', ''),
    }),
  },
  {
    languageId: 'go-template',
    documents: [
      '{{ define "main" }}\n<main class="{{ with .A }}{{ . }}{{ end }}">\n  {{/* A cat */}}\n  {{ range .Pages }}\n    <h2>A cat {{ "x" | upper }}</h2>\n  {{ else }}\n    <p>A cat</p>\n  {{ end }}\n</main>\n{{ end }}\n',
    ],
    check: balanced({
      code: /\{\{[^]*?\}\}/,
      blockOf: code =>
        perhaps(/^\{\{-?\s*(?:if|range|with|define|block)\b/.test(code), '{{') ??
        perhaps(/^\{\{-?\s*end\b/.test(code), '/{{'),
    }),
  },
  {
    languageId: 'blade',
    documents: [
      "@extends('layout')\n\n@section('content')\n  {{-- A cat --}}\n  @foreach ($xs as $x)\n    <p class=\"{{ $x['a'] }}\">A cat {{ $x }}</p>\n  @endforeach\n  @if ($a)\n    <x-card title=\"A cat\"><b>A cat</b></x-card>\n  @else\n    {!! $b !!}\n  @endif\n@endsection\n",
    ],
    check: balanced({
      code: /\{\{--[^]*?--\}\}|\{\{[^]*?\}\}|\{!![^]*?!!\}|@(?:end)?(?:if|foreach|for|section|php|auth)\b(?:[ \t]*\([^()\n]*\))?/,
      blockOf: code =>
        /^@(end)?(\w+)/
          .exec(code)
          ?.slice(1, 3)

          .join('')
          .replace(/^end/, '/'),
    }),
  },
  {
    languageId: 'razor',
    file: 'a.cshtml',
    documents: [
      '@model A\n@{\n    var a = "A cat";\n}\n@* A cat *@\n<main>\n    @if (a != null)\n    {\n        <p>A cat @a</p>\n    }\n    else\n    {\n        <b title="@a">A cat</b>\n    }\n</main>\n',
    ],
    check: balanced({
      code: /@\*[^]*?\*@|@\{[^]*?\n\}|[{}]/,
      blockOf: code => perhaps(code === '{', '{') ?? perhaps(code === '}', '/{'),
    }),
  },
  {
    languageId: 'heex',
    documents: [
      '<.card class={["a", @b && "c"]}>\n  <:title>A cat</:title>\n  <%= if @a do %>\n    <p>A cat {@a}</p>\n  <% else %>\n    <ul><li :for={x <- @xs}>A cat</li></ul>\n  <% end %>\n  <%!-- A cat --%>\n  <.link navigate={~p"/a"}>A cat</.link>\n</.card>\n',
    ],
    check: balanced({
      code: /<%!--[^]*?--%>|<%[^]*?%>|\{[^{}]*\}/,
      blockOf: code => perhaps(/\bdo\s*%>$/.test(code), 'do') ?? perhaps(/^<%\s*end\b/.test(code), '/do'),
    }),
  },
  {
    languageId: 'ejs',
    documents: [
      '<%# A cat %>\n<ul>\n<% xs.forEach(x => { %>\n  <li class="<%= x.a ? "b" : \'c\' %>">A cat <%- x %></li>\n<% }) %>\n</ul>\n<% if (a) { %>\n  <p>A cat</p>\n<% } else { // A cat\n%>\n  <p><%= t("A cat") %></p>\n<% } %>\n',
    ],
    check(text) {
      tagsOnly(text);
      ejsScript(text);
    },
  },
  {
    languageId: 'textile',
    documents: [
      'h1. A cat\n\nA cat is\nasleep.\n\n* A cat\n* x\n\n|_. A cat |_. b |\n| c | d |\n\nbc.. A cat\n\nx = 1\n\np. A cat\n\n<pre>\nA cat\n\n</pre>\n\nbq. A cat\n',
    ],
    check(text) {
      const blocks = text.split(/\n{2,}/);
      let isLong = false;
      let isPre = false;
      for (const block of blocks) {
        if (/^(?:h\d|p|bq|bc)\.{1,2} /.test(block)) isLong = /^\w+\.\. /.test(block);
        const isPicture = block.includes(name);
        if (isPicture && (isLong || isPre || !/^(?:p\. )?![^!\n]+!\s*$/.test(block)))
          throw new Error(`not shown: ${block}`);
        if (block.includes('<pre>')) isPre = true;
        if (block.includes('</pre>')) isPre = false;
      }
    },
  },
  {
    languageId: 'wikitext',
    documents: [
      "== A cat ==\nA cat is\nasleep.\n\n* A cat\n** x\n\n{| class=\"wikitable\"\n! A cat\n|-\n| x || A cat\n|}\n\n{{Quote\n|text=A cat\n}}\n\n<nowiki>\nA cat\n</nowiki>\n<!-- A cat\n-->\n<gallery>\nFile:a.png|A cat\n</gallery>\nA '''cat'''<ref>A cat</ref> more.\n",
    ],
    check(text) {
      const hidden = /\{\|[^]*?\|\}|\{\{[^]*?\}\}|<(nowiki|gallery|pre|ref)>[^]*?<\/\1>|<!--[^]*?-->/g;
      for (const [region] of text.matchAll(hidden))
        if (region.includes(name)) throw new Error(`not shown: ${region}`);
      const lines = text.split('\n').filter(line => line.includes(name));
      if (!lines.every(line => /^\[\[File:[^[\]]+\]\]$/.test(line))) throw new Error(`torn: ${lines.join()}`);
      for (const [open, close] of [
        ['{{', '}}'],
        ['{|', '|}'],
        ['[[', ']]'],
      ] as const)
        if (text.split(open).length !== text.split(close).length) throw new Error(`${open} is not closed`);
    },
  },
];

describe.each(checked)('in any place of $languageId', each => {
  const { documents, check } = each;
  it('exactly one picture more is shown, and the rest is what it was', () => {
    for (const text of documents) {
      check(text);
      const results = [...resultsIn(each, text, 'after')];
      expect(results.length).toBeGreaterThan(0);
      for (const result of results) {
        expect(result.split(name), result).toHaveLength(2);
        expect(() => check(result), result).not.toThrow();
        const rest = withoutReference(result).replace(
          new RegExp(`(?:p\\. )?![^!\\n]*${name}[^!\\n]*!|\\[\\[File:${name}[^\\]]*\\]\\]`),
          '',
        );
        expect(wordsOf(rest), result).toBe(wordsOf(text));
      }
    }
  });

  it('what is replaced leaves a document that is whole', () => {
    for (const text of documents) {
      for (const result of resultsIn(each, text, 'replace')) {
        expect(result.split(name), result).toHaveLength(2);
        expect(() => check(result), result).not.toThrow();
      }
    }
  });
});

/** Gives texts to a program that ends with what it has against the first. */
function readBy(program: string, parameters: readonly string[], texts: readonly string[]): void {
  const { status, stderr } = spawnSync(program, parameters, {
    input: JSON.stringify(texts),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

// What is needed may have to be installed, which takes too long for every run.
if (isLong) {
  describe('by the language itself', () => {
    const erb =
      '<%# A cat %>\n<ul>\n<% @xs.each do |x| %>\n  <li class="<%= x.a ? "b" : \'c\' %>">A cat <%= x %></li>\n<% end %>\n</ul>\n<% if @a %>\n  <p>A cat</p>\n<% else # A cat\n%>\n  <p><%= t("A cat") %></p>\n  <%= image_tag "a.png", alt: "A cat" %>\n<% end %>\n';

    it('Ruby compiles every page of ERB', async () => {
      const results = (['after', 'replace'] as const).flatMap(mode => [
        ...resultsIn({ languageId: 'erb' }, erb, mode),
      ]);
      expect(results.length).toBeGreaterThan(10);
      // A helper that writes the whole tag has the name in its code.
      for (const result of results)
        if (!result.includes('image_tag "assets')) expect(() => tagsOnly(result), result).not.toThrow();
      readBy(
        await findLanguage(languages.ruby),
        [
          '-rerb',
          '-rjson',
          '-e',
          'JSON.parse(STDIN.read).each { |each| RubyVM::InstructionSequence.compile(ERB.new(each, trim_mode: "-").src) }',
        ],
        results,
      );
    });

    it('Jinja parses every page', async () => {
      const documents = checked.find(({ languageId }) => languageId === 'jinja-html')?.documents ?? [];
      const results = documents.flatMap(text =>
        (['after', 'replace'] as const).flatMap(mode => [
          ...resultsIn({ languageId: 'jinja-html' }, text, mode),
        ]),
      );
      const program =
        'import json, sys, jinja2\nfor each in json.load(sys.stdin): jinja2.Environment().parse(each)';
      readBy(await findLanguage(languages.jinja), ['-c', program], results);
    });
  });
}
