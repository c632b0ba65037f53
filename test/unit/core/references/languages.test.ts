import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planReference } from '../../../../src/core/references/planReference.ts';
import type {
  ProjectManners,
  ReferenceMedia,
  ReferencePlan,
  ReferenceRequest,
} from '../../../../src/core/references/plan/plan.ts';
import { applied } from './applied.ts';
import { places, type PlaceCase } from './places.ts';
import { readers, type Found } from './readers.ts';

const image: ReferenceMedia = {
  kind: 'image',
  path: 'assets/cat.png',
  isPublic: false,
  mediaType: 'image/png',
  alt: 'A cat',
};
const video: ReferenceMedia = { ...image, kind: 'video', path: 'assets/cat.mp4', mediaType: 'video/mp4' };
const audio: ReferenceMedia = { ...image, kind: 'audio', path: 'assets/cat.mp3', mediaType: 'audio/mpeg' };

/** The request for what is between `‹` and `›` in a document. */
function requestFor(
  { languageId, mode, before }: PlaceCase,
  media: readonly ReferenceMedia[],
  eol: ReferenceRequest['eol'] = '\n',
): ReferenceRequest {
  const own = before.replaceAll('\n', eol);
  const start = own.indexOf('‹');
  const end = own.indexOf('›') - 1;
  return { languageId, text: own.replace(/[‹›]/g, ''), start, end, media, mode, eol };
}

/** The document with other words at the placeholder of the alternative text. */
function applyWithAlt(text: string, plan: ReferencePlan, alt: string): string {
  const edits = plan.edits.map((edit, index) => {
    if (index !== plan.main || !plan.alt) return edit;
    return { ...edit, text: edit.text.slice(0, plan.alt.start) + alt + edit.text.slice(plan.alt.end) };
  });
  return applied(text, { ...plan, edits });
}

async function read(languageId: string, text: string): Promise<Found[]> {
  const reader = readers[languageId];
  if (!reader) throw new Error(`Nobody reads ${languageId}.`);
  return await reader(text);
}

const knownDocuments = new Map<string, Promise<string[]>>();

async function knownIn(languageId: string, text: string): Promise<string[]> {
  const key = `${languageId}:${text}`;
  const known =
    knownDocuments.get(key) ?? read(languageId, text).then(found => found.map(each => JSON.stringify(each)));
  knownDocuments.set(key, known);
  return await known;
}

