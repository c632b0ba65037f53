import { describe, expect, it } from 'vitest';
import { findReferences } from '../../../../src/core/links/find/findReferences.ts';
import { healingEdits } from '../../../../src/core/links/heal.ts';
import { missingFile } from '../../../../src/core/links/resolve.ts';
import { suggestedPrompt, wishOf } from '../../../../src/core/links/wish.ts';
import { findProject } from '../../../../src/core/projects/findProject.ts';
import { folderOf, type ProjectFiles } from '../../../../src/core/projects/projectFiles.ts';
import { randomFrom } from '../../../support/random.ts';

const defaults = {
  roots: [
    { folder: 'public', url: '/', at: 'aboveDocument' },
    { folder: 'static', url: '/', at: 'aboveDocument' },
  ],
  isSet: false,
} as const;

/** A workspace folder, by the paths of its files. */
function workspace(files: Readonly<Record<string, string>>): ProjectFiles {
  const paths = Object.keys(files);
  return {
    list(folder) {
      const names = new Set<string>();
      const prefix = folder === '' ? '' : `${folder}/`;
      for (const path of paths) {
        if (!path.startsWith(prefix)) continue;
        const [name = '', ...rest] = path.slice(prefix.length).split('/');
        names.add(rest.length > 0 ? `${name}/` : name);
      }
      return Promise.resolve([...names]);
    },
    read: path => Promise.resolve(files[path]),
  };
}

async function missingIn(
  path: string,
  languageId: string,
  text: string,
  files: ProjectFiles,
): Promise<string[]> {
  const project = await findProject(files, { path, languageId, text });
  const found: string[] = [];
  for (const reference of findReferences(text, { languageId, file: path.split('/') })) {
    const file = await missingFile(reference, { path, project, setting: defaults }, files);
    if (file !== undefined) found.push(file);
  }
  return found;
}

const names = ['fox.png', 'a b.png', 'a%20b.png', '100%.png', 'ä.png', 'a\u0308.png', '写真.jpg', 'x (1).webp', "it's.png", 'a#b.png', 'clip.mp4']; // prettier-ignore
const encode = (path: string): string => path.split('/').map(encodeURIComponent).join('/').replaceAll('(', '%28').replaceAll(')', '%29').replaceAll("'", '%27'); // prettier-ignore

/** How languages refer to a file. */
const writers: readonly (readonly [languageId: string, extension: string, write: (path: string) => string])[] = [
  ['markdown', 'md', path => `![a](${encode(path)})`],
  ['markdown', 'md', path => `![a](<${path.replaceAll('%', '%25').replaceAll('#', '%23')}> "T")`],
  ['markdown', 'md', path => `![a][b]\n\n[b]: ${encode(path)}`],
  ['markdown', 'md', path => `<img src="${encode(path)}">`],
  ['markdown', 'md', path => `---\nimage: "${path.replaceAll('#', '')}"\n---`],
  ['html', 'html', path => `<img src="${encode(path)}"><img src="{{ a }}.png"><img src="<?= $b ?>/c.png">`],
  ['html', 'html', path => `<picture><source srcset="${encode(path)} 2x"></picture>`],
  ['css', 'css', path => `a { b: url("${encode(path)}") }`],
  ['vue', 'vue', path => `<template><img src="${encode(path)}"><img :src="a + '.png'"></template>`],
  ['typescriptreact', 'tsx', path => `const a = <img src="${encode(path)}" />; const b = <img src={\`\${c}.png\`} />;`],
  ['asciidoc', 'adoc', path => `image::${encode(path)}[]`],
  ['typst', 'typ', path => `#image("${path.replaceAll('"', '\\"')}")`],
  ['latex', 'tex', path => `\\includegraphics{${path.replace(/[%#]/g, '\\string$&')}}`],
  ['restructuredtext', 'rst', path => `.. image:: ${path.replaceAll(' ', '\\ ')}`],
]; // prettier-ignore

