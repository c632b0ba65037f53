import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { constants } from 'node:zlib';
import gifenc from 'gifenc';
import { PNG } from 'pngjs';
import { root } from '../../scripts/workspace.ts';
import type { Workbench } from './workbench.ts';

const folder = path.join(root, 'media/readme');

/** Keeps a screenshot for the README, without transparency and packed as small as it gets. */
export async function keepPicture(file: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Most of a window is flat: without a filter it packs best.
  const packed = PNG.sync.write(PNG.sync.read(await readFile(file)), {
    colorType: 2,
    deflateLevel: 9,
    deflateStrategy: constants.Z_DEFAULT_STRATEGY,
    filterType: 0,
  });
  await writeFile(path.join(folder, `${name}.png`), packed);
}

/** A moving picture for the README or the docs of what a person does. */
export class Animation {
  readonly #frames: { readonly picture: PNG; readonly milliseconds: number }[] = [];
  readonly #window: Pick<Workbench, 'page'>;
  readonly #colours: number;

  /** @param colours of each frame; fewer make a smaller file */
  constructor(window: Pick<Workbench, 'page'>, colours = 256) {
    this.#window = window;
    this.#colours = colours;
  }

  /** Adds the window as it is now. @param milliseconds how long it is shown */
  async frame(milliseconds: number): Promise<void> {
    const picture = PNG.sync.read(await this.#window.page.screenshot());
    this.#frames.push({ picture, milliseconds });
  }

  /** Writes all frames as one GIF. @returns its size in bytes */
  async keep(name: string): Promise<number> {
    const gif = gifenc.GIFEncoder();
    for (const { picture, milliseconds } of this.#frames) {
      const palette = gifenc.quantize(picture.data, this.#colours);
      const { width, height } = picture;
      gif.writeFrame(gifenc.applyPalette(picture.data, palette), width, height, {
        palette,
        delay: milliseconds,
      });
    }
    gif.finish();
    const bytes = gif.bytes();
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `${name}.gif`), bytes);
    return bytes.length;
  }
}
