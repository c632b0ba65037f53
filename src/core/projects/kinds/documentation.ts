import { isSiteDocument } from './documentTypes.ts';
import { folderIn, valueOf } from './settingsText.ts';
import type { ProjectKind } from './projectKind.ts';

const mkdocs: Pick<ProjectKind, 'markdown' | 'variables' | 'documents' | 'roots' | 'hasPageFolders'> = {
  markdown: 'pythonMarkdown',
  hasPageFolders: ({ texts }) => valueOf(texts, 'use_directory_urls') !== 'false',
  variables: ({ texts }) => ({ docs: folderIn(texts, 'docs_dir', 'docs') }),
  documents: [
    { below: '{docs}', folder: '{docs}/assets/generated' },
    { files: /^(?:custom_theme|overrides|theme)\/.*\.html$/, folder: '{docs}/assets/generated' },
  ],
  roots: [
    {
      folder: '{docs}',
      url: '/',
      documents: /^(?:custom_theme|overrides|theme)\//,
      helpers: [{ documents: /\.html$/, write: "{{ '{path}' | url }}" }],
    },
  ],
};

/** Books, manuals and papers, whose files are looked for beside their sources. */
export const documentation: readonly ProjectKind[] = [
  {
    id: 'zensical',
    name: 'Zensical',
    source: 'https://zensical.org/docs/setup/basics/',
    evidence: ['zensical.toml'],
    ...mkdocs,
  },
  {
    id: 'mkdocs',
    name: 'MkDocs',
    source: 'https://www.mkdocs.org/user-guide/writing-your-docs/#images-and-media',
    evidence: ['mkdocs.yml', 'mkdocs.yaml'],
    ...mkdocs,
  },
  {
    id: 'mdBook',
    name: 'mdBook',
    source: 'https://rust-lang.github.io/mdBook/format/configuration/general.html',
    evidence: ['book.toml'],
    variables: ({ texts }) => ({ source: folderIn(texts, 'src', 'src') }),
    documents: [{ below: '{source}', folder: '{source}/assets/generated' }],
  },
  {
    id: 'antora',
    name: 'Antora',
    source: 'https://docs.antora.org/antora/latest/page/image-resource-id-examples/',
    evidence: ['antora.yml'],
    documents: [{ files: /^modules\/(?<module>[^/]+)\//, folder: 'modules/{module}/images' }],
    roots: [
      { folder: 'modules/{module}/images', url: '' },
      { folder: 'modules/*/images', url: '{*}:', helpers: [{ documents: /./, write: '{*}:{path}' }] },
    ],
  },
  {
    id: 'bookdown',
    name: 'bookdown',
    source: 'https://bookdown.org/yihui/bookdown/figures.html',
    evidence: ['_bookdown.yml', '_bookdown.yaml'],
    documents: [{ files: isSiteDocument, folder: 'images/generated' }],
  },
  {
    id: 'quarto',
    name: 'Quarto',
    source: 'https://quarto.org/docs/authoring/figures.html',
    evidence: ['_quarto.yml', '_quarto.yaml'],
    documents: [{ files: isSiteDocument, folder: 'images/generated' }],
  },
  {
    id: 'rMarkdownSite',
    name: 'R Markdown',
    source: 'https://bookdown.org/yihui/rmarkdown/rmarkdown-site.html',
    evidence: ['_site.yml'],
    documents: [{ files: isSiteDocument, folder: 'images/generated' }],
  },
  {
    id: 'jupyterBook',
    name: 'Jupyter Book',
    source: 'https://jupyterbook.org/en/stable/content/figures.html',
    evidence: ['myst.yml', '_toc.yml'],
    documents: [{ files: isSiteDocument, folder: 'images/generated' }],
  },
  {
    id: 'sphinx',
    name: 'Sphinx',
    source: 'https://www.sphinx-doc.org/en/master/usage/restructuredtext/basics.html#images',
    evidence: ['conf.py'],
    variables: ({ texts }) => ({ static: folderIn(texts, 'html_static_path', '_static') }),
    documents: [
      {
        files: path => isSiteDocument(path) && /\.(?:html|ipynb|md|myst|rst|txt)$/.test(path),
        folder: '{static}/generated',
      },
    ],
  },
  {
    id: 'gitBook',
    name: 'GitBook',
    source: 'https://gitbook.com/docs/docs-as-code/git-sync/content-configuration',
    evidence: ['.gitbook.yaml', '.gitbook/'],
    variables: ({ texts }) => ({ docs: folderIn(texts, 'root', '') }),
    documents: [{ below: '{docs}', folder: '{docs}/.gitbook/assets' }],
  },
  {
    id: 'mintlify',
    name: 'Mintlify',
    source: 'https://www.mintlify.com/docs/create/image-embeds',
    evidence: ['mint.json', 'docs.json'],
    confirms: ({ texts }) => /mintlify|"navigation"/.test(texts),
    documents: [{ files: isSiteDocument, folder: 'images/generated' }],
    roots: [{ folder: '', url: '/', built: /./ }],
  },
  {
    id: 'marp',
    name: 'Marp',
    source: 'https://github.com/marp-team/marp-cli#readme',
    evidence: [
      '.marprc',
      '.marprc.yml',
      '.marprc.yaml',
      '.marprc.json',
      '.marprc.js',
      'marp.config.js',
      'marp.config.mjs',
      'marp.config.cjs',
      'marp.config.ts',
    ],
    packages: ['@marp-team/marp-cli', '@marp-team/marp-core'],
    documents: [{ files: isSiteDocument, folder: 'assets/generated' }],
  },
  {
    id: 'revealJs',
    name: 'reveal.js',
    source: 'https://revealjs.com/markdown/',
    packages: ['reveal.js', 'reveal-md'],
    confirms: ({ has, packages }) => packages.has('reveal-md') || has('index.html'),
    documents: [{ files: isSiteDocument, folder: 'assets/generated' }],
  },
];
