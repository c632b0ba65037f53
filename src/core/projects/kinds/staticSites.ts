import { isSiteDocument, jsxFile, markdownFile, ofApp, styleFile } from './documentTypes.ts';
import { baseIn, basePathIn, folderFrom, folderIn, isBaseComputed, valueOf } from './settingsText.ts';
import type { Found, ProjectKind } from './projectKind.ts';

const hugoSettings = [
  'hugo.toml',
  'hugo.yaml',
  'hugo.yml',
  'hugo.json',
  'config.toml',
  'config.yaml',
  'config.yml',
  'config.json',
];
const bundle = /(?:^|\/)_?index(?:\.[\w-]+)?\.\w+$/i;
/** Documents that are made into pages of other names, and those whose output lies elsewhere. */
const pages = /(?:^|\/)_|\.(?:md|markdown|mkd|html?|liquid|njk|pug|haml|hbs|ejs|ya?ml|json|toml)$/i;
const astroSettings = ['astro.config.mjs', 'astro.config.ts', 'astro.config.js', 'astro.config.mts'];
const publicRoot = { folder: '{public}', url: '{base}' } as const;

/** Sites that a generator builds from Markdown and templates. */
export const staticSites: readonly ProjectKind[] = [
  {
    id: 'zola',
    name: 'Zola',
    source: 'https://www.getzola.org/documentation/content/overview/',
    evidence: ['config.toml', 'zola.toml'],
    confirms: found => found.has('content/') && found.has('templates/') && !found.has('layouts/'),
    documents: [
      { below: 'content', files: bundle, folder: './' },
      { below: 'content', folder: 'static/generated' },
      { files: /^(?:sass|templates|themes)\//, folder: 'static/generated' },
    ],
    roots: [
      {
        folder: 'static',
        url: '/',
        helpers: [{ documents: /^(?:templates|themes)\/.*\.html$/, write: "{{ get_url(path='{path}') }}" }],
      },
    ],
  },
  {
    id: 'hugo',
    name: 'Hugo',
    source: 'https://gohugo.io/content-management/page-bundles/',
    evidence: [...hugoSettings, 'config/'],
    reads: [
      'config/_default/hugo.toml',
      'config/_default/hugo.yaml',
      'config/_default/config.toml',
      'config/_default/config.yaml',
    ],
    confirms: ({ texts, has }) =>
      hugoSettings.some(name => name.startsWith('hugo.') && has(name)) ||
      (has('config.toml') && ['archetypes/', 'content/', 'layouts/', 'themes/'].some(has)) ||
      /^\W*(?:baseURL|languageCode)\b/im.test(texts),
    variables: ({ texts }) => {
      const base = basePathIn(texts, '(?:baseURL|baseurl)');
      return {
        content: folderIn(texts, 'contentDir', 'content'),
        static: folderIn(texts, 'staticDir', 'static'),
        base,
        // Hugo itself adds it to what pages say then, and never to what styles say.
        pageBase: /^true$/i.test(valueOf(texts, '(?:canonifyURLs|canonifyurls)') ?? '') ? '/' : base,
      };
    },
    documents: [
      { below: '{content}', files: bundle, folder: './' },
      { below: '{content}', folder: '{static}/generated' },
      { files: /^(?:archetypes|assets|data|i18n|layouts|static|themes)\//, folder: '{static}/generated' },
    ],
    roots: [
      { folder: '{static}', url: '{base}', documents: styleFile },
      {
        folder: '{static}',
        url: '{pageBase}',
        helpers: [{ documents: /^(?:layouts|themes)\/.*\.html$/, write: '{{ "{path}" | relURL }}' }],
      },
    ],
  },
  {
    id: 'hexo',
    name: 'Hexo',
    source: 'https://hexo.io/docs/asset-folders',
    packages: ['hexo'],
    documents: [
      { below: 'source', folder: 'source/images/generated' },
      { files: /^themes\//, folder: 'source/images/generated' },
    ],
    roots: [{ folder: 'source', url: '/', built: pages }],
  },
  {
    id: 'jekyll',
    name: 'Jekyll',
    source: 'https://jekyllrb.com/docs/liquid/filters/',
    evidence: ['_config.yml', '_config.yaml', '_config.toml'],
    // Jupyter Book has a file of that name, too.
    confirms: found => !found.has('_toc.yml'),
    variables: ({ texts }) => ({ source: folderIn(texts, 'source', '') }),
    documents: [{ below: '{source}', files: isSiteDocument, folder: '{source}/assets/generated' }],
    roots: ({ texts }) => [
      {
        folder: '{source}',
        url: '/',
        built: pages,
        helpers:
          valueOf(texts, 'baseurl') === undefined
            ? []
            : [{ documents: /\.(?:md|markdown|html?|liquid)$/i, write: '{{ "/{path}" | relative_url }}' }],
      },
    ],
  },
  {
    id: 'eleventy',
    name: 'Eleventy',
    source: 'https://www.11ty.dev/docs/copy/',
    evidence: [
      '.eleventy.js',
      '.eleventy.cjs',
      '.eleventy.mjs',
      'eleventy.config.js',
      'eleventy.config.cjs',
      'eleventy.config.mjs',
      'eleventy.config.ts',
    ],
    // What is not passed through is not published, and nothing is known of a better place.
    confirms: found => eleventyCopy(found) !== undefined,
    variables: found => ({ ...eleventyCopy(found) }),
    documents: [{ files: isSiteDocument, folder: '{folder}/generated' }],
    roots: found => {
      const { folder = '', url = '' } = eleventyCopy(found) ?? {};
      // Without its plugin the prefix is added by the filter alone.
      const isOther = baseIn(found.texts, 'pathPrefix') !== '/' || isBaseComputed(found.texts, 'pathPrefix');
      const isWritten = isOther && !/\bHtmlBasePlugin\b/.test(found.texts);
      const filter = {
        documents: /\.(?:md|markdown|html?|liquid|njk)$/i,
        write: `{{ '${url}{path}' | url }}`,
      };
      return [{ folder, url, built: pages, helpers: isWritten ? [filter] : [] }];
    },
  },
  {
    id: 'pelican',
    name: 'Pelican',
    source: 'https://docs.getpelican.com/en/latest/content.html#linking-to-static-files',
    evidence: ['pelicanconf.py'],
    markdown: 'pythonMarkdown',
    variables: ({ texts }) => ({ content: folderIn(texts, 'PATH', 'content') }),
    documents: [{ below: '{content}', folder: '{content}/images/generated' }],
    roots: [
      { folder: '{content}', url: '/', built: /./, helpers: [{ documents: /./, write: '{static}/{path}' }] },
    ],
  },
  {
    id: 'gatsby',
    name: 'Gatsby',
    source: 'https://www.gatsbyjs.com/docs/how-to/images-and-media/static-folder/',
    evidence: ['gatsby-config.js', 'gatsby-config.ts', 'gatsby-config.mjs'],
    packages: ['gatsby'],
    imports: jsxFile,
    documents: ofApp('static/generated'),
    roots: [{ folder: 'static', url: '/' }],
  },
  {
    id: 'docusaurus',
    name: 'Docusaurus',
    source: 'https://docusaurus.io/docs/static-assets',
    evidence: [
      'docusaurus.config.js',
      'docusaurus.config.ts',
      'docusaurus.config.mjs',
      'docusaurus.config.cjs',
      'docusaurus.config.mts',
      'docusaurus.config.cts',
    ],
    imports: jsxFile,
    variables: ({ texts }) => ({
      static: folderIn(texts, 'staticDirectories', 'static'),
      base: baseIn(texts, 'baseUrl'),
    }),
    documents: [{ files: isSiteDocument, folder: '{static}/generated' }],
    // Images of its Markdown get the site's base address; tags do not, and components import.
    roots: [{ folder: '{static}', url: '/', tagUrl: '{base}', documents: /\.(?!(?:[cm]?[jt]sx?)$)\w+$/ }],
  },
  {
    id: 'starlight',
    name: 'Starlight',
    source: 'https://starlight.astro.build/guides/authoring-content/#images',
    packages: ['@astrojs/starlight'],
    ...astro(),
  },
  {
    id: 'astro',
    name: 'Astro',
    source: 'https://docs.astro.build/en/guides/images/',
    evidence: astroSettings,
    packages: ['astro'],
    ...astro(),
  },
  {
    id: 'vitepress',
    name: 'VitePress',
    source: 'https://vitepress.dev/guide/asset-handling',
    evidence: ['.vitepress/'],
    reads: ['.vitepress/config.ts', '.vitepress/config.mts', '.vitepress/config.js', '.vitepress/config.mjs'],
    variables: ({ texts }) => ({ source: folderIn(texts, 'srcDir', '') }),
    documents: [
      { below: '{source}', files: path => !/^readme\.md$/i.test(path), folder: '{source}/public/generated' },
      { below: '.vitepress', folder: '{source}/public/generated' },
    ],
    roots: [{ folder: '{source}/public', url: '/' }],
  },
  {
    id: 'vuepress',
    name: 'VuePress',
    source: 'https://vuepress.vuejs.org/guide/assets.html',
    evidence: ['.vuepress/'],
    documents: [{ folder: '.vuepress/public/generated' }],
    roots: [{ folder: '.vuepress/public', url: '/' }],
  },
  {
    id: 'slidev',
    name: 'Slidev',
    source: 'https://sli.dev/custom/directory-structure',
    packages: ['@slidev/cli'],
    documents: [{ files: isSiteDocument, folder: 'public/generated' }],
    roots: [{ folder: 'public', url: '/' }],
  },
];

/** The folder that an Eleventy site passes through, and its address. */
function eleventyCopy({ texts }: Found): { folder: string; url: string } | undefined {
  const input = folderFrom(/\binput\s*:\s*["']([^"']+)["']/.exec(texts)?.[1]) ?? '';
  const calls = [...texts.matchAll(/addPassthroughCopy\(\s*(\{[^}]*\}|["'`][^"'`]+["'`])/g)];
  const copies = calls.flatMap(([, what = '']) =>
    what.startsWith('{')
      ? [...what.matchAll(/["'`]([^"'`]+)["'`]\s*:\s*["'`]([^"'`]*)["'`]/g)].map(([, from, to]) => ({
          from,
          to,
        }))
      : [{ from: what.slice(1, -1), to: undefined }],
  );
  const folders = copies.flatMap(({ from, to }) => {
    const folder = folderFrom(from?.replace(/\/\*.*$/, ''));
    if (folder === undefined || folder === '' || /\.\w+$/.test(folder)) return [];
    const published =
      to ?? (folder === input || folder.startsWith(`${input}/`) ? folder.slice(input.length) : folder);
    const url = `/${published
      .split('/')
      .filter(part => part !== '' && part !== '.')
      .join('/')}/`.replace('//', '/');
    return [{ folder, url }];
  });
  const isForMedia = ({ folder }: { folder: string }): boolean =>
    /(?:^|\/)(?:assets?|images?|img|media|public|static)$/i.test(folder);
  return folders.find(isForMedia) ?? folders[0];
}

/** Pictures of its Markdown are optimised where they lie; what else is shown is served as it is. */
function astro(): Pick<ProjectKind, 'reads' | 'imports' | 'variables' | 'documents' | 'roots'> {
  return {
    reads: astroSettings,
    imports: /\.(?:astro|mdx|svelte|[cm]?[jt]sx?)$/,
    variables: ({ texts }) => ({
      base: baseIn(texts, 'base'),
      sources: isBaseComputed(texts, 'base') ? `${folderIn(texts, 'srcDir', 'src')}/assets` : undefined,
      public: folderIn(texts, 'publicDir', 'public'),
      source: folderIn(texts, 'srcDir', 'src'),
    }),
    documents: [
      { below: '{source}', files: markdownFile, media: ['image'], folder: '{source}/assets/generated' },
      // Under a base that is known only to the build, components import what they show.
      { below: '{source}', files: /\.(?:astro|svelte|[cm]?[jt]sx?)$/, folder: '{sources}/generated' },
      ...ofApp('{public}/generated'),
    ],
    roots: [publicRoot],
  };
}
