/** The package has no types of its own; these are those of what is used (its README, 1.0.3). */
declare module 'gifenc' {
  export type Palette = readonly (readonly number[])[];
  export interface Encoder {
    /** @param options `delay`: in milliseconds */
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: { readonly palette: Palette; readonly delay: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  }
  const gifenc: {
    GIFEncoder(this: void): Encoder;
    /** @param rgba four bytes for each pixel */
    quantize(this: void, rgba: Uint8Array, maxColors: number): Palette;
    /** @returns the place in the palette of each pixel */
    applyPalette(this: void, rgba: Uint8Array, palette: Palette): Uint8Array;
  };
  export default gifenc;
}
