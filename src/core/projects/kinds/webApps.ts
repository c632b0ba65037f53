import { isAppDocument, jsxFile, ofApp, styleFile } from './documentTypes.ts';
import {
  baseFrom,
  baseIn,
  basePathIn,
  folderFrom,
  folderIn,
  isBaseComputed,
  member,
  parseLoosely,
} from './settingsText.ts';
import type { Found, ProjectKind, RootRule, Variables } from './projectKind.ts';

const viteSettings = ['vite.config.ts', 'vite.config.js', 'vite.config.mts', 'vite.config.mjs'];
const published: Pick<ProjectKind, 'documents' | 'roots'> = {
  documents: ofApp('public/generated'),
  roots: [{ folder: 'public', url: '/' }],
};
/**
 * Where the base is known only to the build, what is shown by components lies among their sources, from where
 * it is imported: that holds under any base.
 */
const imported = {
  files: (path: string): boolean => components.test(path) && isAppDocument(path),
  folder: '{sources}/generated',
} as const;
/** Components and scripts, to whose addresses no build adds the base under which the app is served. */
const components = /\.(?:astro|svelte|[cm]?[jt]sx?)$/i;

/** What the bundler does not resolve relative addresses in. */
const unbundled = /\.(?!(?:[cm]?[jt]sx?|css|less|s[ac]ss)$)\w+$/;

/** Apps of JavaScript in a package of their own. */
export const webApps: readonly ProjectKind[] = [
  {
    id: 'expo',
    name: 'Expo',
    source: 'https://docs.expo.dev/develop/user-interface/assets/',
    packages: ['expo'],
    ...native(),
  },
  {
    id: 'reactNative',
    name: 'React Native',
    source: 'https://reactnative.dev/docs/images',
    packages: ['react-native'],
    ...native(),
  },
  {
    id: 'angular',
    name: 'Angular',
    source: 'https://angular.dev/reference/configs/workspace-config#assets-configuration',
    evidence: ['angular.json', '.angular.json'],
    variables: angularAssets,
    documents: ofApp('{assets}/generated'),
    roots: found => {
      if (!angularAssets(found)['assets']?.endsWith('assets')) return [{ folder: '{assets}', url: '{base}' }];
      // Relative to the page's base; in styles the builder would look for a file.
      return [
        { folder: '{assets}', url: '{base}assets/', documents: styleFile },
        { folder: '{assets}', url: 'assets/' },
      ];
    },
  },
  {
    id: 'next',
    name: 'Next.js',
    source: 'https://nextjs.org/docs/app/api-reference/file-conventions/public-folder',
    evidence: ['next.config.js', 'next.config.mjs', 'next.config.ts'],
    packages: ['next'],
    imports: jsxFile,
    variables: ({ texts }) => ({ base: baseIn(texts, 'basePath') }),
    documents: ofApp('public/generated'),
    importsObjects: true,
    // Under a base that is known only to the build, components import what lies there.
    roots: ({ texts }) => [
      { folder: 'public', url: '{base}', ...(isBaseComputed(texts, 'basePath') && { documents: unbundled }) },
    ],
  },
  {
    id: 'nuxt',
    name: 'Nuxt',
    source: 'https://nuxt.com/docs/getting-started/assets',
    evidence: ['nuxt.config.js', 'nuxt.config.mjs', 'nuxt.config.ts'],
    packages: ['nuxt', 'nuxt3', 'nuxt-edge'],
    // Before its third version it was "static".
    variables: found => ({ public: found.has('static/') && !found.has('public/') ? 'static' : 'public' }),
    documents: ofApp('{public}/generated'),
    roots: [{ folder: '{public}', url: '/' }],
  },
  {
    id: 'svelteKit',
    name: 'SvelteKit',
    source: 'https://svelte.dev/docs/kit/project-structure',
    evidence: ['svelte.config.js', 'svelte.config.ts'],
    packages: ['@sveltejs/kit'],
    // Since its third version the settings stand there.
    reads: viteSettings,
    confirms: ({ packages, texts }) => packages.has('@sveltejs/kit') || /\bkit\s*:/.test(texts),
    imports: components,
    variables: ({ texts }) => ({
      base: baseIn(texts, 'base'),
      static: folderIn(texts, 'assets', 'static'),
      sources: isBaseComputed(texts, 'base') ? 'src/lib/assets' : undefined,
    }),
    documents: [imported, ...ofApp('{static}/generated')],
    roots: [
      {
        folder: '{static}',
        url: '{base}',
        helpers: [{ documents: /^src\/(?:app|error)\.html$/, write: '%sveltekit.assets%/{path}' }],
      },
    ],
  },
  {
    id: 'reactRouter',
    name: 'React Router',
    source: 'https://v2.remix.run/docs/guides/faq',
    evidence: ['react-router.config.ts', 'react-router.config.js', 'remix.config.js'],
    packages: ['@react-router/dev', '@remix-run/dev', '@remix-run/react'],
    reads: viteSettings,
    imports: jsxFile,
    variables: ({ texts }) => ({
      base: baseIn(texts, 'base'),
      sources: isBaseComputed(texts, 'base') ? 'app/assets' : undefined,
    }),
    documents: [imported, ...ofApp('public/generated')],
    roots: viteRoots('public'),
  },
  {
    id: 'createReactApp',
    name: 'Create React App',
    source: 'https://create-react-app.dev/docs/using-the-public-folder/',
    packages: ['react-scripts'],
    reads: ['package.json'],
    imports: jsxFile,
    variables: ({ text }) => ({ base: basePathIn(text('package.json'), 'homepage') }),
    documents: ofApp('public/generated'),
    roots: [
      {
        folder: 'public',
        url: '{base}',
        // The one page is served at every address of the app.
        built: /^public\/index\.html$/,
        helpers: [{ documents: /^public\/[^/]+\.html$/, write: '%PUBLIC_URL%/{path}' }],
      },
    ],
  },
  {
    id: 'vueCli',
    name: 'Vue CLI',
    source: 'https://cli.vuejs.org/guide/html-and-static-assets.html',
    evidence: ['vue.config.js'],
    packages: ['@vue/cli-service'],
    imports: jsxFile,
    variables: ({ texts }) => ({
      base: baseIn(texts, 'publicPath'),
      sources: isBaseComputed(texts, 'publicPath') ? 'src/assets' : undefined,
    }),
    // Of what is in its source the build resolves relative addresses.
    documents: [{ below: 'src', folder: '{sources}/generated' }, ...ofApp('public/generated')],
    roots: [
      {
        folder: 'public',
        url: '{base}',
        built: /^public\/index\.html$/,
        helpers: [{ documents: /^public\/index\.html$/, write: '<%= BASE_URL %>{path}' }],
      },
    ],
  },
  {
    id: 'ember',
    name: 'Ember',
    source: 'https://cli.emberjs.com/release/basic-use/folder-layout/',
    packages: ['ember-source', 'ember-cli'],
    ...published,
  },
  {
    id: 'vite',
    name: 'Vite',
    source: 'https://vite.dev/guide/assets',
    evidence: viteSettings,
    packages: ['vite'],
    reads: viteSettings,
    imports: components,
    variables: ({ texts }) => {
      const root = folderIn(texts, 'root', '');
      return {
        base: baseIn(texts, 'base'),
        sources: isBaseComputed(texts, 'base') ? [root, 'src/assets'].filter(Boolean).join('/') : undefined,
        public: [root, folderIn(texts, 'publicDir', 'public')].filter(Boolean).join('/'),
      };
    },
    // A package without any of it is a library, or a part of something else.
    confirms: found =>
      found.has('public/') ||
      found.has('index.html') ||
      viteSettings.some(name => found.has(name)) ||
      found.has('src/'),
    documents: [imported, ...ofApp('{public}/generated')],
    roots: viteRoots('{public}'),
  },
  {
    id: 'express',
    name: 'Express',
    source: 'https://expressjs.com/en/starter/static-files.html',
    packages: ['express', 'koa', 'fastify', '@hapi/hapi', '@nestjs/platform-express'],
    reads: [
      'app.js',
      'app.ts',
      'index.js',
      'index.ts',
      'server.js',
      'server.ts',
      'src/app.js',
      'src/app.ts',
      'src/index.js',
      'src/index.ts',
      'src/main.ts',
      'src/server.js',
      'src/server.ts',
    ],
    confirms: found => expressFolder(found) !== undefined,
    variables: found => ({ ...expressFolder(found) }),
    documents: ofApp('{folder}/generated'),
    roots: [{ folder: '{folder}', url: '{url}' }],
  },
];

