import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * A line that a person types where nobody sees it; what a pipe brings is read as it is.
 * @param question stands on standard error
 * @returns '' when it was ended
 */
export function readSecret(question: string): Promise<string> {
  const { stdin } = process;
  process.stderr.write(question);
  // Readline draws what is typed into this: into nothing.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: stdin.isTTY });
  return new Promise(resolve => {
    const end = (line: string): void => {
      // Closing tells of itself at once, and what is said first counts.
      resolve(line.trim());
      process.stderr.write('\n');
      lines.close();
    };
    lines.once('line', end);
    lines.once('SIGINT', () => end(''));
    lines.once('close', () => resolve(''));
  });
}
