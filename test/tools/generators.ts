import type { Site, Tool } from './tool.ts';

const html = (body: string): string =>
  `<!doctype html>\n<html lang="en">\n<head><title>Fox</title></head>\n<body>\n${body}\n</body>\n</html>\n`;
const bases = ['/', '/den/'];

/** Generators of sites, and of books and manuals. */
export const generators: readonly Tool[] = [
  {
    id: 'hugo',
    from: { debian: ['hugo'], version: ['hugo', 'version'] },
    sites: [...bases.map(base => hugo(base)), hugo('/den/', 'canonifyURLs = true\n')],
  },
  {
    id: 'jekyll',
    from: { debian: ['jekyll'], version: ['jekyll', '--version'] },
    sites: bases.map(base => ({
      base,
      files: {
        '_config.yml': `title: Fox\nurl: https://example.org\nbaseurl: "${base.slice(0, -1)}"\n`,
      },
      documents: [
        {
          file: '_posts/2024-05-01-fox.md',
          languageId: 'markdown',
          text: '---\nlayout: default\n---\n\n1. ⟦A red fox⟧\n2. Text\n',
          page: '2024/05/01/fox.html',
        },
        {
          file: 'about.md',
          languageId: 'markdown',
          text: '---\nlayout: default\n---\n\n⟦A grey owl⟧\n',
          page: 'about.html',
        },
        {
          file: '_layouts/default.html',
          languageId: 'html',
          text: html('  <header>\n    <p>⟦A tall tree⟧</p>\n  </header>\n  {{ content }}'),
          page: 'about.html',
        },
        {
          file: 'home.html',
          languageId: 'html',
          text: `---\n---\n${html('  <p>⟦A small den⟧</p>')}`,
          page: 'home.html',
        },
      ],
      build: [['jekyll', 'build', '--disable-disk-cache']],
      output: '_site',
    })),
  },
  {
    id: 'mkdocs',
    from: { debian: ['mkdocs'], version: ['mkdocs', '--version'] },
    sites: bases.flatMap(base => [mkdocs(base, true), mkdocs(base, false)]),
  },
  {
    id: 'sphinx',
    from: { debian: ['python3-sphinx', 'python3-myst-parser'], version: ['sphinx-build', '--version'] },
    sites: [
      {
        base: '/den/',
        files: {
          'docs/conf.py': "project = 'Fox'\nextensions = ['myst_parser']\nhtml_static_path = ['_static']\n",
          'docs/_static/empty.css': '',
          'docs/index.rst': 'Fox\n===\n\n.. toctree::\n\n   guide/fox\n   guide/owl\n',
        },
        documents: [
          {
            file: 'docs/guide/fox.rst',
            languageId: 'restructuredtext',
            text: 'Fox\n===\n\n* ⟦A red fox⟧\n* Text\n',
            page: 'guide/fox.html',
          },
          {
            file: 'docs/guide/owl.md',
            languageId: 'markdown',
            text: '# Owl\n\n```{note}\nText\n```\n\n⟦A grey owl⟧\n',
            page: 'guide/owl.html',
          },
        ],
        build: [['sphinx-build', '-q', 'docs', 'out']],
        output: 'out',
      },
    ],
  },
  {
    id: 'pelican',
    from: { debian: ['pelican'], version: ['pelican', '--version'] },
    sites: bases.map(base => ({
      base,
      files: {
        'pelicanconf.py': `PATH = 'content'\nSITEURL = 'https://example.org${base.slice(0, -1)}'\nTIMEZONE = 'UTC'\nDEFAULT_LANG = 'en'\nAUTHOR = 'A'\nSITENAME = 'Fox'\n`,
      },
      documents: [
        {
          file: 'content/fox.md',
          languageId: 'markdown',
          text: 'Title: Fox\nDate: 2024-05-01\nCategory: Animals\n\n⟦A red fox⟧\n',
          page: 'fox.html',
        },
        {
          file: 'content/night/owl.rst',
          languageId: 'restructuredtext',
          text: 'Owl\n###\n\n:date: 2024-05-02\n:category: Birds\n\n⟦A grey owl⟧\n',
          page: 'owl.html',
        },
      ],
      build: [['pelican', 'content', '-o', 'out', '-s', 'pelicanconf.py']],
      output: 'out',
    })),
  },
  {
    id: 'eleventy',
    from: { npm: '@11ty/eleventy', versions: { '@11ty/eleventy': '3.1.8' } },
    sites: [
      ['/', ''],
      ['/den/', ''],
      ['/den/', 'c.addPlugin(HtmlBasePlugin);'],
    ].map(([base = '', plugin = '']): Site => ({
      base,
      files: {
        'eleventy.config.js': `${plugin === '' ? '' : 'import { HtmlBasePlugin } from "@11ty/eleventy";\n'}export default function (c) {\n  c.addPassthroughCopy("src/img");\n  ${plugin}\n  return { dir: { input: "src" }, pathPrefix: "${base}" };\n}\n`,
        'src/img/empty.txt': '',
      },
      documents: [
        {
          file: 'src/posts/fox.md',
          languageId: 'markdown',
          text: '---\nlayout: base.njk\n---\n\n⟦A red fox⟧\n',
          page: 'posts/fox/',
        },
        {
          file: 'src/_includes/base.njk',
          languageId: 'nunjucks',
          text: html('  <p>⟦A tall tree⟧</p>\n  {{ content | safe }}'),
          page: 'posts/fox/',
        },
      ],
      build: [['eleventy']],
      output: '_site',
    })),
  },
  {
    id: 'hexo',
    from: {
      npm: 'hexo',
      versions: {
        hexo: '8.1.2',
        'hexo-generator-index': '4.0.0',
        'hexo-renderer-ejs': '2.0.0',
        'hexo-renderer-marked': '7.0.1',
      },
      manifest: { hexo: { version: '' } },
    },
    sites: bases.map(base => ({
      base,
      files: {
        '_config.yml': `title: Fox\nurl: https://example.org${base}\nroot: ${base}\ntheme: fox\npermalink: :title/\n`,
        'themes/fox/layout/index.ejs': html('<%- page.posts.length %>'),
        'themes/fox/layout/post.ejs': html('<%- page.content %>'),
      },
      documents: [
        {
          file: 'source/_posts/fox.md',
          languageId: 'markdown',
          text: '---\ntitle: Fox\ndate: 2024-05-01\n---\n\n⟦A red fox⟧\n',
          page: 'fox/',
        },
      ],
      build: [['hexo', 'generate']],
      output: 'public',
    })),
  },
  {
    id: 'docusaurus',
    from: {
      npm: '@docusaurus/core',
      versions: {
        '@docusaurus/core': '3.10.2',
        '@docusaurus/preset-classic': '3.10.2',
        react: '19.3.1',
        'react-dom': '19.3.1',
      },
      // What it makes is told by its text, not by the folder.
      manifest: { type: undefined },
    },
    // It takes minutes, and what is right below a base is so without one.
    sites: ['/den/'].map(base => ({
      base,
      files: {
        'docusaurus.config.js': `export default {\n  title: 'Fox',\n  url: 'https://example.org',\n  baseUrl: '${base}',\n  presets: [['classic', { blog: false }]],\n};\n`,
      },
      documents: [
        {
          file: 'docs/fox.md',
          languageId: 'markdown',
          text: '---\nslug: /fox\n---\n\n# Fox\n\n:::note\n\n⟦A red fox⟧\n\n:::\n',
          page: 'docs/fox/',
        },
        {
          file: 'docs/owl.mdx',
          languageId: 'mdx',
          text: '# Owl\n\n⟦A grey owl⟧\n',
          page: 'docs/owl/',
          media: 'video',
        },
        {
          file: 'src/pages/index.js',
          languageId: 'javascript',
          text: 'import React from "react";\n\nexport default function Home() {\n  return (\n    <main>\n      <p>⟦A tall tree⟧</p>\n    </main>\n  );\n}\n',
          page: '',
        },
      ],
      build: [['docusaurus', 'build', '--out-dir', 'out']],
      output: 'out',
    })),
  },
  {
    id: 'vitepress',
    from: { npm: 'vitepress', versions: { vitepress: '1.6.4', vue: '3.5.45' } },
    sites: bases.map(base => ({
      base,
      files: { 'docs/.vitepress/config.mts': `export default { title: 'Fox', base: '${base}' };\n` },
      documents: [
        {
          file: 'docs/guide/fox.md',
          languageId: 'markdown',
          text: '# Fox\n\n::: tip\n⟦A red fox⟧\n:::\n',
          page: 'guide/fox.html',
        },
        {
          file: 'docs/guide/owl.md',
          languageId: 'markdown',
          text: '# Owl\n\n⟦A grey owl⟧\n',
          page: 'guide/owl.html',
          media: 'video',
        },
        {
          file: 'docs/components/Tree.vue',
          languageId: 'vue',
          text: '<template>\n  <div>\n    <p>⟦A tall tree⟧</p>\n  </div>\n</template>\n',
          page: '',
        },
        {
          file: 'docs/index.md',
          languageId: 'markdown',
          text: '<script setup>\nimport Tree from "./components/Tree.vue";\n</script>\n\n⟦A small den⟧\n\n<Tree />\n',
          page: '',
        },
      ],
      build: [['vitepress', 'build', 'docs', '--outDir', 'out']],
      output: 'out',
    })),
  },
  {
    id: 'vuepress',
    from: {
      npm: 'vuepress',
      versions: {
        vuepress: '2.0.0-rc.30',
        '@vuepress/bundler-vite': '2.0.0-rc.30',
        '@vuepress/theme-default': '2.0.0-rc.132',
        sass: '1.108.2',
        vue: '3.5.45',
      },
    },
    sites: bases.map(base => ({
      base,
      files: {
        'docs/.vuepress/config.js': `import { viteBundler } from "@vuepress/bundler-vite";\nimport { defaultTheme } from "@vuepress/theme-default";\n\nexport default { base: "${base}", bundler: viteBundler(), theme: defaultTheme() };\n`,
      },
      documents: [
        {
          file: 'docs/README.md',
          languageId: 'markdown',
          text: '# Fox\n\n⟦A red fox⟧\n',
          page: '',
        },
        {
          file: 'docs/guide/owl.md',
          languageId: 'markdown',
          text: '# Owl\n\n⟦A grey owl⟧\n',
          page: 'guide/owl.html',
          media: 'video',
        },
      ],
      build: [['vuepress', 'build', 'docs', '--dest', 'out']],
      output: 'out',
    })),
  },
];

