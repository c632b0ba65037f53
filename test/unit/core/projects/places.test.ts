import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../../src/core/projects/address.ts';
import { findProject } from '../../../../src/core/projects/findProject.ts';
import { isGitIgnored } from '../../../../src/core/projects/gitIgnore.ts';
import { mediaFolder, nearestServedFolder } from '../../../../src/core/projects/mediaFolder.ts';
import { CachedProjectFiles } from '../../../../src/core/projects/projectFiles.ts';
import { rootsOf, standardRoots } from '../../../support/projectOutcome.ts';
import { MemoryFiles, outcomeOf } from './memoryFiles.ts';

const vite = JSON.stringify({ devDependencies: { vite: '^7.0.0' } });
const next = JSON.stringify({ dependencies: { next: '^15.0.0' } });
const library = JSON.stringify({ name: 'library' });

async function written(...args: Parameters<typeof outcomeOf>): Promise<string> {
  const { address } = await outcomeOf(...args);
  return address.expression ?? address.path;
}

describe('packages in packages', () => {
  const monorepo = {
    'package.json': JSON.stringify({ devDependencies: { vite: '^7.0.0', next: '^15.0.0' } }),
    'public/robots.txt': '',
    'apps/web/package.json': vite,
    'apps/web/public/favicon.ico': '',
    'apps/docs/package.json': next,
    'packages/ui/package.json': library,
    'mkdocs.yml': 'site_name: Fox\n',
  };

  it.each([
    ['apps/web/src/App.tsx', 'apps/web/public/generated/fox.png', '/generated/fox.png'],
    ['apps/docs/pages/fox.mdx', 'apps/docs/public/generated/fox.png', '/generated/fox.png'],
    // A package without an app is not that of the folder above it.
    ['packages/ui/src/Button.tsx', 'packages/ui/assets/generated/fox.png', '../assets/generated/fox.png'],
    ['packages/ui/README.md', 'packages/ui/assets/generated/fox.png', 'assets/generated/fox.png'],
    // What takes documents by their folder does so across packages.
    ['docs/fox.md', 'docs/assets/generated/fox.png', 'assets/generated/fox.png'],
    ['README.md', 'assets/generated/fox.png', 'assets/generated/fox.png'],
  ])('%s has its picture in %s, as %s', async (document, file, address) => {
    const found = await outcomeOf(monorepo, document);
    expect([found.file, found.address.path]).toEqual([file, address]);
  });

  it.each([
    ['apps/docs/pages/fox.mdx', '../../web/public/generated/fox.png'],
    ['packages/ui/src/Button.tsx', '../../../apps/web/public/generated/fox.png'],
    ['apps/web/README.md', 'public/generated/fox.png'],
  ])('%s refers relatively to a file that is not served to it', async (document, address) => {
    const file = 'apps/web/public/generated/fox.png';
    expect(await written(monorepo, document, { file })).toBe(address);
  });

  it.each([
    ['apps/docs/pages/fox.mdx', '../../web/public/generated/fox.png'],
    ['apps/web/src/App.tsx', '/generated/fox.png'],
  ])('%s does so without any evidence', async (document, address) => {
    expect(await written({}, document, { file: 'apps/web/public/generated/fox.png' })).toBe(address);
  });

  it.each([
    ['apps/web/src/App.tsx', 'public/generated', 'apps/web/public/generated'],
    ['apps/web/src/deep/App.tsx', 'public', 'apps/web/public'],
    ['apps/docs/pages/fox.mdx', 'public/generated', 'public/generated'],
    ['apps/web/src/App.tsx', 'static/generated', 'static/generated'],
    ['apps/web/src/App.tsx', 'assets/generated', 'assets/generated'],
    ['src/App.tsx', 'public/generated', 'public/generated'],
  ])('what is set means, for %s, of %s the nearest: %s', async (document, wanted, folder) => {
    expect(await nearestServedFolder(new MemoryFiles(monorepo), document, wanted)).toBe(folder);
  });
});

