import { blendPixel, fillCircle, mix, type Canvas, type Colour } from './canvas.ts';

/** The colours of a landscape at one time of day. */
interface Palette {
  sky: readonly [top: Colour, middle: Colour, horizon: Colour];
  light: Colour;
  farHill: Colour;
  nearHill: Colour;
  night: boolean;
}

const evening: Palette = {
  sky: [
    [38, 32, 84],
    [176, 72, 120],
    [255, 178, 122],
  ],
  light: [255, 226, 178],
  farHill: [168, 92, 128],
  nearHill: [34, 22, 54],
  night: false,
};

const palettes: readonly Palette[] = [
  evening,
  {
    sky: [
      [72, 140, 214],
      [146, 200, 238],
      [236, 244, 246],
    ],
    light: [255, 250, 226],
    farHill: [150, 184, 208],
    nearHill: [24, 74, 72],
    night: false,
  },
  {
    sky: [
      [8, 12, 38],
      [24, 40, 92],
      [84, 104, 160],
    ],
    light: [240, 240, 255],
    farHill: [58, 72, 124],
    nearHill: [6, 10, 26],
    night: true,
  },
  {
    sky: [
      [244, 140, 96],
      [252, 190, 132],
      [255, 236, 196],
    ],
    light: [255, 250, 236],
    farHill: [232, 156, 124],
    nearHill: [112, 44, 58],
    night: false,
  },
  {
    sky: [
      [16, 54, 74],
      [34, 128, 132],
      [180, 224, 190],
    ],
    light: [250, 252, 214],
    farHill: [92, 166, 152],
    nearHill: [8, 40, 52],
    night: false,
  },
  {
    sky: [
      [30, 16, 62],
      [92, 40, 128],
      [222, 110, 168],
    ],
    light: [255, 214, 226],
    farHill: [132, 66, 140],
    nearHill: [24, 10, 44],
    night: true,
  },
  {
    sky: [
      [120, 164, 190],
      [190, 212, 214],
      [246, 238, 220],
    ],
    light: [255, 252, 240],
    farHill: [176, 190, 178],
    nearHill: [62, 82, 58],
    night: false,
  },
];

const rowsPerStep = 64;

/**
 * Paints a landscape over the whole canvas, in steps, so that a caller on a shared thread can let others run
 * between them. What it looks like depends on `random` and on the canvas's shape only.
 */
export function* paintScene(canvas: Canvas, random: () => number): Generator<void> {
  const { width, height } = canvas;
  const palette = palettes[Math.floor(random() * palettes.length)] ?? evening;
  const unit = Math.min(width, height);
  const water = random() < 0.45 ? Math.round(height * (0.68 + random() * 0.1)) : height;
  const light = {
    x: width * (0.18 + random() * 0.64),
    y: water * (0.2 + random() * 0.35),
    radius: unit * (0.05 + random() * 0.05),
  };
  const hills = createHills(width, water, unit, random);

  for (let top = 0; top < water; top += rowsPerStep) {
    paintSky(canvas, palette, light, top, Math.min(water, top + rowsPerStep), water);
    yield;
  }
  if (palette.night) paintStars(canvas, light, random);
  fillCircle(canvas, light, palette.light);
  yield;
  for (const [index, ridge] of hills.entries()) {
    const share = (index + 1) / hills.length;
    paintHill(canvas, ridge, mix(palette.farHill, palette.nearHill, share ** 1.3), palette, water);
    yield;
  }
  if (!palette.night) paintBirds(canvas, palette.nearHill, unit, random);
  for (let top = water; top < height; top += rowsPerStep) {
    paintWater(canvas, palette, water, top, Math.min(height, top + rowsPerStep));
    yield;
  }
}

function skyColour(palette: Palette, share: number): Colour {
  const [top, middle, horizon] = palette.sky;
  return share < 0.5 ? mix(top, middle, share * 2) : mix(middle, horizon, share * 2 - 1);
}

function paintSky(
  canvas: Canvas,
  palette: Palette,
  light: { x: number; y: number; radius: number },
  from: number,
  to: number,
  horizon: number,
): void {
  const { width, data } = canvas;
  const reach = light.radius * 4.5;
  for (let y = from; y < to; y += 1) {
    const row = skyColour(palette, y / horizon);
    for (let x = 0; x < width; x += 1) {
      const distance = Math.hypot(x - light.x, y - light.y);
      const glow = 0.55 / (1 + (distance / reach) ** 2);
      const offset = (y * width + x) * 4;
      data[offset] = row[0] + (palette.light[0] - row[0]) * glow;
      data[offset + 1] = row[1] + (palette.light[1] - row[1]) * glow;
      data[offset + 2] = row[2] + (palette.light[2] - row[2]) * glow;
    }
  }
}

