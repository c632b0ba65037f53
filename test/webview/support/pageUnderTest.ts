import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { PageServer } from './pageServer.ts';
import type { ThemeName } from './themes.ts';

interface TrappedWindow extends Window {
  violations: string[];
}

/** One of our pages in a browser, with traps for what must not happen. */
export class PageUnderTest {
  readonly page: Page;
  readonly #server: PageServer;
  readonly #name: string;
  readonly #requests: string[] = [];
  readonly #errors: string[] = [];

  constructor(page: Page, server: PageServer, name: string) {
    this.page = page;
    this.#server = server;
    this.#name = name;
    page.on('request', request => {
      if (!request.url().startsWith(`${server.url}/`)) this.#requests.push(request.url());
    });
    page.on('pageerror', error => this.#errors.push(error.message));
  }

  /** Goes to the page; its host must have been installed. */
  protected async goto(theme: ThemeName): Promise<void> {
    await this.page.addInitScript(installTraps);
    await this.page.goto(`${this.#server.url}/?page=${this.#name}&theme=${theme}`);
  }

  /** Resolves when everything that was said is drawn. */
  async drawn(): Promise<void> {
    await this.page.evaluate(async () => {
      for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
    });
  }

  async expectAccessible(without: string[] = []): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).disableRules(without).analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`))).toEqual([]);
  }

  async expectHarmless(): Promise<void> {
    const violations = await this.page.evaluate(() => (window as unknown as TrappedWindow).violations);
    expect.soft(this.#requests, 'requests that left the page').toEqual([]);
    expect.soft(this.#errors, 'errors').toEqual([]);
    expect.soft(violations, 'violations of the policy').toEqual([]);
  }

  /** Nothing is wider than the page. */
  async expectWithinPage(): Promise<void> {
    const excess = await this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(excess).toBe(0);
  }

  async screenshot(name: string): Promise<void> {
    await this.drawn();
    await this.page.screenshot({ path: `test-results/screenshots/${this.#name}-${name}.png` });
  }
}

/** Runs in the page before its script. */
function installTraps(): void {
  const trapped = window as unknown as TrappedWindow;
  trapped.violations = [];
  document.addEventListener('securitypolicyviolation', event => {
    trapped.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  });
}