describe('apps of a workspace with one manifest', () => {
  const manifest = JSON.stringify({
    dependencies: { next: '15', vite: '7', nuxt: '4', '@sveltejs/kit': '2' },
  });

  it.each([
    ['next.config.js', 'app/page.tsx', 'public/generated/fox.png'],
    ['vite.config.mts', 'src/App.tsx', 'public/generated/fox.png'],
    ['nuxt.config.ts', 'pages/index.vue', 'public/generated/fox.png'],
    ['astro.config.mjs', 'src/pages/index.astro', 'public/generated/fox.png'],
    ['gatsby-config.js', 'src/pages/index.js', 'static/generated/fox.png'],
  ])('are told by %s', async (settings, document, file) => {
    const found = await outcomeOf(
      { 'package.json': manifest, [`apps/a/${settings}`]: '' },
      `apps/a/${document}`,
    );
    expect([found.file, found.address.path]).toEqual([`apps/a/${file}`, '/generated/fox.png']);
  });

  it('are told by the settings of SvelteKit, but not by those of Svelte alone', async () => {
    const evidence = { 'package.json': library, 'apps/a/svelte.config.js': 'export default { kit: {} }' };
    expect((await outcomeOf(evidence, 'apps/a/src/routes/+page.svelte')).file).toBe(
      'apps/a/static/generated/fox.png',
    );
    const svelte = { ...evidence, 'apps/a/svelte.config.js': 'export default {}' };
    expect((await outcomeOf(svelte, 'apps/a/src/App.svelte')).file).toBe('assets/generated/fox.png');
  });
});

describe('documents for the repository', () => {
  it.each([
    ['apps/web/README.md', 'apps/web/assets/generated/fox.png', 'assets/generated/fox.png'],
    ['apps/web/CHANGELOG.md', 'apps/web/assets/generated/fox.png', 'assets/generated/fox.png'],
    ['apps/web/src/lib/README.hi.md', 'apps/web/assets/generated/fox.png', '../../assets/generated/fox.png'],
    ['apps/web/docs/notes.md', 'apps/web/assets/generated/fox.png', '../assets/generated/fox.png'],
    ['.github/PULL_REQUEST_TEMPLATE.md', 'assets/generated/fox.png', '../assets/generated/fox.png'],
    ['.github/ISSUE_TEMPLATE/bug.md', 'assets/generated/fox.png', '../../assets/generated/fox.png'],
  ])('%s refers to %s as %s', async (document, file, address) => {
    const found = await outcomeOf({ 'apps/web/package.json': vite, 'package.json': library }, document);
    expect([found.file, found.address.path, found.address.isPublic]).toEqual([file, address, false]);
  });

  it('keep to relative paths whatever the user has set for the site', async () => {
    const setting = { roots: rootsOf({ public: '/' }), isSet: true };
    const options = { setting, file: 'public/fox.png' };
    expect(await written({ 'package.json': vite }, 'README.md', options)).toBe('public/fox.png');
    expect(await written({ 'package.json': vite }, 'src/App.tsx', options)).toBe('/fox.png');
  });
});

describe('the user’s public roots', () => {
  const hugo = { 'hugo.toml': '' };

  it('win over the address that the project would use', async () => {
    const setting = { roots: rootsOf({ static: '/files' }), isSet: true };
    expect(await written(hugo, 'content/fox.md', { setting })).toBe('/files/generated/fox.png');
    const none = { roots: rootsOf({}), isSet: true };
    expect(await written(hugo, 'content/fox.md', { setting: none })).toBe('../static/generated/fox.png');
  });

  it('count for a plain folder also when nobody has set them, and for it alone', async () => {
    const file = 'static/img/fox.png';
    expect(await written({}, 'index.html', { file })).toBe('/img/fox.png');
    expect(await written({ '_config.yml': '' }, 'index.html', { file })).toBe('/static/img/fox.png');
    expect(await written({ 'app.py': 'import flask' }, 'templates/a.html', { file })).toBe(
      '/static/img/fox.png',
    );
  });

  it('take the longest folder first, and the outermost of a name', async () => {
    const setting = { roots: rootsOf({ web: '/w', 'web/public': '/p' }), isSet: true };
    expect(await written({}, 'index.html', { setting, file: 'web/public/a.png' })).toBe('/p/a.png');
    expect(await written({}, 'index.html', { setting, file: 'web/a.png' })).toBe('/w/a.png');
    expect(await written({}, 'index.html', { file: 'public/static/a.png' })).toBe('/static/a.png');
    expect(await written({}, 'index.html', { file: 'public' })).toBe('public');
  });
});