function hugo(base: string, settings = ''): Site {
  return {
    base,
    files: {
      'hugo.toml': `baseURL = "https://example.org${base}"\ntitle = "Fox"\n${settings}`,
      // Hugo before 0.110 reads this one alone.
      'config.toml': `baseURL = "https://example.org${base}"\ntitle = "Fox"\n${settings}`,
      'layouts/_default/single.html': html('  {{ .Content }}'),
      'layouts/_default/list.html': html('  {{ .Title }}'),
    },
    documents: [
      {
        file: 'content/posts/fox.md',
        languageId: 'markdown',
        text: '+++\ntitle = "Fox"\n+++\n\n- ⟦A red fox⟧\n- Text\n',
        page: 'posts/fox/',
      },
      {
        file: 'content/posts/owl/index.md',
        languageId: 'markdown',
        text: '---\ntitle: Owl\n---\n\n⟦A grey owl⟧\n',
        page: 'posts/owl/',
      },
      {
        file: 'layouts/index.html',
        languageId: 'html',
        text: html(
          '  <p>⟦A tall tree⟧</p>\n  {{ with resources.Get "css/main.css" }}<link rel="stylesheet" href="{{ .RelPermalink }}">{{ end }}',
        ),
        page: '',
      },
      {
        file: 'assets/css/main.css',
        languageId: 'css',
        text: 'body {\n  /* ⟦A dark wood⟧ */\n  color: black;\n}\n',
        page: '',
      },
    ],
    build: [['hugo']],
    output: 'public',
  };
}

