import { expect, type FrameLocator, type Locator } from '@playwright/test';
import type { Workbench } from './workbench.ts';

/** What is needed here of an element; the types of the DOM are not part of this program. */
interface Box {
  getBoundingClientRect(): { readonly top: number; readonly bottom: number };
}
interface Scroller extends Box {
  readonly scrollHeight: number;
  readonly clientHeight: number;
  readonly scrollTop: number;
  querySelectorAll(selector: string): Iterable<Box>;
}

/** `w0 w1 w2 …`: so many words of which each shows whether one is missing. */
export function countedWords(count: number): string {
  return Array.from({ length: count }, (_, index) => `w${index}`).join(' ');
}

/** The chat in its view, driven by what a person sees of it. */
export class ChatPanel {
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  /** The page, which lies in two nested frames like every webview. */
  get page(): FrameLocator {
    return this.#workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  get input(): Locator {
    return this.page.getByTestId('chat-input');
  }

  get answer(): Locator {
    return this.page.locator('[data-testid="chat-message"][data-role="assistant"]').last();
  }

  get question(): Locator {
    return this.page.locator('[data-testid="chat-message"][data-role="user"]').last();
  }

  get messages(): Locator {
    return this.page.getByTestId('chat-message');
  }

  async open(): Promise<void> {
    await this.#workbench.runCommand('Rivya Chat: Focus on Chat View');
    await this.input.waitFor();
  }

  async beginSession(): Promise<void> {
    await this.#workbench.runCommand('Rivya: New Chat');
    await expect(this.messages).toHaveCount(0);
  }

  /** What scrolls. */
  get log(): Locator {
    return this.page.getByRole('log');
  }

  get jump(): Locator {
    return this.page.getByTestId('chat-jump-latest');
  }

  /** How far the reader is from the end, in pixels. */
  async distanceFromEnd(): Promise<number> {
    return await this.log.evaluate((log: Scroller) => log.scrollHeight - log.clientHeight - log.scrollTop);
  }

  /** Number of the first message that is seen at least in part. */
  async topMessage(): Promise<number> {
    return await this.log.evaluate((log: Scroller) => {
      const { top } = log.getBoundingClientRect();
      const messages = [...log.querySelectorAll('[data-message-id]')];
      return messages.findIndex(message => message.getBoundingClientRect().bottom > top);
    });
  }

  /** How much of a message is above what is seen, in pixels; negative where it begins further down. */
  async pixelsAbove(message: number): Promise<number> {
    return await this.log.evaluate((log: Scroller, index) => {
      const box = [...log.querySelectorAll('[data-message-id]')][index]?.getBoundingClientRect();
      return log.getBoundingClientRect().top - (box?.top ?? Number.NaN);
    }, message);
  }

  /** Hides the side bar and shows it again, which makes a new page. */
  async hideAndShow(): Promise<void> {
    await this.#workbench.runCommand('View: Toggle Secondary Side Bar Visibility');
    await expect(this.#workbench.page.locator('.part.auxiliarybar')).toBeHidden();
    await this.#workbench.runCommand('View: Toggle Secondary Side Bar Visibility');
    await this.input.waitFor();
  }

  async ask(question: string): Promise<void> {
    await this.input.fill(question);
    await this.page.getByTestId('chat-send').click();
  }

  async expectState(state: string): Promise<void> {
    await expect(this.answer).toHaveAttribute('data-state', state);
  }

  /** Presses a button of a message; some show only under the pointer. */
  async press(message: Locator, name: string | RegExp): Promise<void> {
    await message.hover();
    await message.getByRole('button', { name }).click();
  }
}