/** Documents of people, with the files around them by which their projects are told. */
describe('documents as people have them', () => {
  it.each([
    [
      'a post of Hugo',
      { 'hugo.toml': '' },
      'content/posts/fox.md',
      '',
      undefined,
      'static/generated/fox.png',
      '/generated/fox.png',
    ],
    [
      'a post of Jekyll',
      { '_config.yml': '' },
      '_posts/2024-05-01-fox.md',
      '',
      undefined,
      'assets/generated/fox.png',
      '/assets/generated/fox.png',
    ],
    [
      'a page of MkDocs',
      { 'mkdocs.yml': '' },
      'docs/guide/fox.md',
      '',
      undefined,
      'docs/assets/generated/fox.png',
      '../assets/generated/fox.png',
    ],
    [
      'a page of Antora',
      { 'antora.yml': '' },
      'modules/ROOT/pages/fox.adoc',
      '',
      undefined,
      'modules/ROOT/images/fox.png',
      'fox.png',
    ],
    [
      'an app of Vite',
      { 'package.json': vite },
      'src/App.tsx',
      '',
      undefined,
      'public/generated/fox.png',
      '/generated/fox.png',
    ],
    [
      'a page of Astro',
      { 'package.json': '{"dependencies":{"astro":"5"}}' },
      'src/pages/index.astro',
      '',
      undefined,
      'public/generated/fox.png',
      '/generated/fox.png',
    ],
    [
      'a template of Angular',
      { 'angular.json': '{}', 'public/a.ico': '' },
      'src/app/home/home.component.html',
      '',
      undefined,
      'public/generated/fox.png',
      '/generated/fox.png',
    ],
    [
      'a view of Laravel',
      { artisan: '' },
      'resources/views/home.blade.php',
      '',
      'public/generated/fox.png',
      'public/generated/fox.png',
      "{{ asset('generated/fox.png') }}",
    ],
    [
      'a view of Express',
      { 'package.json': '{"dependencies":{"express":"5"}}', 'public/a.css': '' },
      'views/home.hbs',
      '',
      undefined,
      'public/generated/fox.png',
      '/generated/fox.png',
    ],
    [
      'a view of nobody knows what',
      {},
      'views/home.ejs',
      '',
      'public/generated/fox.png',
      'public/generated/fox.png',
      '/generated/fox.png',
    ],
    [
      'a template of Django',
      { 'manage.py': '' },
      'shop/templates/shop/home.html',
      '{% load static %}',
      'shop/static/shop/fox.png',
      'shop/static/shop/fox.png',
      "{% static 'shop/fox.png' %}",
    ],
    [
      'a template of Flask',
      { 'app.py': 'from flask import Flask' },
      'templates/index.html',
      `<img src="{{ url_for('static', filename='logo.png') }}">`,
      undefined,
      'static/generated/fox.png',
      "{{ url_for('static', filename='generated/fox.png') }}",
    ],
    [
      'a style sheet of Flask',
      { 'app.py': 'from flask import Flask' },
      'static/css/site.css',
      '',
      'static/img/fox.png',
      'static/img/fox.png',
      '../img/fox.png',
    ],
    [
      'a page that is served as it is',
      {},
      'public/index.html',
      '',
      'public/img/fox.png',
      'public/img/fox.png',
      'img/fox.png',
    ],
    [
      'data with a neighbour',
      {},
      'src/data/cards.json',
      '[{ "image": "/generated/bird.png" }]',
      'public/generated/fox.png',
      'public/generated/fox.png',
      '/generated/fox.png',
    ],
  ] as const)('%s', async (_name, evidence, path, text, file, expectedFile, address) => {
    const found = await outcomeOf(evidence, path, { text, ...(file !== undefined && { file }) });
    expect(found.file).toBe(expectedFile);
    expect(found.address.expression ?? found.address.path).toBe(address);
  });
});

