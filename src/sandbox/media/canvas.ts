import { glyphHeight, glyphRows, glyphWidth } from './font.ts';

/** Red, green and blue from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Pixels as `pngjs` has them: rows from the top, four bytes a pixel. */
export interface Canvas {
  width: number;
  height: number;
  data: Uint8Array;
}

export function createCanvas(width: number, height: number): Canvas {
  return { width, height, data: new Uint8Array(width * height * 4).fill(255) };
}

/** Mixes two colours; `share` 0 gives the first, 1 the second. */
export function mix(first: Colour, second: Colour, share: number): Colour {
  const part = Math.min(1, Math.max(0, share));
  return [
    first[0] + (second[0] - first[0]) * part,
    first[1] + (second[1] - first[1]) * part,
    first[2] + (second[2] - first[2]) * part,
  ];
}

/** Lays a colour over a pixel; outside the canvas nothing happens. */
export function blendPixel(canvas: Canvas, x: number, y: number, colour: Colour, opacity: number): void {
  if (x < 0 || y < 0 || x >= canvas.width || y >= canvas.height) return;
  const { data } = canvas;
  const offset = (y * canvas.width + x) * 4;
  for (let channel = 0; channel < 3; channel += 1) {
    const under = data[offset + channel] ?? 0;
    data[offset + channel] = Math.round(under + ((colour[channel] ?? 0) - under) * opacity);
  }
}

export function fillRectangle(
  canvas: Canvas,
  area: { x: number; y: number; width: number; height: number },
  colour: Colour,
  opacity = 1,
): void {
  for (let y = area.y; y < area.y + area.height; y += 1) {
    for (let x = area.x; x < area.x + area.width; x += 1) blendPixel(canvas, x, y, colour, opacity);
  }
}

/** A filled circle with a soft edge. */
export function fillCircle(
  canvas: Canvas,
  circle: { x: number; y: number; radius: number },
  colour: Colour,
  opacity = 1,
): void {
  const { x: centreX, y: centreY, radius } = circle;
  for (let y = Math.floor(centreY - radius); y <= centreY + radius + 1; y += 1) {
    for (let x = Math.floor(centreX - radius); x <= centreX + radius + 1; x += 1) {
      const inside = radius + 0.5 - Math.hypot(x - centreX, y - centreY);
      if (inside > 0) blendPixel(canvas, x, y, colour, Math.min(1, inside) * opacity);
    }
  }
}

/** Writes one line; letters are capitals. Returns nothing about fit: see `textWidth`. */
export function drawText(
  canvas: Canvas,
  text: string,
  place: { x: number; y: number; scale: number },
  colour: Colour,
  opacity = 1,
): void {
  const { x, y, scale } = place;
  glyphRows(text).forEach((rows, position) => {
    const left = x + position * (glyphWidth + 1) * scale;
    for (let row = 0; row < glyphHeight; row += 1) {
      for (let column = 0; column < glyphWidth; column += 1) {
        const set = ((rows[row] ?? 0) >> (glyphWidth - 1 - column)) & 1;
        if (set === 0) continue;
        const pixel = { x: left + column * scale, y: y + row * scale, width: scale, height: scale };
        fillRectangle(canvas, pixel, colour, opacity);
      }
    }
  });
}

/** Pixels that a line of so many characters takes. */
export function textWidth(characters: number, scale: number): number {
  return Math.max(0, characters * (glyphWidth + 1) - 1) * scale;
}
