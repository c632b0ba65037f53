import { spawn } from 'node:child_process';
import type { Page } from '@playwright/test';
import { Animation } from './readmeMedia.ts';

/** How long a typed line and the end of a command are shown, in milliseconds. */
const readingMs = 1_500;
const shortestFrameMs = 150;

/**
 * A terminal that is recorded: commands run for real, on a pseudo-terminal, and a page shows what they write.
 * It knows what `rivya` and git write, and no more of the sequences of terminals.
 */
export class RecordedTerminal {
  readonly #page: Page;
  readonly #animation: Animation;
  readonly #options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv };
  #text = '';

  constructor(page: Page, options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    this.#page = page;
    this.#animation = new Animation({ page }, 8);
    this.#options = options;
  }

  /**
   * Types a command, runs it, and shows how its output grows.
   * @param answers what is typed when a question with these words stands there
   */
  async run(command: string, answers: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#text += `$ ${command}`;
    await this.#frame(readingMs / 2);
    this.#text += '\n';
    // The program that gives every command a terminal of its own.
    const child = spawn('script', ['-qfec', command, '/dev/null'], { ...this.#options, stdio: 'pipe' });
    const left = new Map(Object.entries(answers));
    let shown = Promise.resolve();
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      this.#text = withPiece(this.#text, piece);
      const since = Date.now();
      for (const [question, answer] of left) {
        if (!this.#text.includes(question)) continue;
        left.delete(question);
        shown = shown.then(() => this.#frame(readingMs)).then(() => void child.stdin.write(`${answer}\n`));
        return;
      }
      // Pictures take longer than pieces come: of several that wait, the last is enough.
      shown = shown.then(() => (Date.now() - since > 400 ? undefined : this.#frame(shortestFrameMs)));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
    await shown;
    await this.#frame(readingMs);
  }

  /** Clears the screen. */
  clear(): void {
    this.#text = '';
  }

  /** Writes the recording. @returns its size in bytes */
  keep(name: string): Promise<number> {
    return this.#animation.keep(name);
  }

  async #frame(milliseconds: number): Promise<void> {
    await this.#page.setContent(screenOf(this.#text));
    await this.#animation.frame(milliseconds);
  }
}

/** A page with nothing but a screen. */
function screenOf(text: string): string {
  return `<style>
  body { background: #1e1e1e; margin: 16px; overflow: hidden }
  pre { color: #d4d4d4; font: 14px/20px monospace; margin: 0; white-space: pre-wrap }
</style><pre>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</pre>`;
}

const escape = '\u001B';
/** What moves the cursor or colours. */
const codes = new RegExp(String.raw`(\r${escape}\[2K|\r|${escape}\[[\d;?]*[A-Za-z])`);

function withPiece(text: string, piece: string): string {
  let screen = text;
  for (const part of piece.replaceAll('\r\n', '\n').split(codes)) {
    if (part === '\r\u001B[2K') screen = screen.slice(0, screen.lastIndexOf('\n') + 1);
    else if (part !== '\r' && !part.startsWith(escape)) screen += part;
  }
  return screen;
}
