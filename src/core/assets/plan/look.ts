import { lstatSync, statSync, type BigIntStats } from 'node:fs';
import path from 'node:path';
import type { Model } from '../../../api/resources/models.ts';
import type { Estimate } from '../../generate/cost.ts';
import { PackageFolder, type FileFact } from '../../recipes/packageFolder.ts';
import type { ManifestProblem } from '../manifest/problem.ts';
import { catalogueProblems, KnownPrices } from './catalogue.ts';
import { readPackage, type PackageFacts } from './facts.ts';

/** What is asked about a package. */
export interface PackageQuestion {
  /** Absolute path of its folder. */
  readonly root: string;
  /** The manifest as it stands in an editor; undefined: as it stands on the disk. */
  readonly edited: string | undefined;
  /** Undefined when no catalogue is known: then nothing has a price. */
  readonly models: readonly Model[] | undefined;
}

/** A package with all that is known of it but for its orders. */
export interface PackageLook {
  readonly facts: PackageFacts;
  /** What the catalogue does not have, too. */
  readonly problems: readonly ManifestProblem[];
  /** What each asset would cost, in the order of `facts.assets`; empty without a catalogue. */
  readonly prices: readonly Estimate[];
}

/** Looks at packages again and again, and reads only files that have changed since. */
export class PackageLooks {
  readonly #folders = new Map<string, RememberingFolder>();

  /** @throws an error of the disk */
  async look({ root, edited, models }: PackageQuestion): Promise<PackageLook> {
    const folder = this.#folders.get(root) ?? new RememberingFolder(root);
    this.#folders.set(root, folder);
    folder.begin();
    const facts = await readPackage(folder, edited);
    if (!models) return { facts, problems: facts.problems, prices: [] };
    const prices = new KnownPrices(facts.recipes.values());
    return {
      facts,
      problems: [...facts.problems, ...catalogueProblems(facts.assets, models)],
      prices: facts.assets.map(asset => prices.of(asset, models)),
    };
  }
}

/** A file that was written less than so many milliseconds ago may be written again within the same tick. */
const settledMs = 2_000;

/** Longer texts are read again each time, in UTF-16 units; recipes are shorter. */
const longestKept = 16_384;

type TextOrProblem = ReturnType<PackageFolder['readText']>;

interface Known<T> {
  readonly mark: string;
  readonly content: T;
}

/** Knows the contents of files that nobody has touched since they were read. */
class RememberingFolder extends PackageFolder {
  readonly #facts = new Map<string, Known<FileFact>>();
  readonly #texts = new Map<string, Known<TextOrProblem>>();

  /** Of the folders on the way to files; links in them may change between two looks. */
  readonly #inside = new Map<string, boolean>();

  /** What stands at each place, a link as a link: asked for once in a look, though several want to know. */
  readonly #seen = new Map<string, BigIntStats | undefined>();

  /** A look begins: what was seen before counts no more. */
  begin(): void {
    this.#inside.clear();
    this.#seen.clear();
  }

  /** Thousands of files lie in few folders: of a file that is no link, its folder decides. */
  override isInside(file: string): boolean {
    if (this.#see(file)?.isSymbolicLink() === true) return super.isInside(file);
    const folder = path.posix.dirname(file);
    const known = this.#inside.get(folder);
    if (known !== undefined) return known;
    const isInside = super.isInside(folder === '.' ? '' : folder);
    this.#inside.set(folder, isInside);
    return isInside;
  }

  override factOf(file: string): FileFact | undefined {
    return this.#remembered(this.#facts, file, () => super.factOf(file));
  }

  override readText(file: string, maximumBytes: number): TextOrProblem {
    const read = (): TextOrProblem => super.readText(file, maximumBytes);
    const isKept = (found: TextOrProblem): boolean => 'text' in found && found.text.length <= longestKept;
    return this.#remembered(this.#texts, file, read, isKept) ?? read();
  }

  /** What was read of a file that nobody has touched since, or is read of it now. */
  #remembered<T>(
    all: Map<string, Known<T>>,
    file: string,
    read: () => T | undefined,
    isKept: (content: T) => boolean = () => true,
  ): T | undefined {
    // First: a link that leads in a circle is none of ours.
    if (!this.isInside(file)) return undefined;
    const seen = this.#see(file);
    const found = seen?.isSymbolicLink() === true ? statSync(this.pathOf(file), quietly) : seen;
    if (!found) return undefined;
    const mark = found.isFile() ? markOf(found) : undefined;
    const known = all.get(file);
    if (mark !== undefined && known?.mark === mark) return known.content;
    const content = read();
    const isSettled = mark !== undefined && Date.now() - Number(found.mtimeMs) > settledMs;
    if (content !== undefined && isSettled && isKept(content)) all.set(file, { mark, content });
    else all.delete(file);
    return content;
  }

  #see(file: string): BigIntStats | undefined {
    if (!this.#seen.has(file)) this.#seen.set(file, lstatSync(this.pathOf(file), quietly));
    return this.#seen.get(file);
  }
}

const quietly = { bigint: true, throwIfNoEntry: false } as const;

function markOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
