/** What the recordings of docs/media-as-code.md make. */
export const manifest = `rivya: 1
defaults: { model: z-image, style: "Flat vector, two colours." }
assets:
  hero:
    file: public/img/hero.png
    prompt: A lighthouse at dawn, seen from the sea.
  card:
    file: public/img/cards/{theme}.png
    prompt: A postcard of a harbour, {mood}.
    matrix: { theme: [light, dark] }
    values: { light: { mood: sunny morning }, dark: { mood: starry night } }
`;
