import { access, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

test.use({ sharesWindow: true, settings: { 'rivya.defaultModel.image': 'z-image' } });

const documents = [
  { file: 'heal.md', picture: 'fox.png', text: '# Fox\n\n![todo: a red fox](img/fox.png)\n', after: '![a red fox](img/fox.png)' },
  { file: 'heal.html', picture: 'wolf.png', text: '<main>\n  <img src="img/wolf.png" alt="todo: a grey wolf">\n</main>\n', after: 'alt="a grey wolf"' },
  { file: 'Heal.tsx', picture: 'owl.png', text: 'export const Owl = () => <img src="./img/owl.png" alt="todo: a white owl" />;\n', after: 'alt="a white owl"' },
  { file: 'heal.tex', picture: 'bear.png', text: '% rivya: a brown bear\n\\includegraphics{img/bear}\n', after: '\\includegraphics{img/bear}' },
]; // prettier-ignore

for (const { file, picture, text, after } of documents) {
  test(`the quick fix of ${file} makes the missing picture exactly there`, async ({
    workbench,
    page,
    workspaceFolder,
    sandbox,
  }) => {
    await writeFile(path.join(workspaceFolder, file), text);
    await workbench.setKey(sandbox);
    await workbench.openFile(file);
    await workbench.selectText(`img/${path.parse(picture).name}`);
    const fix = page.locator('.action-widget').getByText(`Generate "${picture}"`);
    await expect(async () => {
      await page.keyboard.press('Control+.');
      await expect(fix).toBeVisible({ timeout: 5_000 });
    }).toPass();
    await workbench.screenshot(`heal-${path.extname(file).slice(1)}-fix`);
    await fix.click();
    await expect.poll(() => access(path.join(workspaceFolder, 'img', picture)).then(() => true, () => false)).toBe(true); // prettier-ignore
    if (!text.includes(after)) await workbench.save(file);
    await workbench.screenshot(`heal-${path.extname(file).slice(1)}`);
    expect(await readFile(path.join(workspaceFolder, file), 'utf8')).toContain(after);
    expect(sandbox.control.charges()).toHaveLength(1);
  });
}
