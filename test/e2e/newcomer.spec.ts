import { finished } from '../support/workbench.ts';
import { expect, test } from './fixtures.ts';

const sentence = 'A red bicycle leans against a white wall.';
const picture = /!\[A red bicycle/;

/** Prints how long each step of a person's way took. Told, not asserted: machines differ. */
class Stopwatch {
  readonly #name: string;
  readonly #steps: string[] = [];
  #last = performance.now();

  constructor(name: string) {
    this.#name = name;
  }

  step(name: string): void {
    const now = performance.now();
    this.#steps.push(`${name} ${((now - this.#last) / 1000).toFixed(1)} s`);
    this.#last = now;
  }

  print(): void {
    console.log(`${this.#name}: ${this.#steps.join(', ')}`);
  }
}

test('from install to the first image without a key', async ({ workbench, sandbox }) => {
  const watch = new Stopwatch('Without a key');
  await workbench.viewContainer('Rivya').click();
  await workbench.page.getByRole('button', { name: 'Try Without a Key' }).first().waitFor();
  await expect(workbench.page.locator('.welcome-view a', { hasText: 'I Have a Key' }).first()).toBeVisible();
  watch.step('welcome');
  await workbench.screenshot('welcome');
  await workbench.page.getByRole('button', { name: 'Try Without a Key' }).first().click();
  await expect(workbench.statusBar(/Sandbox/)).toBeVisible();
  watch.step('sandbox');
  await workbench.openFile('notes.md');
  await workbench.selectText(sentence);
  await workbench.contextMenu('Generate Image from Selection');
  await workbench.picks.first().waitFor();
  watch.step('selection to models');
  await workbench.choose('Z-Image');
  await expect(workbench.line(picture)).toBeVisible();
  watch.step('model to picture');
  watch.print();
  await workbench.viewContainer('Rivya').click();
  await expect(workbench.treeItem(sentence)).toContainText(finished);
  await expect(workbench.treeItem('4o Image')).toBeVisible();
  await workbench.screenshot('newcomerSandbox');
  // Nothing but the public list of models was asked of the real server, and without a key.
  const requests = sandbox.control.requests();
  expect(requests.filter(({ path }) => path !== '/api/v1/models')).toEqual([]);
  expect(requests.filter(({ authorized }) => authorized !== null)).toEqual([]);
});

test('from install to the first image with a key', async ({ workbench, sandbox }) => {
  const watch = new Stopwatch('With a key');
  await workbench.viewContainer('Rivya').click();
  await workbench.page.locator('.welcome-view a', { hasText: 'I Have a Key' }).first().click();
  watch.step('welcome');
  await workbench.enter(sandbox.apiKey);
  await expect(workbench.statusBar('100 credits')).toBeVisible();
  watch.step('key');
  await workbench.page.getByRole('button', { name: 'Generate Image...' }).first().click();
  await workbench.enter(sentence);
  // The prompt is taken at once, with no wait for what the picker makes of it; then the models are there.
  await workbench.quickInput.getByText('Model for Images').waitFor();
  watch.step('prompt to models');
  await workbench.choose('Z-Image');
  await expect(workbench.treeItem(sentence)).toContainText(finished);
  watch.step('model to picture');
  watch.print();
  expect(sandbox.control.charges()).toHaveLength(1);
  await expect(workbench.statusBar('99 credits')).toBeVisible();
  await workbench.screenshot('newcomerKey');

  // What was done before the walkthrough was opened is ticked in it.
  const walkthrough = await workbench.openWalkthrough();
  await expect(walkthrough.locator('.step-list-container .codicon-getting-started-step-checked')).toHaveCount(
    2,
  );
});
