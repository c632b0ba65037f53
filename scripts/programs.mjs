/** Programs of the installed packages, without a shell. Runs on the machine's Node, as setup.mjs does. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The script of a program that a package of ours brings. It is run by Node itself: the command files of
 * `node_modules/.bin` need a shell on Windows, which takes a path with a blank apart.
 *
 * @param {string} root Of the repository.
 * @param {string} name Such as `eslint`.
 * @returns {string} An absolute path.
 */
export function programFile(root, name) {
  for (const dependency of Object.keys(readJson(path.join(root, 'package.json')).devDependencies)) {
    const folder = path.join(root, 'node_modules', dependency);
    if (!existsSync(path.join(folder, 'package.json'))) continue;
    const { bin } = readJson(path.join(folder, 'package.json'));
    const file = typeof bin === 'string' ? dependency === name && bin : bin?.[name];
    if (file) return path.join(folder, file);
  }
  throw new Error(`No package of package.json has a program "${name}".`);
}

/**
 * The oldest Node that runs our scripts, which are TypeScript with `using`.
 */
const oldestNode = 24;

/**
 * The Node that runs everything: the project's own, or the machine's where that is missing and it is new
 * enough.
 *
 * @param {string} projectNode Where the project's own lies when it is installed.
 * @param {{ version: string, execPath: string }} machine The running one.
 * @returns {string | undefined} Its path; undefined when there is none that will do.
 */
export function usableNode(projectNode, machine) {
  if (existsSync(projectNode)) return projectNode;
  return Number(/^v(\d+)/.exec(machine.version)?.[1]) >= oldestNode ? machine.execPath : undefined;
}

/**
 * @param {string} file
 * @returns {any}
 */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