describe('data', () => {
  const file = 'public/generated/fox.png';

  it.each([
    ['nothing of its kind', '{ "title": "Fox" }', '../../public/generated/fox.png'],
    [
      'paths from the root',
      '{ "a": "/img/a.png", "b": "../b.png", "c": "/img/c.webp" }',
      '/generated/fox.png',
    ],
    ['relative paths', '{ "a": "../../public/img/a.png" }', '../../public/generated/fox.png'],
    ['paths from the root without a slash', '{ "a": "generated/a.png" }', 'generated/fox.png'],
    ['addresses elsewhere', '{ "a": "https://example.org/a.png" }', '../../public/generated/fox.png'],
  ])('with %s', async (_name, text, address) => {
    expect(await written({}, 'src/data/cards.json', { text, file })).toBe(address);
  });

  it.each([
    ['- image: /generated/a.png\n', '/generated/fox.png'],
    ["- image: '../public/a.png'\n", '../public/generated/fox.png'],
  ])('in YAML: %s', async (text, address) => {
    expect(await written({}, 'data/cards.yaml', { text, file })).toBe(address);
  });

  it('is written as its neighbours are, also beside the file', async () => {
    const text = '{ "icon": "./assets/icon.png" }';
    expect(await written({}, 'app.json', { text })).toBe('./assets/generated/fox.png');
    expect(await written({}, 'app.json', { text: '{ "icon": "assets/icon.png" }' })).toBe(
      'assets/generated/fox.png',
    );
  });
});

describe('names that would end a string', () => {
  it.each([`static/shop's.png`, 'static/a"b.png', 'static/{{a}}.png'])('%s get no helper', async file => {
    const { address } = await outcomeOf({ 'manage.py': '' }, 'templates/a.html', {
      text: '{% load static %}',
      file,
    });
    expect(address).toEqual({ path: `/${file}`, isPublic: true });
  });
});

describe('what settings files say', () => {
  it.each(['../outside', '/etc', '.git/hooks', 'node_modules/x', '${HOME}', 'resolve(__dirname, x)'])(
    'a folder %s is not believed',
    async value => {
      const { file } = await outcomeOf({ 'mkdocs.yml': `docs_dir: ${value}\n` }, 'docs/fox.md');
      expect(file).toBe('docs/assets/generated/fox.png');
    },
  );

  it('a base is believed only as a path', async () => {
    const addressWith = (base: string): Promise<string> =>
      written({ 'package.json': vite, 'vite.config.ts': `export default { base: ${base} }` }, 'src/App.tsx');
    for (const base of ["'//evil.example/'", "'https://cdn.example/'"])
      expect(await addressWith(base)).toBe('/generated/fox.png');
    // What holds under any base is imported.
    for (const base of ["'./'", 'process.env.BASE'])
      expect(await addressWith(base)).toBe('assets/generated/fox.png');
  });

  it('what is commented out does not count', async () => {
    const text = '# docs_dir: manual\ndocs_dir: pages # not manual\n';
    const { file } = await outcomeOf({ 'mkdocs.yml': text }, 'pages/fox.md');
    expect(file).toBe('pages/assets/generated/fox.png');
  });

  it('what cannot be parsed is no evidence of packages', async () => {
    const { project } = await outcomeOf({ 'package.json': '{ "dependencies": { "next": ' }, 'app/page.tsx');
    expect(project.kind.id).toBe('plainFolder');
  });
});

describe('manners', () => {
  it.each([
    [{ 'mkdocs.yml': '' }, 'docs/a.md', '', { markdown: 'pythonMarkdown' }],
    [{ 'mkdocs.yml': '' }, 'README.md', '', { markdown: 'commonmark' }],
    [{ '.obsidian/app.json': '{}' }, 'a.md', '', { hasWikilinks: true }],
    [{ '.obsidian/app.json': '{ "useMarkdownLinks": true }' }, 'a.md', '', { hasWikilinks: false }],
    [{ '.foam/a.md': '' }, 'a.md', '![[b.png]]', { hasWikilinks: true }],
    [{ '.foam/a.md': '' }, 'a.md', '![b](b.png)', { hasWikilinks: false }],
    [{ 'package.json': vite }, 'src/App.tsx', '', { importsMedia: true }],
    [{ 'package.json': vite }, 'src/App.vue', '', { importsMedia: false }],
    [{}, 'src/App.tsx', '', { importsMedia: false }],
  ])('of %j for %s', async (evidence, path, text, manners) => {
    const { project } = await outcomeOf(evidence, path, { text });
    expect(project.manners).toMatchObject(manners);
  });
});

