import type { GalleryTileDto } from '../../shared/gallery.ts';
import { probe, type MediaFacts } from './mediaProbe.ts';

/** A tile that is only passed by while scrolling is not looked into. In milliseconds. */
const restMs = 150;
const atOnce = 2;
/** A file that does not even begin to load would keep all others waiting. In milliseconds. */
const patienceMs = 15_000;
/** A picture that is not larger than a thumbnail may be needs none. */
export const smallBytes = 65_536;

export interface ProbeResult {
  readonly taskId: string;
  readonly index: number;
  /** Undefined when the file cannot be read here. */
  readonly facts: MediaFacts | undefined;
}

/**
 * Looks into the files of the tiles that stay in sight, two at a time. What went out of sight meanwhile is
 * left; what was looked into is not looked into again.
 */
export class ProbeQueue {
  readonly #done: (result: ProbeResult) => void;
  readonly #known = new Set<string>();
  readonly #waiting = new Map<string, { readonly tile: GalleryTileDto; readonly since: number }>();
  #running = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(done: (result: ProbeResult) => void) {
    this.#done = done;
  }

  /** Says which tiles are in sight right now; all others are forgotten. */
  see(tiles: readonly GalleryTileDto[]): void {
    const wanted = new Map(tiles.filter(isToProbe).map(tile => [keyOf(tile), tile]));
    for (const key of this.#waiting.keys()) if (!wanted.has(key)) this.#waiting.delete(key);
    const since = performance.now();
    for (const [key, tile] of wanted) {
      if (!this.#known.has(key) && !this.#waiting.has(key)) this.#waiting.set(key, { tile, since });
    }
    this.#plan();
  }

  dispose(): void {
    this.#waiting.clear();
    clearTimeout(this.#timer);
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    for (const [key, { tile, since }] of this.#waiting) {
      if (this.#running >= atOnce) return;
      const rest = since + restMs - now;
      if (rest > 0) {
        // They stand in the order in which they came into sight.
        this.#timer = setTimeout(() => this.#plan(), rest);
        return;
      }
      this.#waiting.delete(key);
      this.#known.add(key);
      void this.#probe(tile);
    }
  }

  async #probe(tile: GalleryTileDto): Promise<void> {
    const { taskId, file } = tile;
    if (!file) return;
    this.#running++;
    const late = new Promise<undefined>(resolve => setTimeout(resolve, patienceMs, undefined));
    const facts = await Promise.race([probe(file).catch(() => undefined), late]);
    this.#running--;
    this.#done({ taskId, index: file.index, facts });
    this.#plan();
  }
}

function isToProbe({ file }: GalleryTileDto): boolean {
  if (file?.source === undefined) return false;
  return file.kind !== 'image' || (file.thumbnail === undefined && file.bytes > smallBytes);
}

function keyOf({ taskId, file }: GalleryTileDto): string {
  return `${taskId} ${file?.index ?? 0}`;
}
