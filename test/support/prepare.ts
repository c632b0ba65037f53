import { findBrowser, installedBrowser } from './browser.ts';
import { findPython, installedPython } from './python.ts';
import { installVscodeServer, isVscodeServerInstalled } from './vscodeServerInstall.ts';

/** What the demo and the tests need beside the packages, each with how a person reads it. */
const tools = {
  server: {
    name: "VS Code's server",
    isInstalled: isVscodeServerInstalled,
    install: installVscodeServer,
  },
  browser: {
    name: 'A browser',
    isInstalled: () => installedBrowser() !== undefined,
    install: findBrowser,
  },
  python: {
    name: 'Python with FastAPI',
    isInstalled: () => installedPython() !== undefined,
    install: findPython,
  },
};

export type Tool = keyof typeof tools;

/**
 * Installs what is missing before anything else begins, and says what was there.
 *
 * Throws an error that says what to install when that cannot be done here.
 */
export async function prepare(...names: readonly Tool[]): Promise<void> {
  for (const name of names) {
    const tool = tools[name];
    if (await tool.isInstalled()) console.log(`${tool.name} is installed.`);
    else await tool.install();
  }
}