describe('LaTeX', () => {
  const main =
    '\\documentclass{book}\n\\begin{document}\n\\input{chapters/fox}\n\\include{parts/den.tex}\n\\end{document}\n';

  it.each([
    ['a chapter', { 'thesis/main.tex': main }, 'thesis/chapters/fox.tex', '', '../assets/generated/fox.png'],
    [
      'an included part',
      { 'thesis/main.tex': main },
      'thesis/parts/den.tex',
      '',
      '../assets/generated/fox.png',
    ],
    ['the main file itself', { 'main.tex': '' }, 'thesis/main.tex', main, '../assets/generated/fox.png'],
    [
      'a chapter that names its root',
      {},
      'a/b/fox.tex',
      '% !TEX root = ../main.tex\n',
      '../assets/generated/fox.png',
    ],
    [
      'a chapter that names it with blanks',
      {},
      'a/b/fox.tex',
      '%! TeX root=../../main.tex\n',
      'assets/generated/fox.png',
    ],
    ['a chapter of a chapter', { 'main.tex': main }, 'chapters/deep/fox.tex', '', 'assets/generated/fox.png'],
    [
      'a file that is imported',
      { 'main.tex': '\\documentclass{book}\n\\import{chapters/}{fox}' },
      'chapters/fox.tex',
      '',
      '../assets/generated/fox.png',
    ],
    ['a file of nobody', {}, 'chapters/fox.tex', '', '../assets/generated/fox.png'],
    [
      'a main file in a comment',
      { 'main.tex': '% \\documentclass{book}\n\\input{chapters/fox}' },
      'chapters/fox.tex',
      '',
      '../assets/generated/fox.png',
    ],
  ])('%s', async (_name, evidence, path, text, address) => {
    const found = await outcomeOf(evidence, path, { text, file: 'assets/generated/fox.png' });
    expect(found.address).toEqual({ path: address, isPublic: false });
  });

  it('uses the folder of figures that is there', async () => {
    const found = await outcomeOf(
      { 'thesis/main.tex': main, 'thesis/figures/a.pdf': '' },
      'thesis/chapters/fox.tex',
    );
    expect([found.file, found.address.path]).toEqual([
      'thesis/figures/generated/fox.png',
      'figures/generated/fox.png',
    ]);
  });
});

describe('what git ignores', () => {
  it.each([
    ['generated/', 'assets/generated/a.png', true],
    ['/generated/', 'assets/generated/a.png', false],
    ['*.png', 'assets/a.png', true],
    ['*.png\n!assets/*.png', 'assets/a.png', false],
    ['assets\n!assets/generated', 'assets/generated/a.png', true],
    ['assets/*\n!assets/generated/', 'assets/generated/a.png', false],
    ['**/build', 'a/b/build/a.png', true],
    ['# generated', 'generated/a.png', false],
    ['Generated', 'generated/a.png', false],
  ])('%j: %s is ignored: %s', async (text, file, isIgnored) => {
    expect(await isGitIgnored(new MemoryFiles({ '.gitignore': text }), file)).toBe(isIgnored);
  });

  it('is said by the deepest file', async () => {
    const files = new MemoryFiles({
      '.gitignore': '*.png',
      'web/.gitignore': '!*.png',
      'web/tmp/.gitignore': '*',
    });
    expect(await isGitIgnored(files, 'a.png')).toBe(true);
    expect(await isGitIgnored(files, 'web/a.png')).toBe(false);
    expect(await isGitIgnored(files, 'web/tmp/a.png')).toBe(true);
  });

  it('does not try rules that would take for ever, and still obeys the others', async () => {
    const folder = 'a'.repeat(120);
    const hostile = ['*a'.repeat(12) + '*b', '?'.repeat(100_000), '[a-z]'.repeat(40_000)];
    const files = new MemoryFiles({ '.gitignore': [...hostile, '*.tmp', '*a*.png'].join('\n') });
    expect(await isGitIgnored(files, `${folder}/x.jpg`)).toBe(false);
    expect(await isGitIgnored(files, `${folder}/x.tmp`)).toBe(true);
    expect(await isGitIgnored(files, `${folder}/xay.png`)).toBe(true);
  });

  it('gives way to the next place, and says so', async () => {
    const files = new MemoryFiles({ 'package.json': vite, '.gitignore': 'generated/\n', 'src/App.tsx': '' });
    const project = await findProject(files, { path: 'src/App.tsx', languageId: '', text: '' });
    expect(await mediaFolder(files, project, 'image')).toEqual({
      folder: 'public/images',
      hidden: 'public/generated',
    });
    files.set('.gitignore', 'public/\n');
    expect(await mediaFolder(files, project, 'image')).toEqual({
      folder: 'public/generated',
      hidden: 'public/generated',
    });
    files.set('.gitignore', '*.mp4\n');
    expect(await mediaFolder(files, project, 'image')).toEqual({
      folder: 'public/generated',
      hidden: undefined,
    });
  });
});

