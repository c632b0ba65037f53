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

interface KnownFile {
  readonly mark: string;
  readonly fact: FileFact;
}

/** Knows the contents of files that nobody has touched since they were read. */
class RememberingFolder extends PackageFolder {
  readonly #known = new Map<string, KnownFile>();

  /** Of the folders on the way to files; links in them may change between two looks. */
  readonly #inside = new Map<string, boolean>();

  /** A look begins: what was seen of links counts no more. */
  begin(): void {
    this.#inside.clear();
  }

  /** Thousands of files lie in few folders: of a file that is no link, its folder decides. */
  override isInside(file: string): boolean {
    const found = lstatSync(this.pathOf(file), { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true) return super.isInside(file);
    const folder = path.posix.dirname(file);
    const known = this.#inside.get(folder);
    if (known !== undefined) return known;
    const isInside = super.isInside(folder === '.' ? '' : folder);
    this.#inside.set(folder, isInside);
    return isInside;
  }

  override factOf(file: string): FileFact | undefined {
    // First: a link that leads in a circle is none of ours.
    if (!this.isInside(file)) return undefined;
    const found = statSync(this.pathOf(file), { bigint: true, throwIfNoEntry: false });
    if (!found) return undefined;
    const mark = found.isFile() ? markOf(found) : undefined;
    const known = this.#known.get(file);
    if (mark !== undefined && known?.mark === mark) return known.fact;
    const fact = super.factOf(file);
    if (fact && mark !== undefined && Date.now() - Number(found.mtimeMs) > settledMs)
      this.#known.set(file, { mark, fact });
    else this.#known.delete(file);
    return fact;
  }
}

function markOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