describe('files that are missing', () => {
  it('are none of 2,000 that are there', async () => {
    const random = randomFrom(7);
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
    const wrong: string[] = [];
    for (let number = 0; number < 2_000; number++) {
      const [languageId, extension, write] = pick(writers);
      const name = pick(names);
      const isRooted = !/^(?:tex|typ|rst)$/.test(extension) && random() < 0.4;
      const top = pick(['public', 'static']);
      const [path, file] = isRooted
        ? [`/img/${name}`, `${top}/img/${name}`]
        : pick<readonly [string, string]>([
            [name, `docs/${name}`],
            [`img/${name}`, `docs/img/${name}`],
            [`../shared/${name}`, `shared/${name}`],
            [`./img/${name}`, `docs/img/${name}`],
          ]);
      const document = `docs/page.${extension}`;
      // Data holds no "#"; what was written is what is there.
      const written = write(path);
      const own = written.startsWith('---') ? file.replaceAll('#', '') : file;
      const missing = await missingIn(
        document,
        languageId,
        written,
        workspace({ [document]: '', [own]: '' }),
      );
      if (missing.length > 0) wrong.push(`${written} ${own}: ${missing.join()}`);
    }
    expect(wrong).toEqual([]);
  });

  it('are where the document says', async () => {
    const files = workspace({ 'docs/a.md': '', 'docs/img/b.png': '', 'public/x.png': '' });
    const missing = (path: string, languageId: string, text: string): Promise<string[]> =>
      missingIn(path, languageId, text, files);
    expect(await missing('docs/a.md', 'markdown', '![a](img/fox.png) ![b](img/b.png)')).toEqual([
      'docs/img/fox.png',
    ]);
    expect(await missing('docs/a.md', 'markdown', '![a](/fox.png)')).toEqual(['public/fox.png']);
    expect(await missing('docs/a.md', 'markdown', '![a](../../fox.png)')).toEqual([]);
    expect(await missing('docs/a.tex', 'latex', '\\graphicspath{{img/}}\\includegraphics{b}')).toEqual([]);
    expect(await missing('docs/a.tex', 'latex', '\\includegraphics{fox}')).toEqual(['docs/fox.png']);
    const based = (base: string): Promise<string[]> =>
      missing('docs/a.html', 'html', `<base href="${base}"><img src="fox.png"><img src="img/b.png">`);
    expect(await based('/')).toEqual(['public/fox.png']);
    expect(await based('/app/index.html')).toEqual(['public/app/fox.png']);
    expect(await based('img/')).toEqual(['docs/img/fox.png']);
    expect(await based('https://cdn.example/')).toEqual([]);
    expect(
      await missing('docs/a.tsx', 'typescriptreact', 'import a from "./fox.png"; import b from "b/c.png";'),
    ).toEqual(['docs/fox.png']);
    expect(
      await missing('docs/a.adoc', 'asciidoc', ':imagesdir: img\n\nimage::b.png[]\nimage::fox.png[]'),
    ).toEqual(['docs/img/fox.png']);
    expect(
      await missing('docs/a.vue', 'vue', '<template><img src="@/a.png"><img src="~a.png"></template>'),
    ).toEqual([]);
  });

  it('are looked for as the kind of project has them', async () => {
    const vite = {
      'package.json': '{"devDependencies": {"vite": "7"}}',
      'public/a.png': '',
      'src/a.tsx': '',
    };
    const text = 'const a = <><img src="/a.png" /><img src="/fox.png" /></>;';
    expect(await missingIn('src/a.tsx', 'typescriptreact', text, workspace(vite))).toEqual([
      'public/fox.png',
    ]);
    expect(folderOf('public/fox.png')).toBe('public');
  });
});

describe('wishes', () => {
  const wish = (languageId: string, text: string): string | undefined => {
    const [reference] = findReferences(text, { languageId });
    return reference && wishOf(text, reference, { languageId })?.prompt;
  };

  it('stand in the alternative text or in a comment above', () => {
    expect(wish('markdown', '![todo: a *red* fox](fox.png)')).toBe('a *red* fox');
    expect(wish('markdown', '![TODO:](fox.png)')).toBeUndefined();
    expect(wish('markdown', '![A todo list](fox.png)')).toBeUndefined();
    expect(wish('markdown', '<!-- rivya: a red fox -->\n![A](fox.png)')).toBe('a red fox');
    expect(wish('css', 'a {\n  /* rivya: a red fox */\n  b: url(fox.png);\n}')).toBe('a red fox');
    expect(wish('latex', '% rivya: a red fox\n\\includegraphics{fox}')).toBe('a red fox');
    expect(wish('typescriptreact', 'a = (\n  <p>\n    {/* rivya: a red fox */}\n    <img src="fox.png" />\n  </p>\n);')).toBe('a red fox');
    expect(wish('markdown', '---\n# rivya: a red fox\nimage: fox.png\n---\n')).toBe('a red fox');
    expect(wish('yaml', 'a:\n  # rivya: a red fox\n  image: fox.png\n')).toBe('a red fox');
    expect(wish('asciidoc', '// rivya: a red fox\nimage::fox.png[]')).toBe('a red fox');
    expect(wish('typst', '// rivya: a red fox\n#image("fox.png")')).toBe('a red fox');
    expect(wish('restructuredtext', '.. rivya: a red fox\n.. image:: fox.png')).toBe('a red fox');
    expect(wish('org', '# rivya: a red fox\n[[file:fox.png]]')).toBe('a red fox');
    expect(wish('latex', 'rivya: a red fox\n\\includegraphics{fox}')).toBeUndefined();
  }); // prettier-ignore

  it('are suggested by the alternative text, else by the name of the file', () => {
    const suggestion = (text: string): string =>
      findReferences(text, { languageId: 'markdown' }).map(suggestedPrompt).join();
    expect(suggestion('![A red fox](a.png)')).toBe('A red fox');
    expect(suggestion('![](img/red-fox_2.png)')).toBe('red fox 2');
  });
});

describe('documents that heal', () => {
  const healed = (languageId: string, text: string, target: string, name?: string): string => {
    const references = findReferences(text, { languageId }).filter(each => each.target === target);
    return healingEdits(text, { languageId }, references, name)
      .toSorted((a, b) => b.start - a.start)
      .reduce((whole, { start, end, text: own }) => whole.slice(0, start) + own + whole.slice(end), text);
  };

  it('lose the mark of the wish, and get the name that the file has', () => {
    expect(healed('markdown', '![todo: A](a.png) ![B](b.png) ![todo: C](a.png)', 'a.png')).toBe(
      '![A](a.png) ![B](b.png) ![C](a.png)',
    );
    expect(healed('markdown', '![todo: A](img/a%20b.jpg "T")', 'img/a%20b.jpg', 'a b.png')).toBe(
      '![A](img/a%20b.png "T")',
    );
    expect(healed('html', "<img alt='todo: &amp;' src='a.jpg'>", 'a.jpg', 'a.png')).toBe(
      "<img alt='&amp;' src='a.png'>",
    );
    expect(healed('markdown', '![todo: A](b.png)', 'a.png')).toBe('![todo: A](b.png)');
  });
});
