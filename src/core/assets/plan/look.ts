import { statSync, type BigIntStats } from 'node:fs';
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

  override factOf(file: string): FileFact | undefined {
    const found = statSync(this.pathOf(file), { bigint: true, throwIfNoEntry: false });
    const mark = found?.isFile() === true ? markOf(found) : undefined;
    const known = this.#known.get(file);
    if (mark !== undefined && known?.mark === mark && this.isInside(file)) return known.fact;
    const fact = super.factOf(file);
    if (found && fact && mark !== undefined && Date.now() - Number(found.mtimeMs) > settledMs)
      this.#known.set(file, { mark, fact });
    else this.#known.delete(file);
    return fact;
  }
}

function markOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