function mkdocs(base: string, hasFolders: boolean): Site {
  return {
    base,
    files: {
      'mkdocs.yml': `site_name: Fox\nsite_url: https://example.org${base}\nuse_directory_urls: ${hasFolders}\nmarkdown_extensions:\n  - admonition\ntheme:\n  name: mkdocs\n  custom_dir: overrides\n`,
    },
    documents: [
      {
        file: 'docs/guide/fox.md',
        languageId: 'markdown',
        text: '# Fox\n\n!!! note\n\n    ⟦A red fox⟧\n',
        page: hasFolders ? 'guide/fox/' : 'guide/fox.html',
      },
      {
        file: 'docs/guide/owl.md',
        languageId: 'markdown',
        text: '# Owl\n\n⟦A grey owl⟧\n',
        page: hasFolders ? 'guide/owl/' : 'guide/owl.html',
        media: 'video',
      },
      {
        file: 'overrides/main.html',
        languageId: 'html',
        text: '{% extends "base.html" %}\n\n{% block content %}\n<p>⟦A tall tree⟧</p>\n{{ super() }}\n{% endblock %}\n',
        page: '',
      },
      { file: 'docs/index.md', languageId: 'markdown', text: '# Home\n\n⟦A small den⟧\n', page: '' },
    ],
    build: [['mkdocs', 'build', '--quiet']],
    output: 'site',
  };
}
