import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import type { ChatHostMessage, ChatState } from '../../../src/shared/chat.ts';
import type { ChatPageMessage } from '../../../src/shared/chatSchema.ts';
import { startPageServer } from './pageServer.ts';
import type { PageServer } from './pageServer.ts';
import type { ThemeName } from './themes.ts';

type Unnumbered<T> = T extends unknown ? Omit<T, 'sequence'> : never;
export type HostWord = Unnumbered<ChatHostMessage>;

interface HostWindow extends Window {
  posted: ChatPageMessage[];
  violations: string[];
  dialogs: number;
}

/** The page in a browser, and a host that says what the test tells it to say. */
export class ChatPageUnderTest {
  readonly page: Page;
  readonly #server: PageServer;
  #sequence = 0;
  readonly #requests: string[] = [];
  readonly #errors: string[] = [];

  constructor(page: Page, server: PageServer) {
    this.page = page;
    this.#server = server;
    page.on('request', request => {
      if (!request.url().startsWith(`${server.url}/`)) this.#requests.push(request.url());
    });
    page.on('pageerror', error => this.#errors.push(error.message));
    page.on('dialog', dialog => {
      this.#errors.push(`A dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  async open(state: ChatState, theme: ThemeName = 'dark'): Promise<void> {
    await this.page.addInitScript(installHost);
    await this.page.goto(`${this.#server.url}/?theme=${theme}`);
    await this.#greet(state);
  }

  /** What VS Code tells its pages when it knows of a screen reader; before the page is opened. */
  async useScreenReader(): Promise<void> {
    await this.page.addInitScript(() =>
      document.addEventListener('DOMContentLoaded', () => {
        document.body.classList.add('vscode-using-screen-reader');
      }),
    );
  }

  /**
   * What VS Code does when a view was hidden or moved: a new page, with the state that the old one has kept.
   */
  async reload(state: ChatState): Promise<void> {
    await this.page.reload();
    await this.#greet(state);
  }

  async #greet(state: ChatState): Promise<void> {
    await this.expectPosted({ type: 'ready' });
    await this.say({ type: 'snapshot', state });
    await expect(this.page.getByTestId('chat-input')).toBeVisible();
  }

  /** Sends messages with the next numbers. */
  async say(...words: readonly HostWord[]): Promise<void> {
    await this.sayAs(words.map(word => ({ ...word, sequence: ++this.#sequence })));
  }

  /** Sends messages with the numbers that they have. */
  async sayAs(messages: readonly ChatHostMessage[]): Promise<void> {
    await this.page.evaluate(each => {
      for (const data of each) window.dispatchEvent(new MessageEvent('message', { data }));
    }, messages);
  }

  /** The host has said something that the page never got. */
  loseMessage(): void {
    this.#sequence++;
  }

  async posted<T extends ChatPageMessage['type']>(type: T): Promise<Extract<ChatPageMessage, { type: T }>[]> {
    const all = await this.page.evaluate(() => (window as unknown as HostWindow).posted);
    return all.filter((word): word is Extract<ChatPageMessage, { type: T }> => word.type === type);
  }

  /** Waits until the page has said this. */
  async expectPosted(word: ChatPageMessage): Promise<void> {
    await expect.poll(() => this.posted(word.type)).toContainEqual(word);
  }

  /** Resolves when everything that was said is drawn. */
  async drawn(): Promise<void> {
    await this.page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    });
  }

  get input(): Locator {
    return this.page.getByTestId('chat-input');
  }

  get log(): Locator {
    return this.page.getByRole('log');
  }

  async distanceFromEnd(): Promise<number> {
    return await this.log.evaluate(log => log.scrollHeight - log.clientHeight - log.scrollTop);
  }

  /** Nothing ran that should not, and nothing left the page. */
  async expectHarmless(): Promise<void> {
    const { violations, dialogs } = await this.page.evaluate(() => {
      const host = window as unknown as HostWindow;
      return { violations: host.violations, dialogs: host.dialogs };
    });
    expect.soft(this.#requests, 'requests that left the page').toEqual([]);
    expect.soft(this.#errors, 'errors and dialogs').toEqual([]);
    expect.soft(violations, 'violations of the policy').toEqual([]);
    expect.soft(dialogs, 'scripts that ran').toBe(0);
  }

  /** Nothing is wider than the panel. */
  async expectWithinPanel(): Promise<void> {
    const widths = await this.page.evaluate(() => ({
      page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      log: [...document.querySelectorAll('.log, chat-composer, .header')].map(
        element => element.scrollWidth - element.clientWidth,
      ),
    }));
    expect(widths).toEqual({ page: 0, log: [0, 0, 0] });
  }

  /** @param without Rules that cannot be judged. */
  async expectAccessible(without: string[] = []): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).disableRules(without).analyze();
    const findings = violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`));
    expect(findings).toEqual([]);
  }

  async screenshot(name: string): Promise<void> {
    await this.drawn();
    await this.page.screenshot({ path: `test-results/screenshots/chat-${name}.png` });
  }
}

/** Runs in the page before its script: the webview API of VS Code, and traps for what must not happen. */
function installHost(): void {
  const host = window as unknown as HostWindow & Record<string, unknown>;
  Object.assign(host, { posted: [], violations: [], dialogs: 0 });
  let isTaken = false;
  host['acquireVsCodeApi'] = () => {
    if (isTaken) throw new Error('acquireVsCodeApi may be called once.');
    isTaken = true;
    return {
      postMessage: (word: ChatPageMessage) => host.posted.push(structuredClone(word)),
      getState: (): unknown => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
      setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
    };
  };
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) {
    host[name] = () => {
      host.dialogs++;
    };
  }
  document.addEventListener('securitypolicyviolation', event => {
    host.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  });
}

interface Fixtures {
  readonly chat: ChatPageUnderTest;
}

interface WorkerFixtures {
  readonly server: PageServer;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures' names from it
    async ({}, use) => {
      await using server = await startPageServer({ language: 'en', strings: {} });
      await use(server);
    },
    { scope: 'worker' },
  ],
  chat: async ({ page, server }, use) => {
    const chat = new ChatPageUnderTest(page, server);
    await use(chat);
    await chat.expectHarmless();
  },
});

export { expect };
