/** The beginning of a manifest, up to its assets. */
export const headOfManifest = 'rivya: 1\ndefaults: { model: nano-banana }\nassets:\n';

/** A manifest of one asset, with further lines of it. */
export function manifestWith(entry: string): string {
  return `${headOfManifest}  a:\n    file: img/a.png\n    prompt: A fox.\n${entry}`;
}

const [head, one] = [headOfManifest, manifestWith];
const deep = '['.repeat(400) + ']'.repeat(400);
const csv = (text: string): Readonly<Record<string, string>> => ({ 't.csv': text });
const each = `${head}  a:\n    file: img/{n}.png\n    prompt: A {n}.\n    each: t.csv\n`;

/**
 * What somebody hostile or tired would write: what it is, its text, the place and code that are named, with
 * what the message holds, and the files that it names. `linked` is a link out of the package.
 */
export const wrongManifests: readonly (readonly [
  name: string,
  text: string,
  expected: string,
  files?: Readonly<Record<string, string>>,
])[] = [
  ['nothing', '', '1:1 asset-shape'],
  ['a list', '- a\n', '1:1 asset-shape'],
  ['a text', 'hello\n', '1:1 asset-shape'],
  ['no YAML', 'rivya: 1\nassets: [\n', 'asset-syntax'],
  ['a tab', 'rivya: 1\nassets:\n\ta: 1\n', '3:1 asset-syntax'],
  ['merge marks', 'rivya: 1\n<<<<<<< a\nassets: {}\n', 'asset-syntax'],
  ['no version', 'assets: {}\n', '1:1 asset-shape'],
  ['a newer version', 'rivya: 2\nassets: {}\n', '1:8 asset-newer'],
  ['a foreign version', 'rivya: one\nassets: {}\n', '1:8 asset-shape'],
  ['no assets', 'rivya: 1\n', '1:1 asset-shape'],
  ['an unknown key', 'rivya: 1\nassets: {}\ninclude: other.yaml\n', '3:1 asset-shape'],
  ['an unknown key of an asset', one('    promt: x\n'), '7:5 asset-shape "promt"'],
  ['a key twice', one('    prompt: B.\n'), '7:5 asset-syntax'],
  ['an alias bomb', `rivya: 1\nassets:\n  a: &a [x, x]\n  b: &b [*a, *a]\n  c: [*b, *b]\n`, 'asset-yaml'],
  ['an anchor', one('    alt: &x y\n'), '7:13 asset-yaml'],
  ['a merge key', `${head}  <<: { a: 1 }\n`, '4:3 asset-shape'],
  ['a tag', one('    alt: !!js/function "x"\n'), 'asset-yaml'],
  ['endless nesting', `rivya: 1\nassets: ${deep}\n`, 'asset-bounds'],
  ['endless nesting by dashes', `rivya: 1\nassets:\n  ${'- '.repeat(5_000)}a\n`, 'asset-'],
  ['two megabytes', `${head}  a: ${'x'.repeat(2_000_000)}\n`, '1:1 asset-bounds'],
  ['no file', `${head}  a: { prompt: A fox. }\n`, '4:3 asset-shape'],
  ['no prompt', `${head}  a: { file: a.png }\n`, '4:3 asset-shape'],
  ['an empty prompt', `${head}  a: { file: a.png, prompt: " " }\n`, '4:29 asset-shape'],
  ['no model', 'rivya: 1\nassets:\n  a: { file: a.png, prompt: A fox. }\n', '3:3 asset-shape'],
  ['a name with a slash', `${head}  ../a: { file: a.png, prompt: A fox. }\n`, '4:3 asset-shape'],
  ...(
    [
      ['a way out', '../a.png'],
      ['a way out within', 'img/../../a.png'],
      ['a way out by backslashes', 'img\\..\\..\\a.png'],
      ['a root', '/etc/a.png'],
      ['a drive', 'C:/a.png'],
      ['a drive without a root', 'c:a.png'],
      ['a share', '\\\\host\\share\\a.png'],
      ['a home', '~/a.png'],
      ['an address', 'https://example.org/a.png'],
      ['git', '.git/hooks/a.png'],
      ['our own folder', '.rivya/recipes/a.png'],
      ['a hidden folder', 'img/.secret/a.png'],
      ['a hidden file', '.a.png'],
      ['a device', 'img/con.png'],
      ['a device by number', 'LPT1.png'],
      ['a control', '"img/a\\u0007.png"'],
      ['an override of the direction', '"img/a\\u202Egnp.exe.png"'],
      ['a dot at the end of a folder', 'img./a.png'],
      ['a blank at the end of a folder', '"img /a.png"'],
      ['a colon', 'img/a:b.png'],
      ['a star', 'img/*.png'],
      ['a link out', 'linked/a.png'],
      ['nothing', '""'],
      ['a script', 'img/a.sh'],
      ['a vector', 'img/a.svg'],
      ['no extension', 'img/a'],
      ['250 characters', `${'a'.repeat(250)}.png`],
    ] as const
  ).map(
    ([name, file]) =>
      [`a file: ${name}`, `${head}  a:\n    prompt: A fox.\n    file: ${file}\n`, '6:11 asset-path'] as const,
  ),
  [
    'the same file twice',
    `${head}  a: { file: A.png, prompt: x }\n  b: { file: a.PNG, prompt: y }\n`,
    '5:14 asset-path',
  ],
  [
    'a file below a file',
    `${head}  a: { file: a.png, prompt: x }\n  b: { file: a.png/b.png, prompt: y }\n`,
    '5:14 asset-path',
  ],
  ['a variable without value', one('    alt: "{who}"\n'), '7:10 asset-variable'],
  ['a brace', one('    alt: "a { b"\n'), '7:10 asset-variable'],
  [
    'a value that nobody uses',
    `${head}  a:\n    file: "{x}.png"\n    prompt: p\n    matrix: { x: [one, two], y: [z] }\n`,
    '7:30 asset-variable',
  ],
  [
    'values of nothing',
    `${head}  a:\n    file: "{x}.png"\n    prompt: p\n    matrix: { x: [one] }\n    values: { two: { b: c } }\n`,
    '8:15 asset-variable',
  ],
  [
    'two values that are one name',
    `${head}  a:\n    file: "{x}.png"\n    prompt: p {x}\n    matrix: { x: ["a/b", "a-b"] }\n`,
    '5:11 asset-path',
  ],
  [
    'a value that climbs',
    `${head}  a:\n    file: "{x}.png"\n    prompt: p\n    matrix: { x: [".."] }\n`,
    '5:11 asset-path',
  ],
  [
    'a matrix of 10⁹',
    `${head}  a:\n    file: "{a}{b}{c}{d}{e}.png"\n    prompt: p\n    matrix: { ${['a', 'b', 'c', 'd', 'e'].map(name => `${name}: [${Array.from({ length: 64 }, (_, index) => `v${index}`).join(', ')}]`).join(', ')} }\n`,
    '4:3 asset-bounds',
  ],
  [
    '101 values',
    `${head}  a:\n    file: "{a}.png"\n    prompt: p\n    matrix: { a: [${Array.from({ length: 101 }, (_, index) => index).join(', ')}] }\n`,
    '7:15 asset-bounds',
  ],
  ['a matrix beside a table', one('    matrix: { x: [a] }\n    each: t.csv\n'), 'asset-shape'],
  ['a table that is not there', each, '7:11 asset-file'],
  ['a table outside', each.replace('t.csv', '../t.csv'), '7:11 asset-path'],
  ['a private table', each.replace('t.csv', '.env'), '7:11 asset-path'],
  ['an open quote', each, '7:11 asset-file t.csv, line 2', csv('n\n"a\n')],
  ['a short row', each, '7:11 asset-file t.csv, line 3', csv('n,m\na,b\nc\n')],
  ['an empty table', each, '7:11 asset-file', csv('')],
  ['an endless table', each, '7:11 asset-file', csv(`n\n${'a\n'.repeat(10_002)}`)],
  ['a prompt outside', `${head}  a: { file: a.png, prompt: { file: /etc/passwd } }\n`, '4:37 asset-path'],
  ['a private prompt', `${head}  a: { file: a.png, prompt: { file: .env } }\n`, '4:37 asset-path'],
  ['a private reference', one('    references: [.ssh/id_rsa]\n'), '7:18 asset-path'],
  ['a reference outside', one('    references: ["../../etc/passwd"]\n'), '7:18 asset-path'],
  ['a reference through a link', one('    references: [linked/a.png]\n'), '7:18 asset-path'],
  ['a reference that is no picture', one('    references: [notes.txt]\n'), '7:18 asset-file'],
  ['uploads by a parameter', one('    params: { referenceMediaItems: [{ url: x }] }\n'), '7:15 asset-shape'],
  ['a limit below nothing', 'rivya: 1\nlimits: { maxCredits: -1 }\nassets: {}\n', '2:23 asset-shape'],
  ['a take of nothing', one('    take: 0\n'), '7:11 asset-shape'],
  ['a size of nothing', one('    size: 0x0\n'), '7:11 asset-shape'],
  ['an endless prompt', one(`    style: ${'x'.repeat(30_000)}\n`), 'asset-bounds'],
];
