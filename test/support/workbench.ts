import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, type FrameLocator, type Locator, type Page } from '@playwright/test';
import { root } from '../../scripts/workspace.ts';
import type { Sandbox } from '../../src/sandbox/server.ts';
import type { VscodeServer } from './vscodeServer.ts';

/**
 * Ends the opening of a window that hangs, in milliseconds; on a busy machine it takes more than half a
 * minute.
 */
const startTimeout = 150_000;
const screenshotFolder = path.join(root, 'test-results/screenshots');

/** The row of a task that has its file where it belongs: its price, and no word on what is still to come. */
export const finished = /^(?!.*(?:ready to insert|reserved)).* · \d+ credits?/s;

/** What is needed here of an element; the types of the DOM are not part of this program. */
interface DrawnText {
  readonly textContent: string;
  getBoundingClientRect(): { readonly top: number };
}

/**
 * VS Code in a browser page, driven as a person does it. Locators wait by themselves; nothing here sleeps.
 */
export class Workbench {
  readonly page: Page;
  readonly #server: VscodeServer;

  constructor(page: Page, server: VscodeServer) {
    this.page = page;
    this.#server = server;
  }

  /** Opens the workbench on the workspace folder and waits until the extension is active. */
  async open(address = this.#server.workbenchUrl): Promise<void> {
    await this.page.goto(address);
    await this.#ready();
  }

  /** Opens a window without a folder. */
  async openEmptyWindow(): Promise<void> {
    await this.open(`${this.#server.front.url}/?ew=true`);
  }

  /** Reloads the window: a new extension host starts, secrets and stored state stay. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#ready();
  }

  /**
   * Waits until VS Code has written down what it restores after a reload, which it does every few seconds.
   * @param word of it, such as the type of a view
   */
  async remembers(word: string): Promise<void> {
    await expect.poll(() => this.page.evaluate(storedState)).toContain(word);
  }

