import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keyProblems, sourceStrings, stringsOf, translations } from '../../scripts/l10n.ts';

const glossary = readFileSync(new URL('../../l10n/glossary.md', import.meta.url), 'utf8');
/** What Hindi says as English does: the words of the glossary that are Latin there. */
const latinWords = new Set(
  [...glossary.matchAll(/^\|[^|]+\|([^|]+)\|/gm)].flatMap(([, hindi = '']) =>
    (hindi.match(/[A-Za-z]+/g) ?? []).map(word => word.toLowerCase()),
  ),
);
const forbidden = /^## Never[^]*?: ([^.]+)\./m.exec(glossary)?.[1]?.split(', ') ?? [];
const source = sourceStrings();
const files = translations(source);

/**
 * What must stand in every language: placeholders, icons, addresses of links, code, settings, names, line
 * breaks; sorted.
 */
function fixedParts(text: string): string[] {
  const found = text.matchAll(
    /\$?\{\w+\}|\$\([\w~-]+\)|\]\([^)]*\)|`[^`]*`|\brivya\.[\w.]*\w|\brvya_sk_|\bRivya\b|\n/g,
  );
  return Array.from(found, match => match[0]).toSorted();
}

describe('the words', () => {
  it('are read as they are', () => {
    expect(Object.keys(source.strings).length).toBeGreaterThan(100);
    expect(source.strings).toHaveProperty(['Nothing was charged.'], 'Nothing was charged.');
    expect(files.map(({ file }) => file.replaceAll('\\', '/'))).toEqual([
      'package.nls.hi.json',
      'l10n/bundle.l10n.hi.json',
    ]);
  });

  it('are literals where they are used, so that they can be found', () => {
    expect(source.unreadable).toEqual([]);
  });

  it.each(files)('are complete in $file', translation => {
    expect(keyProblems(translation)).toEqual([]);
  });

  it.each(files)('keep their placeholders, icons, links and names in $file', ({ english, translated }) => {
    for (const [key, text] of Object.entries(translated)) {
      expect({ key, parts: fixedParts(text) }).toEqual({ key, parts: fixedParts(english[key] ?? '') });
    }
  });

  it.each(files)('are translated in $file', ({ english, translated }) => {
    // What is the same in every language: names and words of the glossary, and what is nothing but them and a
    // placeholder.
    const isName = (text: string): boolean =>
      (text.replace(/\$\(\w+\)|\{\d\}|Rivya/g, '').match(/[A-Za-z]+/g) ?? []).every(
        word =>
          latinWords.has(`${word.toLowerCase()}s`) ||
          latinWords.has(word.toLowerCase().replace(/s$/, '')) ||
          latinWords.has(word.toLowerCase()),
      );
    const same = Object.keys(english).filter(
      key => translated[key] === english[key] && !isName(english[key] ?? ''),
    );
    expect(same).toEqual([]);
    for (const text of Object.values(translated)) {
      expect(text).toBe(text.trim());
      expect(text).toBe(text.normalize('NFC'));
    }
  });

  it.each(files.filter(({ file }) => file.includes('.hi.')))(
    'follow the glossary in $file',
    ({ translated }) => {
      expect(forbidden.length).toBeGreaterThan(5);
      const isForbidden = (text: string): boolean =>
        (text.match(/[\p{Script=Devanagari}\p{M}]+/gu) ?? []).some(word => forbidden.includes(word));
      expect(Object.values(translated).filter(isForbidden)).toEqual([]);
    },
  );

  it.each(files.filter(({ file }) => file.includes('.hi.')))(
    'end their sentences in the Hindi way in $file',
    ({ translated }) => {
      for (const text of Object.values(translated))
        expect(text).not.toMatch(/\p{Script=Devanagari}\s*\.(?:\s|$)/u);
    },
  );
});

describe('stringsOf', () => {
  it('finds the texts of t, and the calls that have no literal there', () => {
    const text = [
      "t('one');",
      "vscode.l10n.t('two {0}', x);",
      'l10n.t(`three`);',
      'f(t("four", t(\'five\')));',
      't(cond ? "a" : "b");',
      'vscode.l10n.t(`six ${x}`);',
      "other.t('not ours');",
      "at('nor this');",
    ].join('\n');
    expect(stringsOf('a.ts', text)).toEqual({
      strings: { one: 'one', 'two {0}': 'two {0}', three: 'three', four: 'four', five: 'five' },
      unreadable: ['a.ts:5', 'a.ts:6'],
    });
  });

  it('puts the comment for translators into the key, as VS Code does', () => {
    const text = [
      "t('on');",
      "t({ message: 'on', comment: 'A switch' });",
      "t({ message: 'on', comment: ['A lamp', ' that is lit'] });",
      "vscode.l10n.t({ message: 'on {0}', args: [name], comment: `A place` });",
      "t({ message: 'no comment' });",
      "t({ message: word, comment: 'A word' });",
      "t({ message: 'on', comment: remark });",
      "t({ message: 'on', comment: ['A switch', remark] });",
    ].join('\n');
    expect(stringsOf('a.ts', text)).toEqual({
      strings: {
        on: 'on',
        'on/A switch': 'on',
        'on/A lamp that is lit': 'on',
        'on {0}/A place': 'on {0}',
      },
      unreadable: ['a.ts:5', 'a.ts:6', 'a.ts:7', 'a.ts:8'],
    });
  });
});

describe('keyProblems', () => {
  it('names what is missing and what is superfluous', () => {
    const english = { a: 'A', b: 'B' };
    expect(keyProblems({ file: 'x.json', english, translated: { b: 'ब', c: 'स' } })).toEqual([
      'x.json: missing "a"',
      'x.json: superfluous "c"',
    ]);
  });
});
