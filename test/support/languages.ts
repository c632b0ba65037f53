import { spawnSync } from 'node:child_process';
import { install, mayInstall } from './apt.ts';

/** A language in which something that people copy from the extension is run. */
interface Language {
  /** In the order in which they are tried. */
  readonly programs: readonly string[];
  /** With these a program ends at once, and well when it is of use. */
  readonly trial: readonly string[];
  /** Of Debian. */
  readonly packages: readonly string[];
  /** For a person who has to install it by hand. */
  readonly needs: string;
}

export const languages = {
  python: {
    // A Python of another origin may come first in the path; Debian's packages are for its own.
    programs: ['python3', '/usr/bin/python3', 'python'],
    trial: ['-c', 'import fastapi, uvicorn'],
    packages: ['python3', 'python3-fastapi', 'python3-uvicorn'],
    needs: 'Python with FastAPI and uvicorn',
  },
  php: {
    programs: ['php'],
    // The first version that says which port it was given.
    trial: ['-r', 'exit(PHP_VERSION_ID >= 80000 ? 0 : 1);'],
    packages: ['php-cli'],
    needs: 'PHP 8',
  },
  ruby: {
    programs: ['ruby'],
    trial: ['--version'],
    packages: ['ruby'],
    needs: 'Ruby',
  },
  jinja: {
    programs: ['python3', '/usr/bin/python3', 'python'],
    trial: ['-c', 'import jinja2'],
    packages: ['python3', 'python3-jinja2'],
    needs: 'Python with Jinja',
  },
  /** Some 460 MB. */
  go: { programs: ['go'], trial: ['version'], packages: ['golang-go'], needs: 'Go' },
} as const satisfies Record<string, Language>;

/**
 * The program of a language. As root on Debian it is installed when it is missing.
 * @throws an error that says what to install
 */
export async function findLanguage(language: Language): Promise<string> {
  const found = installedLanguage(language);
  if (found !== undefined) return found;
  if (mayInstall()) {
    await install(...language.packages);
    const installed = installedLanguage(language);
    if (installed !== undefined) return installed;
  }
  throw new Error(`No ${language.needs} found: install it so that ${language.programs[0]} runs it.`);
}

/** Whether {@link findLanguage} has a chance. */
export function canHave(language: Language): boolean {
  return mayInstall() || installedLanguage(language) !== undefined;
}

/** The program that {@link findLanguage} gives without installing anything. */
export function installedLanguage({ programs, trial }: Language): string | undefined {
  return programs.find(program => spawnSync(program, trial).status === 0);
}
