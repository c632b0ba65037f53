import { isAppDocument, jsxFile, ofApp } from './documentTypes.ts';
import type { Found, ProjectKind, RootRule } from './projectKind.ts';

const python = [
  'app.py',
  'main.py',
  'wsgi.py',
  'application.py',
  '__init__.py',
  'requirements.txt',
  'pyproject.toml',
  'Pipfile',
  '.flaskenv',
];
const jinja = /\.(?:html?|xhtml|j2|jinja2?|djhtml|svg)$/i;
/** Templates and static files of an application, wherever in the project it stands. */
const ofPythonApp = [
  { files: /^(?<app>(?:.*\/)?)(?:static|templates)\//, folder: '{app}static/generated' },
] as const;
const manifests = [
  'package.json',
  'composer.json',
  'Gemfile',
  'go.mod',
  'Cargo.toml',
  'deno.json',
  'bun.lock',
  'pom.xml',
];

/** Apps whose pages a server makes from templates. */
export const serverApps: readonly ProjectKind[] = [
  {
    id: 'rails',
    name: 'Rails',
    source: 'https://guides.rubyonrails.org/asset_pipeline.html',
    evidence: ['Gemfile', 'config.ru', 'config/'],
    reads: ['config/application.rb'],
    confirms: ({ texts, has }) => has('app/') && /\brails\b/i.test(texts),
    documents: [
      { files: /\.(?:erb|haml|slim)$/, media: ['image'], folder: 'app/assets/images/generated' },
      ...ofApp('public/generated'),
    ],
    roots: [
      {
        folder: 'app/assets/images',
        url: '/assets/',
        helpers: [{ documents: /\.erb$/, write: "<%= image_path('{path}') %>" }],
      },
      { folder: 'public', url: '/' },
    ],
  },
  {
    id: 'laravel',
    name: 'Laravel',
    source: 'https://laravel.com/docs/helpers#method-asset',
    evidence: ['artisan'],
    imports: jsxFile,
    documents: ofApp('public/generated'),
    roots: [
      {
        folder: 'public',
        url: '/',
        helpers: [{ documents: /\.blade\.php$/, write: "{{ asset('{path}') }}" }],
      },
    ],
  },
  {
    id: 'symfony',
    name: 'Symfony',
    source: 'https://symfony.com/doc/current/templates.html#linking-to-css-javascript-and-image-assets',
    evidence: ['symfony.lock'],
    documents: [{ files: /^templates\//, folder: 'public/generated' }, ...ofApp('public/generated')],
    roots: [
      { folder: 'public', url: '/', helpers: [{ documents: /\.twig$/, write: "{{ asset('{path}') }}" }] },
    ],
  },
  {
    id: 'django',
    name: 'Django',
    source: 'https://docs.djangoproject.com/en/stable/howto/static-files/',
    evidence: ['manage.py'],
    confirms: ({ texts }) => !/\bflask\b/i.test(texts),
    documents: [
      {
        files: /^(?<app>(?:.*\/)?(?<name>[^/]+))\/(?:static|templates|jinja2)\//,
        folder: '{app}/static/{name}/generated',
      },
      { files: /^(?:static|templates|jinja2)\//, folder: 'static/generated' },
    ],
    roots: [
      {
        folder: 'static',
        url: '/static/',
        at: 'anywhere',
        helpers: [
          {
            documents: jinja,
            text: /\{%-?\s*load\s(?:[^%]*\s)?static(?:files)?\b/,
            write: "{% static '{path}' %}",
          },
          { documents: jinja, text: /\{\{-?\s*static\(/, write: "{{ static('{path}') }}" },
        ],
      },
    ],
  },
  {
    id: 'flask',
    name: 'Flask',
    source: 'https://flask.palletsprojects.com/en/stable/tutorial/static/',
    evidence: python,
    confirms: ({ texts }) => /\bflask\b/i.test(texts),
    documents: ofPythonApp,
    roots: staticRoots('filename'),
  },
  {
    id: 'fastApi',
    name: 'FastAPI',
    source: 'https://fastapi.tiangolo.com/advanced/templates/',
    evidence: python,
    confirms: ({ texts }) => /\b(?:fastapi|starlette)\b/i.test(texts),
    documents: ofPythonApp,
    roots: staticRoots('path'),
  },
  {
    id: 'phoenix',
    name: 'Phoenix',
    source: 'https://hexdocs.pm/phoenix/asset_management.html',
    evidence: ['mix.exs'],
    confirms: ({ texts, has }) => /:phoenix\b/.test(texts) || has('priv/'),
    // Of `priv/static` only the folders that the endpoint names are given out; "images" is one of them.
    documents: ofApp('priv/static/images/generated'),
    roots: [{ folder: 'priv/static', url: '/' }],
  },
  {
    id: 'aspNet',
    name: 'ASP.NET Core',
    source: 'https://learn.microsoft.com/aspnet/core/fundamentals/static-files',
    evidence: ['*.csproj', '*.fsproj'],
    confirms: ({ texts, has }) =>
      has('wwwroot/') || /Microsoft\.NET\.Sdk\.(?:Web|BlazorWebAssembly)/.test(texts),
    documents: ofApp('wwwroot/generated'),
    roots: [{ folder: 'wwwroot', url: '/', helpers: [{ documents: /\.cshtml$/, write: '~/{path}' }] }],
  },
  {
    id: 'wordPressTheme',
    name: 'WordPress',
    source: 'https://developer.wordpress.org/reference/functions/get_theme_file_uri/',
    evidence: ['style.css'],
    confirms: ({ texts }) => /^[\s*]*Theme Name:/m.test(texts),
    documents: ofApp('assets/images/generated'),
    roots: [
      {
        folder: '',
        url: '/wp-content/themes/{root}/',
        // Templates are run from elsewhere; styles and scripts lie where they are served.
        built: /\.(?:php|html)$/,
        helpers: [{ documents: /\.php$/, write: "<?php echo esc_url( get_theme_file_uri( '{path}' ) ); ?>" }],
      },
    ],
  },
  {
    id: 'shopifyTheme',
    name: 'Shopify',
    source: 'https://shopify.dev/docs/storefronts/themes/architecture#assets',
    evidence: ['config/'],
    confirms: ({ has }) => has('assets/') && has('sections/') && has('snippets/') && has('layout/'),
    // It has no folders of its own.
    documents: [{ files: /\.(?:css|js|json|liquid)$/, folder: 'assets' }],
    roots: [
      {
        folder: 'assets',
        url: '',
        helpers: [{ documents: /\.liquid$/, write: "{{ '{path}' | asset_url }}" }],
      },
    ],
  },
];

/** A folder that servers give out by custom, where nothing says what the server is. */
export const anyServer: ProjectKind = {
  id: 'publicFolder',
  name: 'public',
  source: 'https://vite.dev/guide/assets#the-public-directory',
  evidence: ['public/'],
  packages: [],
  confirms: hasManifest,
  documents: [
    { files: path => isAppDocument(path) || /^(?:templates|views)\//.test(path), folder: 'public/generated' },
  ],
  roots: [{ folder: 'public', url: '/' }],
};

function hasManifest({ has }: Found): boolean {
  return manifests.some(has);
}

/** What Python's servers give out, by the name that `url_for` has for the path. */
function staticRoots(parameter: 'filename' | 'path'): readonly RootRule[] {
  return [
    {
      folder: 'static',
      url: '/static/',
      at: 'anywhere',
      helpers: [
        {
          documents: jinja,
          text: /url_for\(\s*["']static["']/,
          write: `{{ url_for('static', ${parameter}='{path}') }}`,
        },
      ],
    },
  ];
}
