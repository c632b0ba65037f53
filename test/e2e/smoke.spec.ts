import { expect, test } from './fixtures.ts';

test('the palette offers the commands of the installed extension', async ({ workbench }) => {
  await workbench.openPalette('Rivya: ');
  await expect(workbench.pick('Rivya: Set API Key...')).toBeVisible();
  await expect(workbench.pick('Rivya: Generate Image...')).toBeVisible();
  await workbench.screenshot('palette');
});
