import type { MediaKind } from '../../shared/task.ts';

/** A stretch of time: its first millisecond, and the first one after it. */
export interface Span {
  readonly since: number;
  readonly before: number;
}

/** One word that was searched for. */
export interface SearchWord {
  readonly text: string;
  /** What it means as a date; jobs of that time match, whatever their words. */
  readonly span?: Span;
  /** What it means as a kind, in the person's language. */
  readonly kind?: MediaKind;
  /** Ids of models that are called so, where the id does not tell it: "4.5" stands as "4-5" in one. */
  readonly models?: readonly string[];
}

/** What a word may mean, for the person who types it. */
export interface SearchLanguage {
  /** Of VS Code, for the names of months and days. */
  readonly language: string;
  /** The names of the kinds in that language; the English ones are known. */
  readonly kindNames?: Readonly<Record<MediaKind, string>>;
  /** What models are called, by id, as far as that is known. */
  readonly modelNames?: ReadonlyMap<string, string>;
  readonly now: number;
}

/**
 * The words of a search, with what they mean beside their letters: `today`, `yesterday`, the names of months
 * and days in English and in the person's language, `2026`, `2026-11`, `2026-11-26`, kinds, and the names of
 * models.
 */
export function searchWords(
  query: string,
  { language, kindNames, modelNames, now }: SearchLanguage,
): SearchWord[] {
  const dates = dateWords(language, now);
  const kinds = new Map(
    Object.entries(kindNames ?? {}).map(([kind, name]) => [folded(name), kind as MediaKind]),
  );
  return query
    .split(/\s+/)
    .filter(Boolean)
    .map(text => {
      const span = isoSpan(text) ?? dates.get(folded(text));
      const kind = kinds.get(folded(text));
      const models = calledSo(folded(text), modelNames);
      return { text, ...(span && { span }), ...(kind && { kind }), ...(models.length > 0 && { models }) };
    });
}

/** Of one letter nobody means a model. */
function calledSo(word: string, names: ReadonlyMap<string, string> = new Map()): string[] {
  if (Array.from(word).length < 2) return [];
  return [...names].flatMap(([id, name]) =>
    folded(name).includes(word) && !folded(id).includes(word) ? [id] : [],
  );
}

/** The day, month or year that a date names, in local time. */
export function isoSpan(text: string): Span | undefined {
  const match = /^((?:19|20)\d\d)(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?$/.exec(text);
  if (!match) return undefined;
  const [year = NaN, month, day] = match
    .slice(1)
    .map((each: string | undefined) => (each === undefined ? undefined : Number(each)));
  if (month === undefined) return span(year, 0, 1, year + 1, 0, 1);
  if (day === undefined) return span(year, month - 1, 1, year, month, 1);
  // The 31st of a month that has none is no date.
  if (new Date(year, month - 1, day).getDate() !== day) return undefined;
  return span(year, month - 1, day, year, month - 1, day + 1);
}

function span(...[y1, m1, d1, y2, m2, d2]: [number, number, number, number, number, number]): Span {
  return { since: new Date(y1, m1, d1).getTime(), before: new Date(y2, m2, d2).getTime() };
}

/** The words for days and months, each with the last one that was, today included. */
function dateWords(language: string, now: number): Map<string, Span> {
  const today = new Date(now);
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()];
  const words = new Map<string, Span>();
  for (const locale of new Set(['en', language])) {
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
    const [monthName, dayName] = [{ month: 'long' }, { weekday: 'long' }].map(
      options => new Intl.DateTimeFormat(locale, options as Intl.DateTimeFormatOptions),
    );
    for (let ago = 0; ago < 12; ago++) {
      const name = monthName?.format(new Date(year, month - ago, 1));
      if (name !== undefined) words.set(folded(name), span(year, month - ago, 1, year, month - ago + 1, 1));
    }
    for (let ago = 0; ago < 7; ago++) {
      const of = span(year, month, day - ago, year, month, day - ago + 1);
      const name = dayName?.format(of.since);
      if (name !== undefined) words.set(folded(name), of);
      if (ago < 2) words.set(folded(relative.format(-ago, 'day')), of);
    }
  }
  return words;
}

function folded(word: string): string {
  return word.normalize('NFC').toLowerCase();
}
