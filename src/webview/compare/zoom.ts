/** How all pictures are enlarged and moved together. Lengths are in parts of the frame that each fills. */

export interface Zoom {
  /** 1 shows the whole picture. */
  readonly scale: number;
  /** How far its middle is from that of the frame. */
  readonly x: number;
  readonly y: number;
}

export const whole: Zoom = { scale: 1, x: 0, y: 0 };
const largest = 32;

/** Enlarges so that what is seen at a point stays there. @param x and `y` from the middle of the frame */
export function zoomed(zoom: Zoom, factor: number, x = 0, y = 0): Zoom {
  const scale = Math.min(largest, Math.max(1, zoom.scale * factor));
  const ratio = scale / zoom.scale;
  return bounded({ scale, x: x - (x - zoom.x) * ratio, y: y - (y - zoom.y) * ratio });
}

export function moved({ scale, x, y }: Zoom, byX: number, byY: number): Zoom {
  return bounded({ scale, x: x + byX, y: y + byY });
}

/** The frame stays filled. */
function bounded({ scale, x, y }: Zoom): Zoom {
  const most = (scale - 1) / 2;
  const bound = (value: number): number => Math.min(most, Math.max(-most, value)) || 0;
  return { scale, x: bound(x), y: bound(y) };
}

/** The same as a CSS transform of an element that fills the frame. */
export function transformOf({ scale, x, y }: Zoom): string {
  return `translate(${x * 100}%, ${y * 100}%) scale(${scale})`;
}
