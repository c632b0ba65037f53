import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';
const name = String.raw`a-red-bicycle[\w-]*\.png`;

interface ProjectCase {
  readonly kind: string;
  /** What tells the kind, and the document. */
  readonly files: Readonly<Record<string, string>>;
  readonly document: string;
  readonly reference: RegExp;
  /** Where the file belongs, in the project. */
  readonly folder: string;
}

const packageOf = (name: string): string => JSON.stringify({ dependencies: { [name]: '1' } });
const component = `export function Hero() {\n  return (\n    <main>\n      <p>${sentence}</p>\n    </main>\n  );\n}\n`;
const page = `# Bicycles\n\n${sentence}\n\nThe end.\n`;

const cases: readonly ProjectCase[] = [
  {
    kind: 'hugo',
    files: { 'hugo.toml': 'title = "A"\n', 'content/posts/fox.md': page },
    document: 'content/posts/fox.md',
    reference: new RegExp(String.raw`!\[[^\]]*\]\(/generated/${name}\)`),
    folder: 'static/generated',
  },
  {
    kind: 'jekyll',
    files: { '_config.yml': 'title: A\n', '_posts/2024-05-01-fox.md': `---\nlayout: post\n---\n\n${page}` },
    document: '_posts/2024-05-01-fox.md',
    reference: new RegExp(String.raw`!\[[^\]]*\]\(/assets/generated/${name}\)`),
    folder: 'assets/generated',
  },
  {
    kind: 'mkdocs',
    files: { 'mkdocs.yml': 'site_name: A\n', 'docs/steps.md': `1. ${sentence}\n2. Wait.\n` },
    document: 'docs/steps.md',
    reference: new RegExp(String.raw`^ {4}!\[[^\]]*\]\(assets/generated/${name}\)$`, 'm'),
    folder: 'docs/assets/generated',
  },
  {
    kind: 'vite',
    files: { 'package.json': packageOf('vite'), 'index.html': '', 'src/Hero.tsx': component },
    document: 'src/Hero.tsx',
    reference: new RegExp(`<img src="/generated/${name}" alt="[^"]*"`),
    folder: 'public/generated',
  },
  {
    kind: 'sveltekit',
    files: {
      'package.json': packageOf('@sveltejs/kit'),
      'src/routes/+page.svelte': `<h1>Bicycles</h1>\n<p>${sentence}</p>\n`,
    },
    document: 'src/routes/+page.svelte',
    reference: new RegExp(`<img src="/generated/${name}" alt="[^"]*"`),
    folder: 'static/generated',
  },
  {
    kind: 'django',
    files: {
      'manage.py': '',
      'app/static/site.css': '',
      'app/templates/index.html': `{% load static %}\n<main>\n  <p>${sentence}</p>\n</main>\n`,
    },
    document: 'app/templates/index.html',
    reference: new RegExp(`<img src="{% static 'app/generated/${name}' %}" alt="[^"]*"`),
    folder: 'app/static/app/generated',
  },
  {
    kind: 'antora',
    files: { 'antora.yml': 'name: a\n', 'modules/ROOT/pages/index.adoc': `= Bicycles\n\n${sentence}\n` },
    document: 'modules/ROOT/pages/index.adoc',
    reference: new RegExp(String.raw`^image::${name}\[`, 'm'),
    folder: 'modules/ROOT/images',
  },
  {
    kind: 'latex',
    files: {
      'main.tex': '\\documentclass{book}\n\\begin{document}\n\\input{chapters/one}\n\\end{document}\n',
      'chapters/one.tex': `\\chapter{Bicycles}\n\n${sentence}\n`,
    },
    document: 'chapters/one.tex',
    reference: new RegExp(String.raw`\\includegraphics.*\{\.\./assets/generated/${name}\}`),
    // Below the workspace folder; from the chapter it would be two folders up.
    folder: '../assets/generated',
  },
];

test.use({
  sharesWindow: true,
  settings: { 'rivya.defaultModel.image': 'z-image', 'explorer.compactFolders': false },
});

for (const { kind, files, document, reference, folder } of cases) {
  test(`a picture of a ${kind} project lies where its build takes it, and is referred to so`, async ({
    workbench,
    workspaceFolder,
    sandbox,
  }) => {
    for (const [file, text] of Object.entries(files)) {
      const full = path.join(workspaceFolder, kind, file);
      await mkdir(path.dirname(full), { recursive: true });
      await writeFile(full, text);
    }
    const file = `${kind}/${document}`;
    await workbench.setKey(sandbox);
    await workbench.openFile(file);
    await workbench.selectText(sentence);
    await workbench.contextMenu('Generate Image from Selection');
    await expect(workbench.line(/a-red-bicycle/)).toBeVisible();
    await workbench.screenshot(`project-${kind}`);
    await workbench.save(file);
    const saved = await readFile(path.join(workspaceFolder, file), 'utf8');
    expect(saved).toMatch(reference);
    const [picture = ''] = new RegExp(name).exec(saved) ?? [];
    await access(path.join(workspaceFolder, kind, folder, picture));
    expect(sandbox.control.charges()).toHaveLength(1);
  });
}
