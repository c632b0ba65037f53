import { expect, test as base } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import type { CompareHostMessage, CompareItemDto } from '../../../src/shared/compare.ts';
import type { ComparePageMessage } from '../../../src/shared/compareSchema.ts';
import { startPageServer } from './pageServer.ts';
import type { PageServer } from './pageServer.ts';
import { PageUnderTest } from './pageUnderTest.ts';
import type { ThemeName } from './themes.ts';

interface HostWindow extends Window {
  posted: ComparePageMessage[];
}

/** A picture, or what else is said of it. */
export function item(index: number, change: Partial<CompareItemDto> = {}): CompareItemDto {
  return {
    subject: { taskId: `task-${index}`, index: 0 },
    kind: 'image',
    title: 'A red fox in the snow',
    about: 'Z-Image · 2 credits · 1024 × 1024',
    source: ['/walkthrough/image-dark.png', '/walkthrough/image-light.png'][index % 2],
    ...change,
  };
}

export const two: CompareHostMessage = {
  type: 'items',
  items: [item(0), item(1, { about: 'Flux · 3 credits · 1024 × 1024' })],
  differences: [
    { name: 'Model', values: ['Z-Image', 'Flux'] },
    { name: 'seed', values: ['12', ''] },
  ],
};

/** The page that compares in a browser, with a host that says what it is told to say. */
export class CompareUnderTest extends PageUnderTest {
  constructor(page: Page, server: PageServer) {
    super(page, server, 'compare');
  }

  async open(message: CompareHostMessage = two, theme: ThemeName = 'dark'): Promise<void> {
    await this.page.addInitScript(installHost, message);
    await this.goto(theme);
    await expect(this.page.getByRole('heading', { level: 1 })).toBeAttached();
  }

  async say(message: CompareHostMessage): Promise<void> {
    await this.page.evaluate(data => window.dispatchEvent(new MessageEvent('message', { data })), message);
  }

  get panes(): Locator {
    return this.page.getByTestId('compare-pane');
  }

  /** What pictures are seen through. */
  get frames(): Locator {
    return this.page.locator('.pictures');
  }

  get handle(): Locator {
    return this.page.getByTestId('compare-handle');
  }

  /** How each picture is enlarged and moved: its matrix, as the browser computes it. */
  async transforms(): Promise<string[]> {
    return this.page
      .locator('.pictures img')
      .evaluateAll(pictures => pictures.map(picture => getComputedStyle(picture).transform));
  }

  async posted(): Promise<ComparePageMessage[]> {
    return this.page.evaluate(() => (window as unknown as HostWindow).posted);
  }

  /** What the page keeps over a reload. */
  async kept(): Promise<unknown> {
    return this.page.evaluate(() => JSON.parse(sessionStorage.getItem('state') ?? 'null') as unknown);
  }
}

/** Runs in the page before its script: the webview API of VS Code, and a host that answers once. */
function installHost(message: CompareHostMessage): void {
  const host = window as unknown as HostWindow & Record<string, unknown>;
  host.posted = [];
  host['acquireVsCodeApi'] = () => ({
    postMessage: (word: ComparePageMessage) => {
      host.posted.push(structuredClone(word));
      if (word.type !== 'ready') return;
      setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data: message })), 5);
    },
    getState: (): unknown => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
  });
}

interface Fixtures {
  readonly compare: CompareUnderTest;
}

interface WorkerFixtures {
  readonly server: PageServer;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  viewport: { width: 1000, height: 700 },
  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures' names from it
    async ({}, use) => {
      await using server = await startPageServer({ language: 'en', strings: {} });
      await use(server);
    },
    { scope: 'worker' },
  ],
  compare: async ({ page, server }, use) => {
    const compare = new CompareUnderTest(page, server);
    await use(compare);
    await compare.expectHarmless();
  },
});

export { expect };
