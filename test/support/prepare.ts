import { findBrowser, installedBrowser } from './browser.ts';
import { canHave, findLanguage, installedLanguage, languages } from './languages.ts';
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
    isInstalled: () => installedLanguage(languages.python) !== undefined,
    install: () => findLanguage(languages.python),
  },
  php: {
    name: 'PHP',
    isInstalled: () => installedLanguage(languages.php) !== undefined,
    // Few have it, and it is asked for nothing else.
    install: async () => {
      if (canHave(languages.php)) await findLanguage(languages.php);
      else console.log('PHP is not installed: the webhook handler in PHP is not run.');
    },
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
