/** The package has no types of its own; these are those of what is used (its README, 1.0.3). */
declare module 'gifenc' {
  type Palette = readonly (readonly number[])[];
  interface Encoder {
    /** @param options `delay`: in milliseconds */
    readonly writeFrame: (
      index: Uint8Array,
      width: number,
      height: number,
      options: { readonly palette: Palette; readonly delay: number },
    ) => void;
    readonly finish: () => void;
    readonly bytes: () => Uint8Array;
  }
  const gifenc: {
    readonly GIFEncoder: () => Encoder;
    /** @param rgba four bytes for each pixel */
    readonly quantize: (rgba: Uint8Array, maxColors: number) => Palette;
    /** @returns the place in the palette of each pixel */
    readonly applyPalette: (rgba: Uint8Array, palette: Palette) => Uint8Array;
  };
  export = gifenc;
}