/** Vite adds the base to what it reads itself: pages, styles, and Vue's templates. */
function viteRoots(folder: string): readonly RootRule[] {
  return [
    { folder, url: '{base}', documents: components },
    { folder, url: '/' },
  ];
}

/** Files that the bundler of a native app takes in, each by its own import or `require`. */
function native(): Pick<ProjectKind, 'imports' | 'documents'> {
  return {
    imports: jsxFile,
    documents: [
      { files: path => jsxFile.test(path) && isAppDocument(path), folder: 'assets/generated' },
      { files: /^app\.json$/, folder: 'assets/generated' },
    ],
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The folder of assets that the builder of the document's project copies, and the base of its page. */
function angularAssets({ text, has, document }: Found): Variables {
  const projects = member(parseLoosely(text('angular.json') || text('.angular.json')), 'projects');
  const all = Object.values((projects ?? {}) as Record<string, unknown>).map(project => ({
    root: folderFrom(textOf(member(project, 'root'))) ?? '',
    project,
  }));
  const own = all
    .filter(({ root }) => root === '' || document.startsWith(`${root}/`))
    .toSorted((a, b) => b.root.length - a.root.length)[0];
  const builder = member(own?.project, 'architect') ?? member(own?.project, 'targets');
  const options = member(member(builder, 'build'), 'options');
  const assets = member(options, 'assets');
  const folders = (Array.isArray(assets) ? (assets as unknown[]) : []).flatMap(asset => {
    const folder = folderFrom(textOf(asset) ?? textOf(member(asset, 'input')));
    return folder === undefined || folder === '' || /\.\w+$/.test(folder) ? [] : [folder];
  });
  const named = folders.find(folder => /(?:^|\/)(?:public|assets)$/.test(folder));
  return {
    assets: named ?? (has('public/') || !has('src/') ? 'public' : (folders[0] ?? 'public')),
    base: baseFrom(textOf(member(options, 'baseHref'))),
  };
}

/** What a server of Node gives out, and where, if its own words can be read. */
function expressFolder({ texts, has }: Found): { folder: string; url: string } | undefined {
  const mount =
    /\.use\(\s*(?:["'`](\/[\w./-]*)["'`]\s*,\s*)?(?:express\.static|serve|serveStatic)\(\s*([^)]*?["'`]([\w./-]+)["'`])/.exec(
      texts,
    );
  const folder = folderFrom(mount?.[3]?.replace(/^\/|^(?:\.\.\/)+/, ''));
  if (folder !== undefined && folder !== '')
    return { folder, url: `${(mount?.[1] ?? '').replace(/\/$/, '')}/` };
  return has('public/') ? { folder: 'public', url: '/' } : undefined;
}
