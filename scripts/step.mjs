/** Lines for a person who waits. Runs on the machine's Node, as setup.mjs does. */
import { clearInterval, setInterval } from 'node:timers';

/**
 * Does something that takes long, and says so in one line; on a terminal the line counts the seconds.
 *
 * @template T
 * @param {string} title What is done, such as `Installing packages`.
 * @param {string} usual How long that usually takes, such as `a minute`.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} What the work returns; what it throws is thrown.
 */
export async function step(title, usual, work) {
  const line = `${title} (usually ${usual}) …`;
  const { stdout } = process;
  if (!stdout.isTTY) {
    console.log(line);
    return await work();
  }
  const started = Date.now();
  const show = () => {
    const seconds = Math.round((Date.now() - started) / 1000);
    // A line that does not fit would be written anew below itself.
    stdout.write(`\r${`${line} ${seconds} s`.slice(0, stdout.columns - 1)}`);
  };
  show();
  const timer = setInterval(show, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    show();
    stdout.write('\n');
  }
}
