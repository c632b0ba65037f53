import { access, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

test.use({
  sharesWindow: true,
  settings: { 'rivya.defaultModel.image': 'z-image', 'rivya.expiringLinks.hosts': ['127.0.0.1'] },
});

const documents = [
  { file: 'heal.md', picture: 'fox.png', text: '# Fox\n\n![todo: a red fox](img/fox.png)\n', after: '![a red fox](img/fox.png)' },
  { file: 'heal.html', picture: 'wolf.png', text: '<main>\n  <img src="img/wolf.png" alt="todo: a grey wolf">\n</main>\n', after: 'alt="a grey wolf"' },
  { file: 'Heal.tsx', picture: 'owl.png', text: 'export const Owl = () => <img src="./img/owl.png" alt="todo: a white owl" />;\n', after: 'alt="a white owl"' },
  { file: 'heal.tex', picture: 'bear.png', text: '% rivya: a brown bear\n\\includegraphics{img/bear}\n', after: '\\includegraphics{img/bear}' },
]; // prettier-ignore

for (const { file, picture, text, after } of documents) {
  test(`the quick fix of ${file} makes the missing picture exactly there`, async ({
    workbench,
    workspaceFolder,
    sandbox,
  }) => {
    await writeFile(path.join(workspaceFolder, file), text);
    await workbench.setKey(sandbox);
    await workbench.openFile(file);
    await workbench.selectText(`img/${path.parse(picture).name}`);
    const fix = await workbench.quickFix(`Generate "${picture}"`);
    await workbench.screenshot(`heal-${path.extname(file).slice(1)}-fix`);
    await fix.click();
    await expect.poll(() => access(path.join(workspaceFolder, 'img', picture)).then(() => true, () => false)).toBe(true); // prettier-ignore
    if (!text.includes(after)) await workbench.save(file);
    await workbench.screenshot(`heal-${path.extname(file).slice(1)}`);
    expect(await readFile(path.join(workspaceFolder, file), 'utf8')).toContain(after);
    expect(sandbox.control.charges()).toHaveLength(1);
  });
}

const dying = [
  { file: 'dying.md', write: (url: string) => `# Fox\n\n![A red fox](${url} "Title")\n` },
  { file: 'dying.html', write: (url: string) => `<main>\n  <img src="${url}" alt="A red fox">\n</main>\n` },
  { file: 'Dying.tsx', write: (url: string) => `export const Fox = () => <img src="${url}" alt="A red fox" />;\n` },
  { file: 'dying.tex', write: (url: string) => `\\href{${url}}{A red fox}\n` },
]; // prettier-ignore

for (const { file, write } of dying) {
  test(`the quick fix of ${file} brings the file of a dying link, and changes the address only`, async ({
    workbench,
    page,
    workspaceFolder,
    sandbox,
  }) => {
    const url = `${sandbox.url}/media/foreign/red-fox.png`;
    sandbox.control.addFault({
      path: '/media/foreign/',
      times: 'always',
      action: {
        type: 'body',
        size: 2_000,
        prefixBase64: 'iVBORw0KGgoAAAANSUhEUg==',
        contentType: 'image/png',
      },
    });
    await writeFile(path.join(workspaceFolder, file), write(url));
    await workbench.openFile(file);
    await workbench.selectText('media/foreign');
    const fix = await workbench.quickFix('Download and Relink');
    await workbench.screenshot(`relink-${path.extname(file).slice(1)}-fix`);
    expect(sandbox.control.requests().filter(each => each.path.startsWith('/media/foreign'))).toEqual([]);
    await fix.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Download', exact: true }).click();
    await expect.poll(() => workbench.visibleText()).not.toContain('http');
    await workbench.screenshot(`relink-${path.extname(file).slice(1)}`);
    await workbench.save(file);
    const text = await readFile(path.join(workspaceFolder, file), 'utf8');
    const address = /[^"({]*red-fox-[\da-f]{8}\.png/.exec(text)?.[0] ?? '';
    expect(text).toBe(write(address));
    const folder = address.startsWith('/') ? workspaceFolder : path.dirname(path.join(workspaceFolder, file));
    await access(path.join(folder, address));
    expect(sandbox.control.charges()).toHaveLength(0);
  });
}
