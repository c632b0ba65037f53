import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import { candidateNames, defaultFileName, fileNameFrom, slugOf } from '../../core/assets/fileName.ts';
import type { Library } from '../../core/assets/library.ts';
import { safeExtension } from '../../core/assets/resultType.ts';
import { PackageFolder } from '../../core/recipes/packageFolder.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { withCopies, type PlacedCopy, type Placement } from '../../core/tasks/placement.ts';
import { resultFiles, type Task } from '../../shared/task.ts';
import type { AloneFiles } from './aloneFiles.ts';
import type { AloneRoot } from './roots.ts';

export interface PlacingPorts {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly files: AloneFiles;
  readonly roots: () => readonly AloneRoot[];
  readonly holder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Longer than a copy takes; whoever dies meanwhile is followed by the next process. */
const leaseMs = 60_000;

/**
 * Copies what agents have ordered from the library into the project, where no editor does it. It takes up
 * only jobs of its own roots that agents have made, so that what a person has ordered in an editor stays
 * there; a file is never overwritten.
 */
export class Placing implements Disposable {
  readonly #ports: PlacingPorts;
  readonly #subscription: Disposable;
  /** Those that were tried; one that failed stays in the library. */
  readonly #tried = new Set<string>();
  #last: Promise<void> = Promise.resolve();

  constructor(ports: PlacingPorts) {
    this.#ports = ports;
    this.#subscription = ports.ledger.onDidChange(() => this.placeDue());
    this.placeDue();
  }

  /** Also after the roots have become known. */
  placeDue(): void {
    const { ledger, roots } = this.#ports;
    for (const placement of ledger.placements.waiting()) {
      const { taskId: id, mode, folder } = placement;
      const root = roots().find(({ uri }) => uri === folder);
      if (this.#tried.has(id) || mode !== 'none' || !root || !ledger.agents.has(id)) continue;
      this.#tried.add(id);
      this.#last = this.#last.then(() => this.#place(id, root));
    }
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /** Never rejects: what cannot be copied is kept in the library, and the answer says so. */
  async #place(id: string, root: AloneRoot): Promise<void> {
    const { ledger, holder, clock, log } = this.#ports;
    try {
      const taken = ledger.takeToPlace(holder, id, clock.now(), leaseMs);
      if (!taken) {
        this.#tried.delete(id);
        return;
      }
      const { task, placement } = taken;
      try {
        const written = await this.#copies(task, placement, root);
        const copies = withCopies(placement.copies, written);
        const change = { state: 'saved', file: written[0]?.uri ?? placement.file, copies } as const;
        ledger.setPlacement(id, 'waiting', change, clock.now());
        // A file that comes later is to be copied, too.
        this.#tried.delete(id);
      } finally {
        ledger.leases.release(holder, id);
      }
    } catch (error) {
      log.error(`Job ${id}: the result could not be copied to the project. ${describeError(error)}`);
    }
  }

  async #copies(task: Task, { document, copies }: Placement, root: AloneRoot): Promise<PlacedCopy[]> {
    const { library, files } = this.#ports;
    const home = document?.startsWith('file:') ? fileURLToPath(document) : undefined;
    const folder = await files.destination(root, home, task.kind);
    const below = new PackageFolder(root.path);
    return resultFiles(task)
      .filter(({ index }) => !copies.some(copy => copy.index === index))
      .map(({ index, file }) => {
        const extension = safeExtension(file.extension);
        const name = fileNameFrom(defaultFileName, {
          slug: slugOf(task.prompt) || task.kind,
          model: task.model,
          date: new Date(task.createdAt).toISOString().slice(0, 10),
          index: index + 1,
          shortId: task.id.slice(0, 8),
        });
        for (const candidate of candidateNames(name, extension)) {
          const wanted = folder === '' ? candidate : `${folder}/${candidate}`;
          if (below.exists(wanted) || !below.copyIn(library.pathOf(file), wanted, undefined)) continue;
          return { index, uri: pathToFileURL(below.pathOf(wanted)).href };
        }
        throw new Error('There is no end of names.');
      });
  }
}
