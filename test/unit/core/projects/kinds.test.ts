import { describe, expect, it } from 'vitest';
import { allKinds } from '../../../../src/core/projects/kinds/allKinds.ts';
import { outcomeOf, type OutcomeOptions } from './memoryFiles.ts';

/** A document, where its picture goes, and what stands for it: its address, or what is written instead. */
type Row = readonly [document: string, file: string, address: string, options?: OutcomeOptions];

interface KindCase {
  readonly kind: string;
  readonly evidence: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

const packageWith = (...names: string[]): Record<string, string> => ({
  'package.json': JSON.stringify({ dependencies: Object.fromEntries(names.map(name => [name, '^1.0.0'])) }),
});
const load = { text: '{% load static %}\n<p>Fox</p>' };
const urlFor = { text: `<img src="{{ url_for('static', filename='logo.png') }}">` };
const video = { media: 'video' } as const;

const cases: readonly KindCase[] = [
  {
    kind: 'hugo',
    evidence: { 'hugo.toml': 'baseURL = "https://example.org/"\n' },
    rows: [
      ['content/posts/fox.md', 'static/generated/fox.png', '/generated/fox.png'],
      ['content/posts/fox/index.md', 'content/posts/fox/fox.png', 'fox.png'],
      ['content/posts/_index.hi.md', 'content/posts/fox.png', 'fox.png'],
      ['layouts/index.html', 'static/generated/fox.png', '{{ "generated/fox.png" | relURL }}'],
      ['assets/css/main.scss', 'static/generated/fox.png', '/generated/fox.png'],
      ['static/css/main.css', 'static/generated/fox.png', '../generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'hugo',
    evidence: {
      'config.toml': 'contentDir = "text"\nstaticDir = ["files", "more"]\n',
      'archetypes/default.md': '',
    },
    rows: [
      ['text/fox.md', 'files/generated/fox.png', '/generated/fox.png'],
      ['text/fox/index.md', 'text/fox/fox.png', 'fox.png'],
      ['data/cards.yaml', 'files/generated/fox.png', '/generated/fox.png'],
    ],
  },
  {
    kind: 'hugo',
    evidence: { 'config/_default/hugo.yaml': 'baseURL: https://example.org/\n', ...packageWith('postcss') },
    rows: [
      ['content/fox.md', 'static/generated/fox.png', '/generated/fox.png'],
      ['content/fox.md', 'static/generated/fox.mp4', '/generated/fox.mp4', video],
    ],
  },
  {
    kind: 'hugo',
    evidence: { 'hugo.toml': 'baseURL = "https://example.org/den"\n' },
    rows: [
      ['content/posts/fox.md', 'static/generated/fox.png', '/den/generated/fox.png'],
      ['content/posts/fox/index.md', 'content/posts/fox/fox.png', 'fox.png'],
      ['layouts/index.html', 'static/generated/fox.png', '{{ "generated/fox.png" | relURL }}'],
      ['assets/css/main.css', 'static/generated/fox.png', '/den/generated/fox.png'],
    ],
  },
  {
    kind: 'hugo',
    evidence: { 'hugo.yaml': 'baseurl: https://example.org/den/\ncanonifyURLs: true\n' },
    rows: [
      ['content/fox.md', 'static/generated/fox.png', '/generated/fox.png'],
      ['assets/css/main.scss', 'static/generated/fox.png', '/den/generated/fox.png'],
    ],
  },
  {
    kind: 'zola',
    evidence: {
      'config.toml': 'base_url = "https://example.org"\n',
      'templates/index.html': '',
      'content/_index.md': '',
    },
    rows: [
      ['content/fox.md', 'static/generated/fox.png', '/generated/fox.png'],
      ['content/fox/index.md', 'content/fox/fox.png', 'fox.png'],
      ['templates/page.html', 'static/generated/fox.png', "{{ get_url(path='generated/fox.png') }}"],
    ],
  },
  {
    kind: 'hexo',
    evidence: { '_config.yml': 'title: Fox\n', ...packageWith('hexo') },
    rows: [
      ['source/_posts/fox.md', 'source/images/generated/fox.png', '/images/generated/fox.png'],
      ['source/about/index.md', 'source/images/generated/fox.png', '/images/generated/fox.png'],
      ['source/css/site.css', 'source/images/generated/fox.png', '../images/generated/fox.png'],
    ],
  },
  {
    kind: 'jekyll',
    evidence: { '_config.yml': 'title: Fox\nbaseurl: "" # none\n' },
    rows: [
      ['_posts/2024-05-01-fox.md', 'assets/generated/fox.png', '/assets/generated/fox.png'],
      ['about.md', 'assets/generated/fox.png', '/assets/generated/fox.png'],
      ['_layouts/home.html', 'assets/generated/fox.png', '/assets/generated/fox.png'],
      ['_data/cards.yml', 'assets/generated/fox.png', '/assets/generated/fox.png'],
      ['assets/css/site.scss', 'assets/generated/fox.png', '../generated/fox.png'],
      [
        '_posts/2024-05-01-fox.md',
        'static/img/fox.png',
        '/static/img/fox.png',
        { file: 'static/img/fox.png' },
      ],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'jekyll',
    evidence: { 'docs/_config.yml': 'title: Fox\nbaseurl: /fox # project pages\n' },
    rows: [
      [
        'docs/_posts/2024-05-01-fox.md',
        'docs/assets/generated/fox.png',
        '{{ "/assets/generated/fox.png" | relative_url }}',
      ],
      [
        'docs/index.html',
        'docs/assets/generated/fox.png',
        '{{ "/assets/generated/fox.png" | relative_url }}',
      ],
      ['docs/_data/cards.yml', 'docs/assets/generated/fox.png', '/assets/generated/fox.png'],
    ],
  },
  {
    kind: 'eleventy',
    evidence: { 'eleventy.config.js': 'c.addPassthroughCopy("src/img");\nreturn { dir: { input: "src" } };' },
    rows: [
      ['src/posts/fox.md', 'src/img/generated/fox.png', '/img/generated/fox.png'],
      ['src/_includes/base.njk', 'src/img/generated/fox.png', '/img/generated/fox.png'],
      ['src/css/site.css', 'src/img/generated/fox.png', '/img/generated/fox.png'],
    ],
  },
  {
    kind: 'eleventy',
    evidence: {
      '.eleventy.js': 'c.addPassthroughCopy({ "./public/": "/" });\nc.addPassthroughCopy("robots.txt");',
    },
    rows: [
      ['posts/fox.md', 'public/generated/fox.png', '/generated/fox.png'],
      ['index.njk', 'public/generated/fox.png', '/generated/fox.png'],
      ['public/css/site.css', 'public/generated/fox.png', '../generated/fox.png'],
    ],
  },
  {
    kind: 'eleventy',
    evidence: {
      'eleventy.config.js': 'c.addPassthroughCopy("img");\nreturn { pathPrefix: "/den/" };',
    },
    rows: [
      ['posts/fox.md', 'img/generated/fox.png', "{{ '/img/generated/fox.png' | url }}"],
      ['_includes/base.njk', 'img/generated/fox.png', "{{ '/img/generated/fox.png' | url }}"],
    ],
  },
  {
    kind: 'eleventy',
    evidence: {
      'eleventy.config.js':
        'c.addPassthroughCopy("img");\nc.addPlugin(HtmlBasePlugin);\nreturn { pathPrefix: "/den/" };',
    },
    rows: [['posts/fox.md', 'img/generated/fox.png', '/img/generated/fox.png']],
  },
  {
    kind: 'pelican',
    evidence: { 'pelicanconf.py': "PATH = 'content'\n" },
    rows: [
      ['content/fox.md', 'content/images/generated/fox.png', '{static}/images/generated/fox.png'],
      ['content/pages/about.rst', 'content/images/generated/fox.png', '{static}/images/generated/fox.png'],
      ['content/blog/fox.rst', 'content/images/generated/fox.png', '{static}/images/generated/fox.png'],
    ],
  },
  {
    kind: 'gatsby',
    evidence: packageWith('gatsby', 'react'),
    rows: [
      ['src/pages/index.js', 'static/generated/fox.png', '/generated/fox.png'],
      ['content/blog/fox/index.md', 'static/generated/fox.png', '/generated/fox.png'],
      ['src/styles/site.css', 'static/generated/fox.png', '/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'docusaurus',
    evidence: {
      'docusaurus.config.ts': "export default { baseUrl: '/fox/' };",
      ...packageWith('@docusaurus/core'),
    },
    rows: [
      ['docs/fox.md', 'static/generated/fox.png', '/generated/fox.png'],
      ['blog/2024-05-01-fox.mdx', 'static/generated/fox.png', '/generated/fox.png'],
      ['docs/fox.mdx', 'static/generated/fox.mp4', '/fox/generated/fox.mp4', video],
      ['src/pages/index.tsx', 'static/generated/fox.png', '../../static/generated/fox.png'],
      ['src/css/custom.css', 'static/generated/fox.png', '/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'astro',
    evidence: { 'astro.config.mjs': 'export default {};', ...packageWith('astro') },
    rows: [
      ['src/pages/index.astro', 'public/generated/fox.png', '/generated/fox.png'],
      ['src/content/blog/fox.md', 'src/assets/generated/fox.png', '../../assets/generated/fox.png'],
      ['src/content/blog/fox.md', 'public/generated/fox.mp4', '/generated/fox.mp4', video],
      ['src/components/Card.tsx', 'public/generated/fox.png', '/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'astro',
    evidence: {
      'astro.config.mjs': "export default defineConfig({\n  base: '/docs',\n});",
      ...packageWith('astro'),
    },
    rows: [
      ['src/pages/index.astro', 'public/generated/fox.png', '/docs/generated/fox.png'],
      ['src/layouts/Base.astro', 'public/generated/fox.png', '/docs/generated/fox.png'],
      ['src/pages/fox.mdx', 'src/assets/generated/fox.png', '../assets/generated/fox.png'],
    ],
  },
  {
    kind: 'starlight',
    evidence: packageWith('astro', '@astrojs/starlight'),
    rows: [
      ['src/content/docs/fox.md', 'src/assets/generated/fox.png', '../../assets/generated/fox.png'],
      [
        'src/content/docs/guides/fox.mdx',
        'src/assets/generated/fox.png',
        '../../../assets/generated/fox.png',
      ],
      ['src/components/Head.astro', 'public/generated/fox.png', '/generated/fox.png'],
    ],
  },
  {
    kind: 'vitepress',
    evidence: {
      'docs/.vitepress/config.mts': "export default { base: '/fox/' };",
      ...packageWith('vitepress', 'vite'),
    },
    rows: [
      ['docs/guide/fox.md', 'docs/public/generated/fox.png', '/generated/fox.png'],
      ['docs/index.md', 'docs/public/generated/fox.png', '/generated/fox.png'],
      ['docs/.vitepress/theme/Home.vue', 'docs/public/generated/fox.png', '/generated/fox.png'],
    ],
  },
  {
    kind: 'vitepress',
    evidence: { '.vitepress/config.js': "export default { srcDir: './src' };" },
    rows: [
      ['src/fox.md', 'src/public/generated/fox.png', '/generated/fox.png'],
      ['src/guide/fox.md', 'src/public/generated/fox.png', '/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'vuepress',
    evidence: { 'docs/.vuepress/config.js': '' },
    rows: [
      ['docs/fox.md', 'docs/.vuepress/public/generated/fox.png', '/generated/fox.png'],
      ['docs/README.md', 'docs/.vuepress/public/generated/fox.png', '/generated/fox.png'],
      ['docs/guide/a.md', 'docs/.vuepress/public/generated/fox.mp4', '/generated/fox.mp4', video],
    ],
  },
  {
    kind: 'slidev',
    evidence: packageWith('@slidev/cli', 'vite'),
    rows: [
      ['slides.md', 'public/generated/fox.png', '/generated/fox.png'],
      ['components/Fox.vue', 'public/generated/fox.png', '/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'mkdocs',
    evidence: { 'mkdocs.yml': 'site_name: Fox\nplugins:\n  - search\n' },
    rows: [
      ['docs/guide/fox.md', 'docs/assets/generated/fox.png', '../assets/generated/fox.png'],
      ['docs/index.md', 'docs/assets/generated/fox.png', 'assets/generated/fox.png'],
      ['docs/README.md', 'docs/assets/generated/fox.png', 'assets/generated/fox.png'],
      ['docs/guide/fox.md', 'docs/assets/generated/fox.mp4', '../../assets/generated/fox.mp4', video],
      ['docs/guide/index.md', 'docs/assets/generated/fox.mp4', '../assets/generated/fox.mp4', video],
      ['overrides/main.html', 'docs/assets/generated/fox.png', "{{ 'assets/generated/fox.png' | url }}"],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'mkdocs',
    evidence: { 'mkdocs.yml': 'docs_dir: "manual"\nuse_directory_urls: false\n', ...packageWith('prettier') },
    rows: [
      ['manual/fox.md', 'manual/assets/generated/fox.png', 'assets/generated/fox.png'],
      ['manual/a/fox.md', 'manual/assets/generated/fox.mp4', '../assets/generated/fox.mp4', video],
      ['docs/fox.md', 'assets/generated/fox.png', '../assets/generated/fox.png'],
    ],
  },
  {
    kind: 'zensical',
    evidence: { 'zensical.toml': '[project]\ndocs_dir = "pages"\n' },
    rows: [
      ['pages/fox.md', 'pages/assets/generated/fox.png', 'assets/generated/fox.png'],
      ['pages/a/fox.md', 'pages/assets/generated/fox.png', '../assets/generated/fox.png'],
      [
        'pages/a/fox.md',
        'pages/assets/generated/fox.mp3',
        '../../assets/generated/fox.mp3',
        { media: 'audio' },
      ],
    ],
  },
  {
    kind: 'mdBook',
    evidence: { 'book.toml': '[book]\ntitle = "Fox"\nsrc = "text"\n' },
    rows: [
      ['text/SUMMARY.md', 'text/assets/generated/fox.png', 'assets/generated/fox.png'],
      ['text/fox/den.md', 'text/assets/generated/fox.png', '../assets/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'antora',
    evidence: { 'docs/antora.yml': 'name: fox\n' },
    rows: [
      ['docs/modules/ROOT/pages/fox.adoc', 'docs/modules/ROOT/images/fox.png', 'fox.png'],
      ['docs/modules/den/partials/deep/fox.adoc', 'docs/modules/den/images/fox.png', 'fox.png'],
      [
        'docs/modules/ROOT/pages/fox.adoc',
        'docs/modules/den/images/a/fox.png',
        'den:a/fox.png',
        { file: 'docs/modules/den/images/a/fox.png' },
      ],
    ],
  },
  {
    kind: 'bookdown',
    evidence: { '_bookdown.yml': 'book_filename: fox\n' },
    rows: [
      ['index.Rmd', 'images/generated/fox.png', 'images/generated/fox.png'],
      ['01-fox.Rmd', 'images/generated/fox.png', 'images/generated/fox.png'],
      ['chapters/fox.Rmd', 'images/generated/fox.png', '../images/generated/fox.png'],
    ],
  },
  {
    kind: 'quarto',
    evidence: { '_quarto.yml': 'project:\n  type: website\n' },
    rows: [
      ['index.qmd', 'images/generated/fox.png', 'images/generated/fox.png'],
      ['posts/fox/index.qmd', 'images/generated/fox.png', '../../images/generated/fox.png'],
      [
        'notes/fox.ipynb',
        'images/generated/fox.png',
        '../images/generated/fox.png',
        { languageId: 'markdown' },
      ],
    ],
  },
  {
    kind: 'rMarkdownSite',
    evidence: { '_site.yml': 'name: fox\n' },
    rows: [
      ['index.Rmd', 'images/generated/fox.png', 'images/generated/fox.png'],
      ['about.Rmd', 'images/generated/fox.png', 'images/generated/fox.png'],
      ['fox.md', 'images/generated/fox.png', 'images/generated/fox.png'],
    ],
  },
  {
    kind: 'jupyterBook',
    evidence: { '_toc.yml': 'root: intro\n', '_config.yml': 'title: Fox\n' },
    rows: [
      ['intro.md', 'images/generated/fox.png', 'images/generated/fox.png'],
      ['chapters/fox.md', 'images/generated/fox.png', '../images/generated/fox.png'],
      [
        'chapters/fox.ipynb',
        'images/generated/fox.png',
        '../images/generated/fox.png',
        { languageId: 'markdown' },
      ],
    ],
  },
  {
    kind: 'sphinx',
    evidence: { 'docs/source/conf.py': "project = 'Fox'\nhtml_static_path = ['_static']\n" },
    rows: [
      ['docs/source/index.rst', 'docs/source/_static/generated/fox.png', '_static/generated/fox.png'],
      ['docs/source/guide/fox.rst', 'docs/source/_static/generated/fox.png', '../_static/generated/fox.png'],
      ['docs/source/guide/fox.md', 'docs/source/_static/generated/fox.png', '../_static/generated/fox.png'],
    ],
  },
  {
    kind: 'gitBook',
    evidence: { '.gitbook.yaml': 'root: ./\n' },
    rows: [
      ['README.md', '.gitbook/assets/fox.png', '.gitbook/assets/fox.png'],
      ['guide/fox.md', '.gitbook/assets/fox.png', '../.gitbook/assets/fox.png'],
      ['guide/den/fox.md', '.gitbook/assets/fox.png', '../../.gitbook/assets/fox.png'],
    ],
  },
  {
    kind: 'gitBook',
    evidence: { '.gitbook.yaml': 'root: ./docs/\n' },
    rows: [['docs/guide/fox.md', 'docs/.gitbook/assets/fox.png', '../.gitbook/assets/fox.png']],
  },
  {
    kind: 'mintlify',
    evidence: { 'docs.json': '{ "navigation": [] }' },
    rows: [
      ['quickstart.mdx', 'images/generated/fox.png', '/images/generated/fox.png'],
      ['guides/fox.mdx', 'images/generated/fox.png', '/images/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'marp',
    evidence: { '.marprc.yml': 'html: true\n' },
    rows: [
      ['deck.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
      ['talks/fox.md', 'assets/generated/fox.png', '../assets/generated/fox.png'],
      ['talks/2024/fox.md', 'assets/generated/fox.png', '../../assets/generated/fox.png'],
    ],
  },
  {
    kind: 'revealJs',
    evidence: { 'index.html': '', ...packageWith('reveal.js') },
    rows: [
      ['index.html', 'assets/generated/fox.png', 'assets/generated/fox.png'],
      ['slides/fox.md', 'assets/generated/fox.png', '../assets/generated/fox.png'],
      ['css/theme.css', 'assets/generated/fox.png', '../assets/generated/fox.png'],
    ],
  },
  {
    kind: 'obsidian',
    evidence: { '.obsidian/app.json': '{ "attachmentFolderPath": "files" }' },
    rows: [
      ['Fox.md', 'files/fox.png', 'fox.png'],
      ['Animals/Fox.md', 'files/fox.png', 'fox.png'],
      ['Animals/README.md', 'files/fox.png', 'fox.png'],
    ],
  },
  {
    kind: 'obsidian',
    evidence: { '.obsidian/app.json': '{ "attachmentFolderPath": "./_files", "useMarkdownLinks": true }' },
    rows: [
      ['Fox.md', '_files/fox.png', '_files/fox.png'],
      ['Animals/Fox.md', 'Animals/_files/fox.png', '_files/fox.png'],
      ['Animals/Red/Fox.md', 'Animals/Red/_files/fox.png', '_files/fox.png'],
    ],
  },
  {
    kind: 'obsidian',
    evidence: { '.obsidian/app.json': '{ "newLinkFormat": "absolute", "attachmentFolderPath": "/" }' },
    rows: [
      ['Fox.md', 'fox.png', 'fox.png'],
      ['Animals/Fox.md', 'fox.png', 'fox.png'],
      ['Animals/Fox.md', 'a/fox.png', 'a/fox.png', { file: 'a/fox.png' }],
    ],
  },
  {
    kind: 'dendron',
    evidence: { 'dendron.yml': 'workspace:\n  vaults:\n    - fsPath: vault\n    - fsPath: notes/private\n' },
    rows: [
      ['vault/animals.fox.md', 'vault/assets/images/fox.png', '/assets/images/fox.png'],
      ['vault/root.md', 'vault/assets/images/fox.png', '/assets/images/fox.png'],
      ['notes/private/fox.md', 'notes/private/assets/images/fox.png', '/assets/images/fox.png'],
    ],
  },
  {
    kind: 'logseq',
    evidence: { 'logseq/config.edn': '{}' },
    rows: [
      ['pages/Fox.md', 'assets/fox.png', '../assets/fox.png'],
      ['journals/2024_05_01.md', 'assets/fox.png', '../assets/fox.png'],
      ['pages/Fox.org', 'assets/fox.png', '../assets/fox.png'],
    ],
  },
  {
    kind: 'foam',
    evidence: { '.vscode/extensions.json': '{ "recommendations": ["foam.foam-vscode"] }' },
    rows: [
      ['inbox.md', 'attachments/fox.png', 'attachments/fox.png'],
      ['animals/fox.md', 'attachments/fox.png', '../attachments/fox.png'],
      ['docs/a/fox.md', 'attachments/fox.png', '../../attachments/fox.png'],
    ],
  },
  {
    kind: 'rails',
    evidence: {
      Gemfile: "gem 'rails'\n",
      'config/application.rb': '',
      'app/models/fox.rb': '',
      ...packageWith('vite'),
    },
    rows: [
      [
        'app/views/home/index.html.erb',
        'app/assets/images/generated/fox.png',
        "<%= image_path('generated/fox.png') %>",
      ],
      ['app/views/home/index.html.erb', 'public/generated/fox.mp4', '/generated/fox.mp4', video],
      ['app/javascript/fox.jsx', 'public/generated/fox.png', '/generated/fox.png'],
      ['app/assets/stylesheets/site.css', 'public/generated/fox.png', '/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'laravel',
    evidence: { artisan: '#!/usr/bin/env php', 'vite.config.js': '', ...packageWith('vite') },
    rows: [
      ['resources/views/home.blade.php', 'public/generated/fox.png', "{{ asset('generated/fox.png') }}"],
      ['resources/js/Pages/Home.vue', 'public/generated/fox.png', '/generated/fox.png'],
      ['resources/css/app.css', 'public/generated/fox.png', '/generated/fox.png'],
    ],
  },
  {
    kind: 'symfony',
    evidence: { 'symfony.lock': '{}' },
    rows: [
      ['templates/home.html.twig', 'public/generated/fox.png', "{{ asset('generated/fox.png') }}"],
      ['assets/styles/app.css', 'public/generated/fox.png', '/generated/fox.png'],
      ['public/css/site.css', 'public/generated/fox.png', '../generated/fox.png'],
    ],
  },
  {
    kind: 'django',
    evidence: { 'manage.py': 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")' },
    rows: [
      [
        'shop/templates/shop/home.html',
        'shop/static/shop/generated/fox.png',
        "{% static 'shop/generated/fox.png' %}",
        load,
      ],
      [
        'shop/templates/shop/base.html',
        'shop/static/shop/generated/fox.png',
        '/static/shop/generated/fox.png',
      ],
      [
        'templates/home.html',
        'static/generated/fox.png',
        "{% static 'generated/fox.png' %}",
        { text: '{% load i18n static %}' },
      ],
      [
        'templates/home.jinja',
        'static/generated/fox.png',
        "{{ static('generated/fox.png') }}",
        { text: "{{ static('a.css') }}" },
      ],
      ['apps/shop/static/shop/site.css', 'apps/shop/static/shop/generated/fox.png', 'generated/fox.png'],
    ],
  },
  {
    kind: 'flask',
    evidence: { 'app.py': 'from flask import Flask\n' },
    rows: [
      [
        'templates/index.html',
        'static/generated/fox.png',
        "{{ url_for('static', filename='generated/fox.png') }}",
        urlFor,
      ],
      ['templates/about.html', 'static/generated/fox.png', '/static/generated/fox.png'],
      ['static/css/site.css', 'static/generated/fox.png', '../generated/fox.png'],
    ],
  },
  {
    kind: 'flask',
    evidence: { 'requirements.txt': 'Flask==3.0\n' },
    rows: [
      [
        'shop/templates/a/index.html',
        'shop/static/generated/fox.png',
        "{{ url_for('static', filename='generated/fox.png') }}",
        urlFor,
      ],
      ['shop/templates/index.html', 'shop/static/generated/fox.png', '/static/generated/fox.png'],
      ['shop/static/site.css', 'shop/static/generated/fox.png', 'generated/fox.png'],
    ],
  },
  {
    kind: 'fastApi',
    evidence: { 'main.py': 'from fastapi import FastAPI\n' },
    rows: [
      [
        'templates/index.html',
        'static/generated/fox.png',
        "{{ url_for('static', path='generated/fox.png') }}",
        { text: "{{ url_for('static', path='a.css') }}" },
      ],
      ['templates/about.html', 'static/generated/fox.png', '/static/generated/fox.png'],
      ['static/site.css', 'static/generated/fox.png', 'generated/fox.png'],
    ],
  },
  {
    kind: 'phoenix',
    evidence: { 'mix.exs': '{:phoenix, "~> 1.7"}' },
    rows: [
      [
        'lib/fox_web/controllers/page_html/home.html.heex',
        'priv/static/images/generated/fox.png',
        '/images/generated/fox.png',
      ],
      ['lib/fox_web/live/fox.html.leex', 'priv/static/images/generated/fox.png', '/images/generated/fox.png'],
      ['assets/css/app.css', 'priv/static/images/generated/fox.png', '/images/generated/fox.png'],
    ],
  },
  {
    kind: 'aspNet',
    evidence: { 'Fox.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web">' },
    rows: [
      ['Views/Home/Index.cshtml', 'wwwroot/generated/fox.png', '~/generated/fox.png'],
      ['Components/Home.razor', 'wwwroot/generated/fox.png', '/generated/fox.png'],
      ['wwwroot/css/site.css', 'wwwroot/generated/fox.png', '../generated/fox.png'],
    ],
  },
  {
    kind: 'wordPressTheme',
    evidence: { 'fox/style.css': '/*\n * Theme Name: Fox\n */' },
    rows: [
      [
        'fox/front-page.php',
        'fox/assets/images/generated/fox.png',
        "<?php echo esc_url( get_theme_file_uri( 'assets/images/generated/fox.png' ) ); ?>",
      ],
      [
        'fox/templates/home.html',
        'fox/assets/images/generated/fox.png',
        '/wp-content/themes/fox/assets/images/generated/fox.png',
      ],
      ['fox/css/site.css', 'fox/assets/images/generated/fox.png', '../assets/images/generated/fox.png'],
    ],
  },
  {
    kind: 'shopifyTheme',
    evidence: {
      'config/settings_schema.json': '[]',
      'assets/a.css': '',
      'sections/a.liquid': '',
      'snippets/a.liquid': '',
      'layout/theme.liquid': '',
    },
    rows: [
      ['sections/fox.liquid', 'assets/fox.png', "{{ 'fox.png' | asset_url }}"],
      ['layout/theme.liquid', 'assets/fox.png', "{{ 'fox.png' | asset_url }}"],
      ['assets/fox.css', 'assets/fox.png', 'fox.png'],
    ],
  },
  {
    kind: 'expo',
    evidence: packageWith('expo', 'react-native'),
    rows: [
      ['app/index.tsx', 'assets/generated/fox.png', '../assets/generated/fox.png'],
      ['components/Card.jsx', 'assets/generated/fox.png', '../assets/generated/fox.png'],
      [
        'app.json',
        'assets/generated/fox.png',
        './assets/generated/fox.png',
        { text: '{ "icon": "./assets/icon.png" }' },
      ],
    ],
  },
  {
    kind: 'reactNative',
    evidence: packageWith('react-native'),
    rows: [
      ['App.tsx', 'assets/generated/fox.png', 'assets/generated/fox.png'],
      ['src/screens/Home.js', 'assets/generated/fox.png', '../../assets/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'angular',
    evidence: {
      'angular.json': JSON.stringify({
        projects: {
          fox: {
            root: '',
            architect: { build: { options: { assets: [{ glob: '**/*', input: 'public' }] } } },
          },
        },
      }),
    },
    rows: [
      ['src/app/home/home.component.html', 'public/generated/fox.png', '/generated/fox.png'],
      ['src/app/home/home.component.ts', 'public/generated/fox.png', '/generated/fox.png'],
      ['src/styles.scss', 'public/generated/fox.png', '/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'angular',
    evidence: {
      'angular.json': JSON.stringify({
        projects: {
          fox: { root: '', architect: { build: { options: { assets: ['src/favicon.ico', 'src/assets'] } } } },
          den: {
            root: 'projects/den',
            architect: { build: { options: { assets: ['projects/den/src/assets'] } } },
          },
        },
      }),
    },
    rows: [
      ['src/app/home/home.component.html', 'src/assets/generated/fox.png', 'assets/generated/fox.png'],
      ['src/styles.scss', 'src/assets/generated/fox.png', '/assets/generated/fox.png'],
      [
        'projects/den/src/app/app.component.html',
        'projects/den/src/assets/generated/fox.png',
        'assets/generated/fox.png',
      ],
    ],
  },
  {
    kind: 'angular',
    evidence: {
      'angular.json': JSON.stringify({
        projects: {
          fox: { root: '', architect: { build: { options: { baseHref: '/den/', assets: ['public'] } } } },
        },
      }),
    },
    rows: [
      ['src/app/app.html', 'public/generated/fox.png', '/den/generated/fox.png'],
      ['src/styles.css', 'public/generated/fox.png', '/den/generated/fox.png'],
    ],
  },
  {
    kind: 'next',
    evidence: packageWith('next', 'react'),
    rows: [
      ['app/page.tsx', 'public/generated/fox.png', '/generated/fox.png'],
      ['pages/fox.mdx', 'public/generated/fox.png', '/generated/fox.png'],
      ['src/components/Hero.jsx', 'public/generated/fox.png', '/generated/fox.png'],
      ['styles/Home.module.css', 'public/generated/fox.png', '/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
      ['docs/notes.md', 'assets/generated/fox.png', '../assets/generated/fox.png'],
    ],
  },
  {
    kind: 'next',
    evidence: { 'next.config.mjs': "export default { basePath: '/shop' }", ...packageWith('next') },
    rows: [
      ['app/page.tsx', 'public/generated/fox.png', '/shop/generated/fox.png'],
      ['app/about/page.jsx', 'public/generated/fox.png', '/shop/generated/fox.png'],
      ['src/data/cards.json', 'public/generated/fox.png', '/shop/generated/fox.png'],
    ],
  },
  {
    kind: 'nuxt',
    evidence: packageWith('nuxt'),
    rows: [
      ['pages/index.vue', 'public/generated/fox.png', '/generated/fox.png'],
      ['app/components/Hero.vue', 'public/generated/fox.png', '/generated/fox.png'],
      ['content/fox.md', 'public/generated/fox.png', '/generated/fox.png'],
    ],
  },
  {
    kind: 'nuxt',
    evidence: { 'static/favicon.ico': '', ...packageWith('nuxt') },
    rows: [
      ['pages/index.vue', 'static/generated/fox.png', '/generated/fox.png'],
      ['layouts/default.vue', 'static/generated/fox.png', '/generated/fox.png'],
      ['assets/site.css', 'static/generated/fox.png', '/generated/fox.png'],
    ],
  },
  {
    kind: 'svelteKit',
    evidence: packageWith('@sveltejs/kit', 'svelte', 'vite'),
    rows: [
      ['src/routes/+page.svelte', 'static/generated/fox.png', '/generated/fox.png'],
      ['src/lib/posts/fox.md', 'static/generated/fox.png', '/generated/fox.png'],
      ['src/app.html', 'static/generated/fox.png', '%sveltekit.assets%/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
    ],
  },
  {
    kind: 'svelteKit',
    evidence: {
      'vite.config.ts': "plugins: [\n  sveltekit({\n    paths: { base: '/den' },\n  }),\n]",
      ...packageWith('@sveltejs/kit', 'svelte', 'vite'),
    },
    rows: [
      ['src/routes/+page.svelte', 'static/generated/fox.png', '/den/generated/fox.png'],
      ['src/app.html', 'static/generated/fox.png', '%sveltekit.assets%/generated/fox.png'],
    ],
  },
  {
    kind: 'reactRouter',
    evidence: { 'vite.config.ts': "export default { base: '/den/' };", ...packageWith('@react-router/dev') },
    rows: [
      ['app/routes/home.tsx', 'public/generated/fox.png', '/den/generated/fox.png'],
      ['app/app.css', 'public/generated/fox.png', '/generated/fox.png'],
    ],
  },
  {
    kind: 'reactRouter',
    evidence: packageWith('@remix-run/react', '@remix-run/dev', 'vite'),
    rows: [
      ['app/routes/_index.tsx', 'public/generated/fox.png', '/generated/fox.png'],
      ['app/root.tsx', 'public/generated/fox.png', '/generated/fox.png'],
      ['app/styles/site.css', 'public/generated/fox.png', '/generated/fox.png'],
    ],
  },
  {
    kind: 'createReactApp',
    evidence: packageWith('react-scripts', 'react'),
    rows: [
      ['src/App.js', 'public/generated/fox.png', '/generated/fox.png'],
      ['public/index.html', 'public/generated/fox.png', '%PUBLIC_URL%/generated/fox.png'],
      ['src/App.css', 'public/generated/fox.png', '/generated/fox.png'],
    ],
  },
  {
    kind: 'createReactApp',
    evidence: {
      'package.json':
        '{\n  "homepage": "https://example.org/den",\n  "dependencies": { "react-scripts": "5.0.1" }\n}',
    },
    rows: [
      ['src/App.js', 'public/generated/fox.png', '/den/generated/fox.png'],
      ['public/index.html', 'public/generated/fox.png', '%PUBLIC_URL%/generated/fox.png'],
    ],
  },
  {
    kind: 'vueCli',
    evidence: { 'vue.config.js': "module.exports = { publicPath: '/den/' };" },
    rows: [
      ['src/App.vue', 'public/generated/fox.png', '/den/generated/fox.png'],
      ['public/index.html', 'public/generated/fox.png', '<%= BASE_URL %>generated/fox.png'],
    ],
  },
  {
    kind: 'vueCli',
    evidence: packageWith('@vue/cli-service', 'vue'),
    rows: [
      ['src/App.vue', 'public/generated/fox.png', '/generated/fox.png'],
      ['src/views/Home.vue', 'public/generated/fox.png', '/generated/fox.png'],
      ['public/css/a.css', 'public/generated/fox.png', '../generated/fox.png'],
    ],
  },
  {
    kind: 'ember',
    evidence: packageWith('ember-source'),
    rows: [
      ['app/templates/application.hbs', 'public/generated/fox.png', '/generated/fox.png'],
      ['app/styles/app.css', 'public/generated/fox.png', '/generated/fox.png'],
      ['app/components/fox.hbs', 'public/generated/fox.png', '/generated/fox.png'],
    ],
  },
  {
    kind: 'vite',
    evidence: {
      'vite.config.ts': 'export default defineConfig({ plugins: [react()] });',
      ...packageWith('react', 'vite'),
    },
    rows: [
      ['src/App.tsx', 'public/generated/fox.png', '/generated/fox.png'],
      ['index.html', 'public/generated/fox.png', '/generated/fox.png'],
      ['src/App.css', 'public/generated/fox.png', '/generated/fox.png'],
      ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
      ['CONTRIBUTING.md', 'public/fox.png', 'public/fox.png', { file: 'public/fox.png' }],
    ],
  },
  {
    kind: 'vite',
    evidence: {
      'vite.config.js': "export default {\n  base: '/fox/',\n  root: 'web',\n  publicDir: 'files',\n}",
      ...packageWith('vite', 'vue', 'svelte', 'solid-js'),
    },
    rows: [
      ['web/src/App.vue', 'web/files/generated/fox.png', '/generated/fox.png'],
      ['web/src/App.svelte', 'web/files/generated/fox.png', '/fox/generated/fox.png'],
      ['web/src/Hero.jsx', 'web/files/generated/fox.png', '/fox/generated/fox.png'],
    ],
  },
  ...(
    [
      [
        "const base = '/den/';\nexport default defineConfig({ base, plugins: [] });",
        '/den/generated/fox.png',
      ],
      ["const BASE = '/den';\nexport default { base: BASE };", '/den/generated/fox.png'],
      ["export default { base: process.env.BASE ?? '/den/' };", '/den/generated/fox.png'],
      ["export default { base: process.env['BASE'] || '/den/',\n};", '/den/generated/fox.png'],
      ["// base: '/old/'\nexport default { base: '/den/' };", '/den/generated/fox.png'],
      ['export default { base: undefined };', '/generated/fox.png'],
      ['export default { plugins: [react()] };', '/generated/fox.png'],
    ] as const
  ).map(([settings, address]) => ({
    kind: 'vite',
    evidence: { 'vite.config.ts': settings, ...packageWith('vite', 'react') },
    rows: [['src/App.tsx', 'public/generated/fox.png', address]] as const,
  })),
  ...[
    "export default { base: process.env.CI ? '/den/' : '/' };",
    "export default defineConfig(({ mode }) => ({\n  base: mode === 'production'\n    ? '/den/'\n    : '/',\n}));",
    'export default { base: process.env.BASE };',
    'export default { base: `/${name}/` };',
    "export default { base: './' };",
  ].map(settings => ({
    kind: 'vite',
    evidence: { 'vite.config.ts': settings, ...packageWith('vite', 'react', 'vue') },
    rows: [
      ['src/pages/Home.tsx', 'src/assets/generated/fox.png', '../assets/generated/fox.png'],
      // To these the build adds the base itself.
      ['src/App.vue', 'public/generated/fox.png', '/generated/fox.png'],
      ['src/main.css', 'public/generated/fox.png', '/generated/fox.png'],
      ['index.html', 'public/generated/fox.png', '/generated/fox.png'],
    ] as const,
  })),
  {
    kind: 'svelteKit',
    evidence: {
      'svelte.config.js':
        "export default { kit: { paths: { base: process.env.NODE_ENV === 'production' ? '/den' : '' } } };",
      ...packageWith('@sveltejs/kit'),
    },
    rows: [
      ['src/routes/+page.svelte', 'src/lib/assets/generated/fox.png', '../lib/assets/generated/fox.png'],
      ['src/app.html', 'static/generated/fox.png', '%sveltekit.assets%/generated/fox.png'],
    ],
  },
  {
    kind: 'astro',
    evidence: { 'astro.config.mjs': 'export default defineConfig({ base: process.env.BASE });' },
    rows: [
      ['src/pages/index.astro', 'src/assets/generated/fox.png', '../assets/generated/fox.png'],
      ['src/content/fox.md', 'src/assets/generated/fox.png', '../assets/generated/fox.png'],
    ],
  },
  {
    kind: 'next',
    evidence: {
      'next.config.mjs': "export default { basePath: isProd ? '/den' : '' };",
      ...packageWith('next'),
    },
    rows: [['app/page.tsx', 'public/generated/fox.png', '../public/generated/fox.png']],
  },
  {
    kind: 'vueCli',
    evidence: {
      'vue.config.js':
        "module.exports = { publicPath: process.env.NODE_ENV === 'production' ? '/den/' : '/' };",
    },
    rows: [
      ['src/components/Hero.vue', 'src/assets/generated/fox.png', '../assets/generated/fox.png'],
      ['public/index.html', 'public/generated/fox.png', '<%= BASE_URL %>generated/fox.png'],
    ],
  },
  {
    kind: 'eleventy',
    evidence: {
      'eleventy.config.js': "config.addPassthroughCopy('img');\nreturn { pathPrefix: process.env.PREFIX };",
    },
    rows: [['index.md', 'img/generated/fox.png', "{{ '/img/generated/fox.png' | url }}"]],
  },
  {
    kind: 'express',
    evidence: {
      'app.js': "app.use('/files', express.static(path.join(__dirname, 'static')));",
      ...packageWith('express'),
    },
    rows: [
      ['views/home.ejs', 'static/generated/fox.png', '/files/generated/fox.png'],
      ['views/home.hbs', 'static/generated/fox.png', '/files/generated/fox.png'],
      ['static/css/site.css', 'static/generated/fox.png', '../generated/fox.png'],
    ],
  },
  {
    kind: 'publicFolder',
    evidence: { 'composer.json': '{}', 'public/index.php': '' },
    rows: [
      ['views/home.twig', 'public/generated/fox.png', '/generated/fox.png'],
      ['templates/home.php', 'public/generated/fox.png', '/generated/fox.png'],
      ['public/index.html', 'public/generated/fox.png', 'generated/fox.png'],
      ['docs/fox.md', 'assets/generated/fox.png', '../assets/generated/fox.png'],
    ],
  },
  {
    kind: 'plainFolder',
    evidence: {},
    rows: [
      ['fox.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
      ['docs/deep/fox.adoc', 'assets/generated/fox.png', '../../assets/generated/fox.png'],
      ['views/home.hbs', 'public/fox.png', '/fox.png', { file: 'public/fox.png' }],
      ['src/main.rs', 'public/fox.png', '../public/fox.png', { file: 'public/fox.png' }],
      ['README.md', 'public/fox.png', 'public/fox.png', { file: 'public/fox.png' }],
      ['public/index.html', 'public/img/fox.png', 'img/fox.png', { file: 'public/img/fox.png' }],
    ],
  },
];

describe.each(cases)('$kind', ({ kind, evidence, rows }) => {
  for (const [document, file, address, options] of rows) {
    it(`${document} has its picture in ${file}, as ${address}`, async () => {
      const found = await outcomeOf(evidence, document, options);
      expect(found.file).toBe(file);
      expect(found.address.expression ?? found.address.path).toBe(address);
    });
  }

  it('is what was found for all but what is read in the repository', async () => {
    const kinds = await Promise.all(
      rows.map(async ([document]) => (await outcomeOf(evidence, document)).project.kind.id),
    );
    expect(kinds).toContain(kind);
    expect(new Set(kinds).difference(new Set([kind, 'plainFolder']))).toEqual(new Set());
  });
});

describe('every kind', () => {
  it('keeps media of any document inside of the workspace folder', async () => {
    const names = [
      'a.md',
      'content/index.md',
      'modules/a/pages/b.adoc',
      'a/templates/b.html',
      'src/a b/ü.tsx',
    ];
    for (const { evidence } of cases) {
      for (const name of names) {
        const { project } = await outcomeOf(evidence, name);
        const segments = project.folders.flatMap(({ folder }) => folder.split('/'));
        expect(segments, name).not.toContain('..');
        expect(
          project.folders.every(({ folder }) => !folder.startsWith('/')),
          name,
        ).toBe(true);
      }
    }
  });

  it('has documents here, and an address where its rule is documented', () => {
    for (const { id, source } of allKinds) {
      const rows = cases.filter(({ kind }) => kind === id).flatMap(each => each.rows);
      expect(rows.length, id).toBeGreaterThanOrEqual(3);
      expect(URL.canParse(source), id).toBe(true);
    }
  });

  it('has an id of its own', () => {
    expect(new Set(allKinds.map(({ id }) => id)).size).toBe(allKinds.length);
  });
});