  async #ready(): Promise<void> {
    await this.viewContainer('Rivya').waitFor({ timeout: startTimeout });
    // The status bar item comes once the account is known; commands may be disabled until then.
    await this.page.locator('.statusbar-item[id^="rivya."]').waitFor({ timeout: startTimeout });
  }

  /** An entry of the activity bar. */
  viewContainer(title: string): Locator {
    return this.page.locator('.activitybar').getByRole('tab', { name: title });
  }

  /**
   * Kills the extension host as a crash would, without a chance to save anything, and waits until VS Code has
   * started another.
   */
  async killExtensionHost(): Promise<void> {
    const host = this.#server.extensionHosts().at(-1);
    if (host === undefined) throw new Error('No extension host runs.');
    const next = this.#server.nextExtensionHost();
    process.kill(host, 'SIGKILL');
    await next;
  }

  // Commands and pickers

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  get quickInputBox(): Locator {
    return this.quickInput.locator('.quick-input-box input');
  }

  /** The rows of the open picker or palette. */
  get picks(): Locator {
    return this.quickInput.getByRole('option');
  }

  /** The row whose label, without its description, is `label`. */
  pick(label: string): Locator {
    return this.picks.filter({ has: this.page.locator('.label-name', { hasText: exactly(label) }) });
  }

  async openPalette(text = ''): Promise<void> {
    // A frame that is just being loaded has the focus and passes no key on: a person presses again.
    await expect(async () => {
      await this.page.keyboard.press('F1');
      // Another list may still be open.
      await expect(this.quickInputBox).toHaveValue(/^>/, { timeout: 2_000 });
    }).toPass();
    await this.quickInputBox.fill(`>${text}`);
  }

  /** Runs a command by its title in the palette, such as `Rivya: Set API Key...`. */
  async runCommand(title: string): Promise<void> {
    await this.openPalette(title);
    const row = this.pick(title).first();
    await row.click();
    // The command may open a picker of its own; what comes next must not meet the palette.
    await row.waitFor({ state: 'hidden' });
  }

  /**
   * Chooses a row of the open picker by its label, which is typed first: rows outside of the list's window do
   * not exist.
   */
  async choose(label: string): Promise<void> {
    // A picker that follows another may open after the label was typed into the one before it.
    await expect(async () => {
      await this.quickInputBox.fill(label);
      await this.pick(label).first().click({ timeout: 2_000 });
    }).toPass();
  }

  /** Chooses a colour theme by its label, such as `Dark Modern`. */
  async chooseTheme(label: string): Promise<void> {
    await this.runCommand('Preferences: Color Theme');
    await this.choose(label);
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  /** Answers the open input box. */
  async enter(value: string): Promise<void> {
    await this.quickInputBox.fill(value);
    await this.quickInputBox.press('Enter');
  }

  /**
   * Sets the API key, waits until the balance shows that it was verified, and closes the message that says
   * so: it would lie over the chat for ten seconds.
   */
  async setKey({ apiKey, control }: Sandbox): Promise<void> {
    await this.runCommand('Rivya: Set API Key...');
    await this.enter(apiKey);
    await this.statusBar(`${control.credits()} credits`).waitFor();
    await this.notification(/API key (verified and )?stored/).waitFor();
    await this.clearNotifications();
  }

  /** Opens our walkthrough by its command. */
  async openWalkthrough(): Promise<Locator> {
    const walkthrough = this.page.locator('.gettingStartedSlideDetails');
    // VS Code learns of the walkthroughs of extensions some seconds after its start, and shows one of its own
    // till then.
    await expect(async () => {
      await this.runCommand('Rivya: Get Started');
      await expect(walkthrough.getByText('Get Started with Rivya')).toBeVisible({ timeout: 3_000 });
    }).toPass();
    return walkthrough;
  }

  async clearNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
  }

  // Editors

  /** Opens a file from the Explorer by its path in the workspace, for example `docs/article.md`. */
  async openFile(file: string): Promise<void> {
    const explorer = this.page.getByRole('tree', { name: 'Files Explorer' });
    await expect(async () => {
      await this.page.keyboard.press('Control+Shift+E');
      await explorer.waitFor({ timeout: 2_000 });
    }).toPass();
    const names = file.split('/');
    for (const folder of names.slice(0, -1)) {
      const row = explorer.getByRole('treeitem', { name: folder, exact: true });
      if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
    }
    const name = names.at(-1) ?? file;
    await explorer.getByRole('treeitem', { name, exact: true }).dblclick();
    await this.tab(name).and(this.page.locator('[aria-selected="true"]')).waitFor();
    await this.page.locator('.editor-group-container.active .view-lines').waitFor();
  }

  /** Saves an open file of the workspace and waits until it is on disk. */
  async save(file: string): Promise<void> {
    const onDisk = path.join(this.#server.workspaceFolder, file);
    await this.tab(path.basename(file)).click();
    // VS Code saves by itself, too: what is written first may be older, what is written next is not.
    for (let writes = 0; writes < 2; writes++) {
      const before = (await stat(onDisk)).mtimeMs;
      // While it saves the same text, the key begins no other save.
      await expect(async () => {
        await this.page.keyboard.press('Control+S');
        // The file is emptied first and then written at once.
        await expect
          .poll(
            async () => {
              const { mtimeMs, size } = await stat(onDisk);
              return mtimeMs > before && size > 0;
            },
            { timeout: 1_000 },
          )
          .toBe(true);
      }).toPass();
    }
  }

  tab(name: string): Locator {
    return this.page.locator(`.tabs-container .tab[data-resource-name="${name}"]`);
  }

  /** The first row of the active editor that is on the screen and matches. */
  line(pattern: RegExp): Locator {
    // The editor draws a blank as a no-break space, which Playwright takes literally in a pattern.
    const drawn = new RegExp(pattern.source.replaceAll(' ', '\\s'), pattern.flags);
    return this.page.locator('.editor-group-container.active .view-line', { hasText: drawn }).first();
  }

  /** Lines of the active editor that are on the screen, in their order. */
  async visibleText(): Promise<string> {
    const lines = this.page.locator('.editor-group-container.active .view-line');
    const rows = await lines.evaluateAll((elements: DrawnText[]) =>
      elements.map(element => ({
        top: element.getBoundingClientRect().top,
        text: element.textContent.replaceAll('\u00a0', ' '),
      })),
    );
    return rows
      .toSorted((a, b) => a.top - b.top)
      .map(row => row.text)
      .join('\n');
  }

  /** Selects the first place of a piece of text that lies on one line, by the editor's own search. */
  async selectText(text: string): Promise<void> {
    await this.page.locator('.editor-group-container.active .monaco-editor .view-lines').click();
    await this.page.keyboard.press('Control+Home');
    await this.page.keyboard.press('Control+F');
    const find = this.page.locator('.editor-group-container.active .find-widget.visible');
    const box = find.getByRole('textbox', { name: 'Find' });
    // The editor searches when the text becomes another: it may still be that of the last search.
    await box.fill('');
    await box.fill(text);
    await this.statusBar(`(${text.length} selected)`).waitFor();
    // Not Escape: that key goes to a notification first, when there is one.
    await find.getByRole('button', { name: 'Close' }).click();
    await find.waitFor({ state: 'hidden' });
  }

  /** Opens the quick fixes at the cursor, and waits until this one is among them. */
  async quickFix(title: string | RegExp): Promise<Locator> {
    const widget = this.page.locator('.action-widget:not(.action-list-submenu-panel)');
    const fix = widget.getByText(title, { exact: true });
    await expect(async () => {
      // VS Code gives up the list for the lightbulb that it looks for a moment after the cursor was moved. In
      // an open list the same keys take what is selected.
      if (await widget.isVisible()) await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Control+.');
      await expect(fix).toBeVisible({ timeout: 5_000 });
    }).toPass();
    return fix;
  }

  /** Chooses an entry of the context menu on the editor's selection. */
  async contextMenu(title: string): Promise<void> {
    const selection = this.page.locator('.editor-group-container.active .selected-text').first();
    const box = await boxOf(selection);
    await this.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { button: 'right' });
    await this.#pressMenuItem(title);
  }

  /** Chooses an entry of the context menu of a row. */
  async chooseInMenu(row: Locator, title: string): Promise<void> {
    await row.click({ button: 'right' });
    await this.#pressMenuItem(title);
  }

  async #pressMenuItem(title: string): Promise<void> {
    // Not a click: a menu ignores the mouse button for a moment after it has opened.
    await this.menuItem(title).hover();
    await this.page
      .locator('.action-item.focused')
      .filter({ has: this.menuItem(title) })
      .waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** An entry of the open menu. */
  menuItem(title: string): Locator {
    return this.page.getByRole('menuitem', { name: title });
  }

  /** The rendered document of the Markdown preview, which lies in two nested frames. */
  get markdownPreview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** The first row of a tree view that has this in its name. */
  treeItem(name: string): Locator {
    return this.page.getByRole('treeitem', { name }).first();
  }

  // What the workbench says

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  }

  statusBar(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text });
  }

  /** Saves a picture of the window and returns its path. */
  async screenshot(name: string): Promise<string> {
    await mkdir(screenshotFolder, { recursive: true });
    const file = path.join(screenshotFolder, `${name}.png`);
    await this.page.screenshot({ path: file, animations: 'disabled' });
    return file;
  }
}

/** Where an element is; the editor may draw it anew between the two looks at it. */
async function boxOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  for (;;) {
    await locator.waitFor();
    const box = await locator.boundingBox();
    if (box) return box;
  }
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}\\s*$`);
}

/** What is needed here of a database in the browser; the types of the DOM are not part of this program. */
interface Database {
  readonly objectStoreNames: Iterable<string>;
  transaction(store: string): { objectStore(store: string): { getAll(): Pending<unknown[]> } };
  close(): void;
}

interface Pending<T> {
  readonly result: T;
  onsuccess: () => void;
  onerror: (event: unknown) => void;
}

/** All that VS Code keeps in the browser for this workspace. Runs in the page. */
async function storedState(): Promise<string> {
  const { indexedDB } = globalThis as unknown as {
    indexedDB: { databases(): Promise<{ name: string }[]>; open(name: string): Pending<Database> };
  };
  const resultOf = <T>(request: Pending<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = reject;
    });
  const all: unknown[] = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('vscode-web-state-db-')) continue;
    const database = await resultOf(indexedDB.open(name));
    for (const store of database.objectStoreNames)
      all.push(...(await resultOf(database.transaction(store).objectStore(store).getAll())));
    database.close();
  }
  return all.map(String).join('\n');
}