/** What a parser finds in a document that it did not find before. */
async function added(languageId: string, before: string, after: string): Promise<Found[]> {
  const known = [...(await knownIn(languageId, before))];
  const found = (await read(languageId, after)).filter(each => {
    const index = known.indexOf(JSON.stringify(each));
    if (index !== -1) known.splice(index, 1);
    return index === -1;
  });
  return found.map(each => ({ ...each, path: each.path.replace(/^\.\//, '') }));
}

const tags = new Set(['html', 'typescriptreact', 'vue', 'svelte', 'astro']);
const texts = new Set(['json', 'jsonc', 'yaml', 'plaintext']);
const styles = new Set(['css', 'scss', 'less']);

/** What a parser must find for one reference; undefined when the language has none for such a file. */
function expected(languageId: string, media: ReferenceMedia): Found | undefined {
  const { kind, path, width, height } = media;
  const alt = media.alt.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const size = width === undefined || height === undefined ? {} : { width, height };
  if (texts.has(languageId)) return { kind: 'text', path };
  if (styles.has(languageId)) return kind === 'image' ? { kind, path } : undefined;
  if (tags.has(languageId)) {
    return { kind, path, alt, ...(kind === 'audio' ? {} : size) };
  }
  switch (languageId) {
    case 'markdown':
    case 'mdx':
      return kind === 'image' ? { kind, path, alt } : { kind, path, alt, ...(kind === 'audio' ? {} : size) };
    case 'asciidoc':
      return kind === 'image'
        ? { kind, path, alt, ...size }
        : { kind, path, ...(kind === 'audio' ? {} : size) };
    case 'restructuredtext':
      return kind === 'image'
        ? { kind, path, ...(alt === '' ? {} : { alt }), ...(width === undefined ? {} : { width }) }
        : { kind: 'link', path, alt: alt || kind };
    case 'latex':
      if (/[\\{}\p{Cc}]|^ | $| {2}/u.test(path)) return undefined;
      return kind === 'image' ? { kind, path, alt } : { kind: 'link', path, alt: alt || kind };
    case 'typst':
      return kind === 'image' ? { kind, path, alt } : { kind: 'link', path, alt: alt || kind };
    case 'org': {
      if (/\p{Cc}|::/u.test(path)) return undefined;
      const isNamed = kind === 'image' && alt !== '';
      return { kind: 'link', path, ...(isNamed ? { alt } : {}), ...(isNamed && width ? { width } : {}) };
    }
    default:
      throw new Error(`Nothing is expected of ${languageId}.`);
  }
}

/** Plans a reference and has the language's own parser read it back. */
async function expectReference(place: PlaceCase, media: ReferenceMedia): Promise<void> {
  const request = requestFor(place, [media]);
  const plan = planReference(request);
  const found = expected(place.languageId, media);
  if (!found) {
    expect(plan).toBeUndefined();
    return;
  }
  if (!plan) throw new Error('There is no plan.');
  const result = applied(request.text, plan);
  expect(await added(place.languageId, request.text, result), result).toEqual([found]);
  if (!plan.alt) return;
  const edited = applyWithAlt(request.text, plan, 'Words');
  expect((await added(place.languageId, request.text, edited))[0]?.alt, edited).toBe('Words');
}

const awkwardNames = [
  'a b  c',
  'it\'s "quoted"',
  'a(1)[2]',
  'a{b}c}}{{d',
  'c#.x?y%20&amp;z',
  '<b> --> ]]> */',
  '*a*_b_~c~`d`',
  'a\\b\\',
  '$a$^b^,c=d@e!f;g+h',
  '😀 👩‍🚀',
  'चित्र क्‍षमा',
  'תמונה صورة',
  'a::b',
  '${a} #{b} @{c} <%= d %>',
  '-',
  'image_',
  '~home',
];
const awkwardAlts = [
  '',
  '"quoted" and \'quoted\', “quoted”',
  '[a] ![b](c) ]]> ] [',
  'back\\slash \\\\ \\[ \\" \\',
  'one\ntwo\r\n\n three\u2028four\u0000five',
  '*a* **b** _c_ __d__ ~e~ `f` ``g`` +h+ =i= ^j^',
  '*/ --> ]]> {% a %} <%= b %> <!-- c -->',
  '${a} #{b} @{c} {d} {{ e }} {f',
  '<b>&amp;</b> &lt; &#35; &',
  '#a @b $c$ %d ^e ~f \\g :h: ::i',
  '😀 👩‍🚀 🏳️‍🌈',
  'एक बिल्ली, क्‍षमा',
  'קטעי טקסט, نص من اليمين \u202Eabc',
  'https://example.org/a_b and a@b.de',
  'a, b, width=3, "c", :alt x :width 3',
  '// a /* b',
  '1. a',
  '- a',
  '= a',
  'a|b||c',
  '(C) -- ... a_ b__ |c|_',
];

const languages = [...new Set(places.map(({ languageId }) => languageId))].filter(id => id !== 'python');
/** Places of each language that are unlike each other, and have a reference for each kind. */
const ordinary = languages.flatMap(languageId =>
  places
    .filter(place => place.languageId === languageId && place.mode === 'after' && place.after !== undefined)
    .filter(({ name }) => !/import|figures|name that is taken|folder of images/.test(name))
    .slice(0, 2),
);

describe('planReference', () => {
  it.each(places)('$languageId, $mode: $name', async ({ languageId, after, ...place }) => {
    const request = requestFor({ languageId, after, ...place }, [image]);
    const plan = planReference(request);
    const result = plan && applied(request.text, plan);
    expect(result).toBe(after);
    if (result !== undefined) await read(languageId, result);
  });

  it.each(places)('keeps line breaks: $languageId, $mode: $name', place => {
    const request = requestFor(place, [image], '\r\n');
    const plan = planReference(request);
    expect(plan && applied(request.text, plan)).toBe(place.after?.replaceAll('\n', '\r\n'));
  });

  it.each(places.filter(({ mode }) => mode === 'after'))(
    'changes nothing else: $languageId: $name',
    place => {
      const plan = planReference(requestFor(place, [image, { ...image, path: 'assets/cat-2.png' }]));
      for (const { start, end } of plan?.edits ?? []) expect(end).toBe(start);
      const starts = plan?.edits.map(({ start }) => start) ?? [];
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    },
  );

  // Other names of a language, and other manners, end in the same documents.
  interface Variant {
    readonly id: string;
    readonly readAs: string;
    readonly manners?: ProjectManners;
  }
  const manners = { markdown: 'commonmark', hasWikilinks: false, importsMedia: false } as const;
  const variants: readonly Variant[] = [
    ...languages.map(id => ({ id, readAs: id })),
    { id: 'quarto', readAs: 'markdown' },
    { id: 'skill', readAs: 'markdown', manners },
    { id: 'markdown', readAs: 'markdown', manners: { ...manners, markdown: 'pythonMarkdown' } },
    { id: 'erb', readAs: 'html' },
    { id: 'twig', readAs: 'html' },
    { id: 'php', readAs: 'html' },
    { id: 'tailwindcss', readAs: 'css' },
    { id: 'rsweave', readAs: 'latex' },
    { id: 'typescriptreact', readAs: 'typescriptreact', manners: { ...manners, importsMedia: true } },
    { id: 'svelte', readAs: 'svelte', manners: { ...manners, importsMedia: true } },
    { id: 'astro', readAs: 'astro', manners: { ...manners, importsMedia: true } },
  ];
  describe.each(variants)('in any place of $id, read as $readAs', ({ id: languageId, readAs, manners }) => {
    // A parser that does not look into directives finds nothing there.
    const documents = places.filter(place => place.languageId === readAs && place.name !== 'a note');

    it('finds one that the parser finds, or none, and breaks nothing', async () => {
      const fresh = { ...image, path: 'assets/fresh.png', alt: 'Fresh' };
      const sample = fc.record({
        document: fc.constantFrom(...documents),
        mode: fc.constantFrom('after' as const, 'replace' as const),
        at: fc.nat(1000),
        length: fc.nat(30),
      });
      await fc.assert(
        fc.asyncProperty(sample, async ({ document, mode, at, length }) => {
          const text = document.before.replace(/[‹›]/g, '');
          const start = Math.round((at / 1000) * text.length);
          const end = Math.min(text.length, start + length);
          // Only what a parser understands can be broken.
          const isReadable = await knownIn(readAs, text).then(
            () => true,
            () => false,
          );
          const request = { languageId, text, start, end, mode, media: [fresh], eol: '\n' } as const;
          const plan = planReference(manners ? { ...request, manners } : request);
          if (!plan || !isReadable) return;
          const result = applied(text, plan);
          const found = await read(readAs, result);
          const own = found.filter(({ path, imported }) => (path + (imported ?? '')).includes('fresh'));
          expect(own, result).toHaveLength(1);
          if (mode === 'after') expect(await added(readAs, text, result), result).toHaveLength(1);
        }),
        { numRuns: 60 },
      );
    });
  });

  describe.each(ordinary)('in $languageId: $name', place => {
    it.each(['image', 'video', 'audio'] as const)('refers to an %s with its size', async kind => {
      const media = { image, video, audio }[kind];
      await expectReference(place, { ...media, width: 1600, height: 900 });
    });

    it.each(awkwardNames)('finds a file named %j', async name => {
      await expectReference(place, { ...image, path: `a b/${name}/${name}.png` });
      await expectReference(place, { ...image, path: `../../${name}.png` });
      await expectReference(place, { ...video, path: `${name}.mp4` });
      await expectReference(place, { ...audio, path: `${name}/${name}.mp3` });
    });

    it.each(awkwardAlts)('says %j', async alt => {
      for (const media of [image, video, audio]) await expectReference(place, { ...media, alt });
    });

    it('refers to several files', async () => {
      const second = { ...image, path: 'assets/cat-2.png', alt: 'Another' };
      const request = requestFor(place, [image, second]);
      const plan = planReference(request);
      if (!plan) throw new Error('There is no plan.');
      const found = await added(place.languageId, request.text, applied(request.text, plan));
      expect(found).toEqual([expected(place.languageId, image), expected(place.languageId, second)]);
    });

    it('refers to anything', async () => {
      const bits = ['"', "'", '[', ']', '(', ')', '{', '}', '<', '>', '\\', '/*', '*/', '//', '-->', ']]>', '😀', 'कि', 'שלום', '\u202E', ' ', '%20', '%', '#', '?', ':', ';', ',', '=', '&', '&amp;', '$', '${', '#{', '@{', '{{', '}}', '{%', '<%', '@', '_', '*', '**', '~', '^', '`', '``', '|', '+', '!', '.', '-', '--', 'a', 'B', '1', '\u00A0', '\u200D', 'https://e.org', '<b>', 'http:']; // prettier-ignore
      const text = fc.array(fc.constantFrom(...bits), { maxLength: 8 }).map(parts => parts.join(''));
      await fc.assert(
        fc.asyncProperty(text, text, fc.constantFrom(image, video, audio), async (alt, name, media) => {
          const path = `d/x${name.replaceAll('/', '')}x.png`;
          await expectReference(place, { ...media, alt: `x${alt}x`, path });
        }),
        { numRuns: 12 },
      );
    });
  });
});
