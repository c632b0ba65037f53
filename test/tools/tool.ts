import type { MediaKind } from '../../src/shared/task.ts';

/** A document of a site, and the page that is made from it. */
export interface SiteDocument {
  /** Below the site's folder. */
  readonly file: string;
  readonly languageId: string;
  /** The prompt stands between `⟦` and `⟧`; each document of a site has another. */
  readonly text: string;
  /** The page's address below the site's base; one that ends in `.pdf` is looked at as a file. */
  readonly page: string;
  readonly media?: MediaKind;
}

/** A small project, as its tool wants it. */
export interface Site {
  /** The path under which it is served, with a slash at both ends. */
  readonly base: string;
  /** By their path below the site's folder, besides the documents. */
  readonly files: Readonly<Record<string, string>>;
  readonly documents: readonly SiteDocument[];
  readonly build: readonly (readonly [program: string, ...parameters: string[]])[];
  /** The folder that is published. */
  readonly output: string;
}

/** A program that makes something of documents, run to see whether what we write is found by it. */
export interface Tool {
  /** Also the name of its folder. */
  readonly id: string;
  readonly from: NpmPackages | DebianPackages;
  readonly sites: readonly Site[];
}

/** Installed into the tool's own folder. */
export interface NpmPackages {
  /** The one that counts as the tool. */
  readonly npm: string;
  readonly versions: Readonly<Record<string, string>>;
  /** What else the folder's package.json says. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** Installed where that may be done. */
export interface DebianPackages {
  readonly debian: readonly string[];
  /** Prints the version, somewhere. */
  readonly version: readonly [program: string, ...parameters: string[]];
}
