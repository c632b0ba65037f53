export const glyphWidth = 5;
export const glyphHeight = 7;

// Seven rows a character, each row a base-32 digit whose five bits are its pixels, left to right.
const glyphs: Record<string, string> = {
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhf',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hhha444',
  Z: 'v1248gv',
  0: 'ehjlphe',
  1: '4c4444e',
  2: 'eh1248v',
  3: 'v2421he',
  4: '26aiv22',
  5: 'vgu11he',
  6: '68guhhe',
  7: 'v124888',
  8: 'ehhehhe',
  9: 'ehhf12c',
  ' ': '0000000',
  '.': '00000cc',
  ',': '0000c48',
  '!': '4444404',
  '?': 'eh12404',
  ':': '0cc0cc0',
  ';': '0cc0c48',
  "'": 'c480000',
  '"': 'aaa0000',
  '-': '000e000',
  '(': '2488842',
  ')': '8422248',
  '[': 'e88888e',
  ']': 'e22222e',
  '/': '01248g0',
  '+': '044v440',
  '=': '00v0v00',
  '&': 'cik8lid',
  '%': 'op248j3',
  '*': '04lel40',
  '#': 'aavavaa',
  '@': 'eh1dlle',
  $: '4fke5u4',
  _: '000000v',
  '|': '4444444',
  '<': '248g842',
  '>': '8421248',
};

// Stands for whatever the font does not have.
const unknownGlyph = '0004000';

const plainForms: Record<string, string> = { '‘': "'", '’': "'", '“': '"', '”': '"', '–': '-', '—': '-' };

/** The characters of a text that the font draws, one each: capitals, without accents. */
export function fontText(text: string): string[] {
  return Array.from(
    text
      .normalize('NFKD')
      .replaceAll(/\p{Mark}/gu, '')
      .toUpperCase(),
    character => {
      return plainForms[character] ?? character;
    },
  );
}

/** The rows of each character of a text, as five bits each. */
export function glyphRows(text: string): number[][] {
  return fontText(text).map(character =>
    Array.from(glyphs[character] ?? unknownGlyph, row => Number.parseInt(row, 32)),
  );
}
