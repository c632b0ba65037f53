import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';

test.use({ sharesWindow: true, settings: { 'rivya.defaultModel.image': 'z-image' } });

const documents = [
  {
    file: 'page.html',
    text: `<!doctype html>\n<main>\n  <p>${sentence}</p>\n</main>\n`,
    reference: /<img\b[^>]*\bsrc="assets\/generated\/a-red-bicycle[\w-]*\.png"[^>]*>/,
  },
  {
    file: 'Hero.tsx',
    text: `export function Hero() {\n  return (\n    <section>\n      {/* ${sentence} */}\n    </section>\n  );\n}\n`,
    reference: /<img src="assets\/generated\/a-red-bicycle[\w-]*\.png" alt="A red bicycle[^"]*"[^>]*\/>/,
  },
  {
    file: 'theme.css',
    text: `.hero {\n  color: white; /* ${sentence} */\n}\n`,
    reference: /background-image: url\("assets\/generated\/a-red-bicycle[\w-]*\.png"\);/,
  },
  {
    file: 'article.md',
    text: `# Bicycles\n\n${sentence}\n\nThe end.\n`,
    reference: /!\[A red bicycle[^\]]*\]\(assets\/generated\/a-red-bicycle[\w-]*\.png\)/,
  },
];

for (const { file, text, reference } of documents) {
  test(`the context menu of ${file} brings a picture with the right reference`, async ({
    workbench,
    workspaceFolder,
    sandbox,
  }) => {
    await writeFile(path.join(workspaceFolder, file), text);
    await workbench.setKey(sandbox);
    await workbench.openFile(file);
    await workbench.selectText(sentence);
    await workbench.contextMenu('Generate Image from Selection');
    await expect(workbench.line(/a-red-bicycle/)).toBeVisible();
    await workbench.screenshot(`reference-${path.extname(file).slice(1)}`);
    await workbench.save(file);
    const saved = await readFile(path.join(workspaceFolder, file), 'utf8');
    expect(saved).toMatch(reference);
    // The text around it is as it was.
    for (const line of text.split('\n')) expect(saved).toContain(line.trim());
    expect(sandbox.control.charges()).toHaveLength(1);
  });
}