function paintStars(
  canvas: Canvas,
  light: { x: number; y: number; radius: number },
  random: () => number,
): void {
  const count = Math.round((canvas.width * canvas.height) / 5000);
  for (let star = 0; star < count; star += 1) {
    const x = Math.floor(random() * canvas.width);
    const y = Math.floor(random() ** 1.6 * canvas.height * 0.7);
    const brightness = 0.25 + random() * 0.7;
    if (Math.hypot(x - light.x, y - light.y) < light.radius * 2) continue;
    fillCircle(canvas, { x, y, radius: random() < 0.08 ? 1.2 : 0.4 }, [255, 255, 255], brightness);
  }
}

/** The upper edge of each hill by column, the farthest hill first. */
function createHills(width: number, floor: number, unit: number, random: () => number): Float64Array[] {
  const count = 4 + Math.floor(random() * 2);
  return Array.from({ length: count }, (_, index) => {
    const nearness = index / (count - 1);
    const middle = floor * (0.52 + 0.36 * nearness);
    const swing = Math.min(floor, unit) * (0.3 - 0.16 * nearness);
    const noise = createNoise(random);
    const wave = unit * (0.55 - 0.2 * nearness);
    return Float64Array.from({ length: width }, (_height, x) => {
      const at = x / wave;
      const shape = noise(at) + noise(at * 2.3) / 2.4 + noise(at * 5.1) / 6 + noise(at * 12.7) / 18;
      return middle - (shape / 1.64 - 0.5) * 2 * swing;
    });
  });
}

/** A smooth random function of one variable, between 0 and 1. */
function createNoise(random: () => number): (at: number) => number {
  const values = Float64Array.from({ length: 256 }, () => random());
  return at => {
    const whole = Math.floor(at);
    const part = at - whole;
    const eased = part * part * (3 - 2 * part);
    const before = values[whole & 255] ?? 0;
    const after = values[(whole + 1) & 255] ?? 0;
    return before + (after - before) * eased;
  };
}

function paintHill(
  canvas: Canvas,
  ridge: Float64Array,
  colour: Colour,
  palette: Palette,
  floor: number,
): void {
  const mist = palette.sky[2];
  const { width, height, data } = canvas;
  const depth = height * 0.45;
  for (let x = 0; x < width; x += 1) {
    const edge = ridge[x] ?? 0;
    const first = Math.max(0, Math.floor(edge));
    if (first < floor) blendPixel(canvas, x, first, colour, 1 - (edge - Math.floor(edge)));
    for (let y = first + 1; y < floor; y += 1) {
      // Mist gathers towards the foot of a hill.
      const haze = Math.min(0.35, ((y - edge) / depth) * 0.35);
      const offset = (y * width + x) * 4;
      data[offset] = colour[0] + (mist[0] - colour[0]) * haze;
      data[offset + 1] = colour[1] + (mist[1] - colour[1]) * haze;
      data[offset + 2] = colour[2] + (mist[2] - colour[2]) * haze;
    }
  }
}

function paintBirds(canvas: Canvas, colour: Colour, unit: number, random: () => number): void {
  const count = Math.floor(random() * 6);
  const flockX = canvas.width * (0.15 + random() * 0.6);
  const flockY = canvas.height * (0.12 + random() * 0.15);
  for (let bird = 0; bird < count; bird += 1) {
    const x = flockX + (random() - 0.5) * unit * 0.3;
    const y = flockY + (random() - 0.5) * unit * 0.12;
    const span = unit * (0.008 + random() * 0.008);
    for (let step = -1; step <= 1; step += 0.5 / span) {
      const lift = Math.abs(step) - step * step;
      const point = { x: x + step * span, y: y - lift * span * 2, radius: Math.max(0.5, unit / 900) };
      fillCircle(canvas, point, colour, 0.8);
    }
  }
}

/** Mirrors what stands above the shore, a little darker, broken by ripples that widen towards the viewer. */
function paintWater(canvas: Canvas, palette: Palette, shore: number, from: number, to: number): void {
  const { width, height, data } = canvas;
  const tint = mix(palette.sky[0], palette.nearHill, 0.4);
  for (let y = from; y < to; y += 1) {
    const depth = (y - shore) / Math.max(1, height - shore);
    const ripple = Math.sin((y - shore) * (1.4 - depth)) * (1 + depth * 7);
    const source = Math.max(0, Math.min(shore - 1, Math.round(2 * shore - y - 1 + ripple * 0.6)));
    const shade = 0.22 + 0.3 * depth;
    for (let x = 0; x < width; x += 1) {
      const sourceX = Math.max(0, Math.min(width - 1, Math.round(x + ripple)));
      const mirrored = (source * width + sourceX) * 4;
      const offset = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel += 1) {
        const above = data[mirrored + channel] ?? 0;
        data[offset + channel] = above + ((tint[channel] ?? 0) - above) * shade;
      }
    }
  }
}