describe('a window without a document', () => {
  it.each([
    [{ 'hugo.toml': '' }, 'static/generated'],
    [{ 'package.json': next }, 'public/generated'],
    [{ 'mkdocs.yml': 'docs_dir: manual' }, 'manual/assets/generated'],
    [{ 'antora.yml': '' }, 'assets/generated'],
    [{}, 'assets/generated'],
  ])('of %j saves to %s', async (evidence, folder) => {
    const files = new MemoryFiles(evidence);
    const project = await findProject(files, { path: '', languageId: '', text: '' });
    expect((await mediaFolder(files, project, 'image')).folder).toBe(folder);
  });
});

describe('the cost of a look', () => {
  const deep = 'a/b/c/d/e/f/src/App.tsx';
  const evidence = {
    'a/package.json': library,
    'a/b/.gitignore': '',
    'hugo.toml': '',
    'app.py': '',
    Gemfile: '',
    '_config.yml': '',
  };

  it('is bounded by the depth of the document, and nothing the second time', async () => {
    const memory = new MemoryFiles(evidence);
    const files = new CachedProjectFiles(memory);
    const document = { path: deep, languageId: '', text: '' };
    const look = async (): Promise<void> => {
      const project = await findProject(files, document);
      const { folder } = await mediaFolder(files, project, 'image');
      addressOf(project, document, standardRoots, `${folder}/fox.png`, 'image');
    };
    await look();
    // A list for each folder, and what is read of the evidence that is there.
    expect(memory.calls).toBeLessThanOrEqual(8 + Object.keys(evidence).length + 3);
    const { calls } = memory;
    await look();
    expect(memory.calls).toBe(calls);
  });

  it('does not grow with what else is in the workspace', async () => {
    const others = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`other/${index}/package.json`, vite]),
    );
    const few = new MemoryFiles({ ...evidence, [deep]: '' });
    const many = new MemoryFiles({ ...evidence, ...others, [deep]: '' });
    const document = { path: deep, languageId: '', text: '' };
    await findProject(few, document);
    await findProject(many, document);
    expect(many.calls).toBe(few.calls);
  });

  it('is paid again for what has changed, and only for that', async () => {
    const memory = new MemoryFiles({ 'a/b/fox.md': '' });
    const files = new CachedProjectFiles(memory);
    const document = { path: 'a/b/fox.md', languageId: '', text: '' };
    expect((await findProject(files, document)).kind.id).toBe('plainFolder');
    memory.set('a/mkdocs.yml', 'docs_dir: b\n');
    expect((await findProject(files, document)).kind.id).toBe('plainFolder');
    files.appeared('a/mkdocs.yml');
    const { calls } = memory;
    expect((await findProject(files, document)).kind.id).toBe('mkdocs');
    expect(memory.calls - calls).toBe(2);
    memory.set('a/mkdocs.yml', 'docs_dir: c\n');
    files.changed('a/mkdocs.yml');
    expect((await findProject(files, document)).kind.id).toBe('plainFolder');
  });
});

describe('what is remembered of files', () => {
  it('goes with a folder that goes', async () => {
    const memory = new MemoryFiles({ 'a/b/c.txt': 'one' });
    const files = new CachedProjectFiles(memory);
    const look = async (): Promise<unknown> => [
      await files.list(''),
      await files.list('a'),
      await files.read('a/b/c.txt'),
    ];
    expect(await look()).toEqual([['a/'], ['b/'], 'one']);
    memory.set('a/b/c.txt', 'two');
    files.appeared('x/y');
    files.changed('a/other.txt');
    expect(await look()).toEqual([['a/'], ['b/'], 'one']);
    files.appeared('a');
    expect(await look()).toEqual([['a/'], ['b/'], 'two']);
  });

  it('is no failure', async () => {
    let fails = true;
    const files = new CachedProjectFiles({
      list: () => (fails ? Promise.reject(new Error('no connection')) : Promise.resolve(['a'])),
      read: () => Promise.resolve(undefined),
    });
    await expect(files.list('')).rejects.toThrow('no connection');
    fails = false;
    expect(await files.list('')).toEqual(['a']);
  });
});
