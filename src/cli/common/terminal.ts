import { createInterface } from 'node:readline/promises';
import { inertText } from '../../base/text.ts';

/** What a command of the terminal talks to; tests hand in another. */
export interface Terminal {
  /** What was asked for: text, JSON, Markdown, workflow commands. */
  out(text: string): void;
  /** Everything else. */
  error(text: string): void;
  /** One line that replaces the one before; nothing where no person looks. */
  progress(text: string): void;
  /** Whether a person can answer. */
  readonly isInteractive: boolean;
  /** @returns whether the person says yes; false on an empty answer, and where nobody can answer */
  confirm(question: string): Promise<boolean>;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The terminal of this process. The first interrupt ends in order, the second at once. */
export function processTerminal(): Terminal {
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());
  const isInteractive = process.stdin.isTTY && process.stderr.isTTY;
  let line = '';
  const clear = (): void => {
    if (line !== '') process.stderr.write('\r\u001B[2K');
    line = '';
  };
  return {
    out: text => {
      clear();
      process.stdout.write(`${text}\n`);
    },
    error: text => {
      clear();
      process.stderr.write(`${text}\n`);
    },
    progress: text => {
      if (!process.stderr.isTTY) return;
      clear();
      line = inertText(text, process.stderr.columns > 20 ? process.stderr.columns - 1 : 79);
      process.stderr.write(line);
    },
    isInteractive,
    confirm: async question => {
      if (!isInteractive) return false;
      clear();
      const asking = createInterface({ input: process.stdin, output: process.stderr });
      try {
        const answer = await asking.question(`${question} [y/N] `, { signal: abort.signal });
        return /^y(?:es)?$/i.test(answer.trim());
      } catch (error) {
        if (abort.signal.aborted) return false;
        throw error;
      } finally {
        asking.close();
      }
    },
    cwd: process.cwd(),
    env: process.env,
    signal: abort.signal,
  };
}
