import type { MediaKind } from '../../../shared/task.ts';

/** What was found in the folder that is the root of a project. */
export interface Found {
  /** Whether the root has a file, or with a slash behind it a folder, of this name. */
  readonly has: (name: string) => boolean;
  /** The text of a file that the kind reads, by its path in the root; empty when there is none. */
  readonly text: (file: string) => string;
  /** The texts of all that the kind reads. */
  readonly texts: string;
  /** The npm packages that the root's package.json names. */
  readonly packages: ReadonlySet<string>;
  /** The document, by its path in the root; empty when there is none. */
  readonly document: string;
}

/** By name, for `{name}` in the templates of a kind. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Which documents of a project have their media where. The first that fits counts. */
export interface DocumentRule {
  /** A folder of the root, as a template; the root itself when it is missing. */
  readonly below?: string;
  /** By the path below that folder; its named groups are variables. */
  readonly files?: RegExp | ((path: string) => boolean);
  /** Where this is not the place of all media. */
  readonly media?: readonly MediaKind[];
  /** In the root, as a template; beside the document when it begins with `./`. */
  readonly folder: string;
}

/** A folder that is reached under an address of its own. */
export interface RootRule {
  /** In the root, as a template; a segment `*` is any. */
  readonly folder: string;
  /** What stands before the path of a file below the folder; `{*}` is what `*` was. */
  readonly url: string;
  /** The same for tags within Markdown, to which a build adds nothing, where that is something else. */
  readonly tagUrl?: string;
  /**
   * Where the folder is: in the root, or somewhere below it, which may be wherever a document lies that is
   * below the folder's parent (`aboveDocument`).
   */
  readonly at?: 'root' | 'aboveDocument' | 'anywhere';
  /** The documents that use the address, by their path in the root; all when it is missing. */
  readonly documents?: RegExp;
  /**
   * Documents in the folder that are published elsewhere than they stand, so that their relative paths lead
   * nowhere. All others in it refer to a file of the same folder relatively, which holds wherever it is
   * served.
   */
  readonly built?: RegExp;
  /** Whether the file's name alone is the address. */
  readonly isNameOnly?: boolean;
  readonly helpers?: readonly Helper[];
}

/** What documents write instead of an address. */
export interface Helper {
  /** By the document's path in the root. */
  readonly documents: RegExp;
  /** What the document must say for the helper to be known in it. */
  readonly text?: RegExp;
  /** With `{path}` for the path below the root's folder, and `{*}` for what `*` was in that. */
  readonly write: string;
}

/** One kind of project: what tells it, and what its build makes of a document and the files it refers to. */
export interface ProjectKind {
  readonly id: string;
  /** As its makers write it. */
  readonly name: string;
  /** Where its rule is documented. */
  readonly source: string;
  /** Names in the root, any of which tells it; of a folder with a slash behind, `*` for any characters. */
  readonly evidence?: readonly string[];
  /**
   * npm packages, any of which in the root's package.json tells it. A kind that has such a list, be it empty,
   * is one of that package alone, and not of packages inside of it.
   */
  readonly packages?: readonly string[];
  /** Further files of the root to be read, besides the evidence; none of it is read without need. */
  readonly reads?: readonly string[];
  /** Looks closer where the evidence may mean something else. */
  readonly confirms?: (found: Found) => boolean;
  readonly variables?: (found: Found) => Variables;
  readonly documents: readonly DocumentRule[];
  readonly roots?: readonly RootRule[] | ((found: Found) => readonly RootRule[]);
  /** The dialect of its Markdown, where it is not CommonMark. */
  readonly markdown?: 'pythonMarkdown';
  /** Documents in which a build resolves relative paths only when they are imported. */
  readonly imports?: RegExp;
  /** Whether an imported image is an object with its address in `src`. */
  readonly importsObjects?: boolean;
  readonly hasWikilinks?: (found: Found, text: string) => boolean;
  /**
   * Whether pages are published one folder deeper than they stand, and addresses in HTML tags, unlike those
   * of Markdown's own images, are left as they are.
   */
  readonly hasPageFolders?: (found: Found) => boolean;
}
