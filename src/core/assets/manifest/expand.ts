import { wording, type Wording } from '../../../base/wording.ts';
import type { MediaKind } from '../../../shared/task.ts';
import { cleanPrompt, type WishValue } from '../../recipes/identity.ts';
import { recipePathOf } from '../../recipes/recipe.ts';
import { legalName } from '../fileName.ts';
import {
  maximumAssets,
  parseManifest,
  unreadableText,
  type Derivatives,
  type Entry,
  type ManifestFiles,
  type WishText,
} from './manifest.ts';
import { extensionOf, kindOfFile, makeableExtensions, packagePath } from './packagePath.ts';
import type { ManifestProblem, ManifestProblemCode, SourceRange } from './problem.ts';
import { parseTable, type Table } from './table.ts';
import { fillTemplate, isVariableName } from './template.ts';

/** One file that is wished, with everything that its wish says. */
export interface Asset {
  /** `hero`, or `card dark-en` where an entry makes several. */
  readonly id: string;
  readonly entry: string;
  /** Relative to the package, with forward slashes. */
  readonly file: string;
  readonly kind: MediaKind;
  readonly model: string;
  readonly prompt: string;
  readonly params: Readonly<Record<string, WishValue>>;
  /** Paths of files of the package. */
  readonly references: readonly string[];
  readonly take: number;
  readonly keep: boolean;
  readonly alt: string | undefined;
  readonly derivatives: Derivatives;
  readonly ranges: AssetRanges;
}

export interface AssetRanges {
  readonly name: SourceRange;
  readonly file: SourceRange;
  readonly prompt: SourceRange;
  readonly model: SourceRange;
  readonly params: Readonly<Record<string, SourceRange>>;
  readonly references: readonly SourceRange[];
}

/** A manifest as far as it can be known without the network. */
export interface ReadManifest {
  /** In the order of the manifest; none when anything is wrong. */
  readonly assets: readonly Asset[];
  readonly maxCredits: number | undefined;
  readonly problems: readonly ManifestProblem[];
}

/** What else is asked of the package while its manifest is read. */
export interface PackageFiles extends ManifestFiles {
  isInside(file: string): boolean;
}

const maximumTableBytes = 1_000_000;
const maximumPrompt = 20_000;
/** Of all assets together; the rest would only fill the memory. */
const maximumCharacters = 20_000_000;
/** So many problems are told; more tell nothing more. */
const maximumProblems = 200;

/**
 * Reads a manifest to the end: every error has its line and column, and nothing is priced before there is
 * none.
 */
export function readManifest(text: string, files: PackageFiles): ReadManifest {
  const { manifest, problems } = parseManifest(text, files);
  if (!manifest) return { assets: [], maxCredits: undefined, problems: problems.slice(0, maximumProblems) };
  const expansion = new Expansion(files, [...problems]);
  for (const entry of manifest.entries) {
    if (expansion.problems.length >= maximumProblems) break;
    expansion.add(entry);
  }
  const isWrong = expansion.problems.some(({ severity }) => severity === 'error');
  return {
    assets: isWrong ? [] : expansion.assets,
    maxCredits: manifest.maxCredits,
    problems: expansion.problems.toSorted((a, b) => a.range.start - b.range.start).slice(0, maximumProblems),
  };
}

/** The values of variables of one asset, and what they are called together. */
interface Variant {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}

class Expansion {
  readonly assets: Asset[] = [];
  readonly problems: ManifestProblem[];
  readonly #files: PackageFiles;
  /** By what no file system tells apart. */
  readonly #paths = new Map<string, string>();
  readonly #folders = new Map<string, string>();
  #characters = 0;

  constructor(files: PackageFiles, problems: ManifestProblem[]) {
    this.#files = files;
    this.problems = problems;
  }

  add(entry: Entry): void {
    const variants = this.#variants(entry);
    if (!variants) return;
    if (this.assets.length + variants.length > maximumAssets) {
      this.#note(
        'asset-bounds',
        wording('A manifest can have up to {0} assets.', maximumAssets),
        entry.name.range,
      );
      return;
    }
    this.#requireUse(entry, variants);
    for (const variant of variants) {
      if (this.problems.length >= maximumProblems) return;
      this.#addAsset(entry, variant);
    }
  }

  #note(code: ManifestProblemCode, message: Wording, range: SourceRange): void {
    this.problems.push({ code, message, severity: 'error', range });
  }

  /** @returns undefined when they cannot be known; that is noted */
  #variants(entry: Entry): Variant[] | undefined {
    if (entry.each) return this.#rows(entry, entry.each);
    const { axes, exclude } = entry;
    const count = axes.reduce((product, { values }) => product * values.length, 1);
    if (count > maximumAssets) {
      this.#note(
        'asset-bounds',
        wording('The matrix has {0} assets. The limit is {1}.', count, maximumAssets),
        entry.name.range,
      );
      return undefined;
    }
    let combined: readonly (readonly (readonly [string, string])[])[] = [[]];
    for (const { name, values } of axes)
      combined = combined.flatMap(each => values.map(({ value }) => [...each, [name.value, value] as const]));
    return combined
      .filter(each => !exclude.some(excluded => isExcluded(excluded, new Map(each))))
      .map(each => {
        const values = new Map(each);
        for (const [, value] of each) {
          const further = entry.values.find(({ value: of }) => of.value === value)?.variables ?? [];
          for (const { name, value: own } of further) values.set(name.value, own);
        }
        return { name: each.map(([, value]) => value).join('-'), values };
      });
  }

  #rows(entry: Entry, each: { readonly value: string; readonly range: SourceRange }): Variant[] | undefined {
    const found = packagePath(each.value);
    if ('wrong' in found) {
      this.#note('asset-path', wording('The path "{0}" {1}.', each.value, found.wrong), each.range);
      return undefined;
    }
    const read = this.#files.readText(found.path, maximumTableBytes);
    if ('problem' in read) {
      this.#note(
        'asset-file',
        wording('The table "{0}" {1}.', found.path, unreadableText(read.problem)),
        each.range,
      );
      return undefined;
    }
    const table = parseTable(read.text, maximumAssets);
    if ('message' in table) {
      this.#note(
        'asset-file',
        wording('{0}, line {1}: {2}', found.path, table.line, table.message),
        each.range,
      );
      return undefined;
    }
    const wrong = table.columns.find(name => !isVariableName(name));
    if (wrong !== undefined) {
      this.#note(
        'asset-file',
        wording('{0}, line 1: "{1}" isn\'t the name of a variable.', found.path, wrong),
        each.range,
      );
      return undefined;
    }
    return table.rows.map(row => rowVariant(table, row, entry));
  }

  /** A value that nobody uses is a mistake in writing, or in thinking. */
  #requireUse(entry: Entry, variants: readonly Variant[]): void {
    const used = new Set(textsOf(entry).flatMap(({ template }) => template.names));
    for (const { name } of entry.axes)
      if (!used.has(name.value))
        this.#note('asset-variable', wording('"{0}" isn\'t used.', `{${name.value}}`), name.range);
    for (const { value, variables } of entry.values) {
      if (!entry.axes.some(({ values }) => values.some(each => each.value === value.value)))
        this.#note('asset-variable', wording('The matrix has no value "{0}".', value.value), value.range);
      for (const { name } of variables)
        if (!used.has(name.value))
          this.#note('asset-variable', wording('"{0}" isn\'t used.', `{${name.value}}`), name.range);
    }
    for (const { template, range } of textsOf(entry)) {
      for (const name of template.names) {
        const without = variants.find(({ values }) => !values.has(name));
        if (!without) continue;
        const variable = `{${name}}`;
        const message =
          without.name === ''
            ? wording('The variable "{0}" has no value.', variable)
            : wording(
                'The variable "{0}" has no value in "{1}".',
                variable,
                `${entry.name.value} ${without.name}`,
              );
        this.#note('asset-variable', message, range);
      }
    }
  }

  #addAsset(entry: Entry, { name, values }: Variant): void {
    const id = name === '' ? entry.name.value : `${entry.name.value} ${name}`;
    const fill = ({ template }: WishText): string => fillTemplate(template, each => values.get(each) ?? '');
    const file = this.#fileOf(entry, id, values);
    const style = entry.style && fill(entry.style);
    const prompt = cleanPrompt(
      [fill(entry.prompt), style ?? ''].filter(each => each.trim() !== '').join(' '),
    );
    if (prompt.length > maximumPrompt) {
      const message = wording('The prompt of "{0}" has more than {1} characters.', id, maximumPrompt);
      this.#note('asset-bounds', message, entry.prompt.range);
    }
    this.#characters += prompt.length;
    if (this.#characters > maximumCharacters) {
      this.#note(
        'asset-bounds',
        wording('The prompts of all assets together are too long.'),
        entry.prompt.range,
      );
      return;
    }
    const references = entry.references.flatMap(each => this.#referenceOf(each, fill(each)) ?? []);
    if (!file) return;
    const alt = entry.alt && fill(entry.alt).normalize('NFC').replaceAll(/\s+/g, ' ').trim();
    this.assets.push({
      id,
      entry: entry.name.value,
      ...file,
      model: entry.model.value.trim(),
      prompt,
      params: entry.params,
      references,
      take: entry.take,
      keep: entry.keep,
      alt,
      derivatives: entry.derivatives,
      ranges: {
        name: entry.name.range,
        file: entry.file.range,
        prompt: entry.prompt.range,
        model: entry.model.range,
        params: entry.paramRanges,
        references: entry.references.map(({ range }) => range),
      },
    });
  }

  #fileOf(
    entry: Entry,
    id: string,
    values: ReadonlyMap<string, string>,
  ): { readonly file: string; readonly kind: MediaKind } | undefined {
    const { template, range } = entry.file;
    for (const name of template.names) {
      const value = values.get(name);
      if (value === undefined || legalName(value) !== '') continue;
      this.#note(
        'asset-path',
        wording('The value of "{0}" in "{1}" can\'t be used in a file name.', `{${name}}`, id),
        range,
      );
      return undefined;
    }
    const written = fillTemplate(template, name => legalName(values.get(name) ?? ''));
    const found = packagePath(written);
    if ('wrong' in found) {
      this.#note('asset-path', wording('The path "{0}" {1}.', written, found.wrong), range);
      return undefined;
    }
    const { path } = found;
    const kind = kindOfFile(path);
    if (!kind) {
      const known = makeableExtensions.join(', ');
      this.#note(
        'asset-path',
        wording(
          'No model generates "{0}" files. Use one of these extensions: {1}.',
          extensionOf(path),
          known,
        ),
        range,
      );
      return undefined;
    }
    if (!this.#files.isInside(path) || !this.#files.isInside(recipePathOf(path))) {
      this.#note('asset-path', wording('The path "{0}" is outside the folder of the manifest.', path), range);
      return undefined;
    }
    const taken = this.#takenBy(path);
    if (taken !== undefined) {
      const message =
        taken.id === id || taken.isSame
          ? wording('"{0}" already has the file "{1}", or one that differs only in case.', taken.id, path)
          : wording('"{0}" can\'t exist together with a file of "{1}".', path, taken.id);
      this.#note('asset-path', message, range);
      return undefined;
    }
    this.#take(path, id);
    return { file: path, kind };
  }

  #takenBy(path: string): { readonly id: string; readonly isSame: boolean } | undefined {
    const key = path.toLowerCase();
    const same = this.#paths.get(key);
    if (same !== undefined) return { id: same, isSame: true };
    const other =
      this.#folders.get(key) ??
      foldersOf(key)
        .map(each => this.#paths.get(each))
        .find(Boolean);
    return other === undefined ? undefined : { id: other, isSame: false };
  }

  #take(path: string, id: string): void {
    const key = path.toLowerCase();
    this.#paths.set(key, id);
    for (const folder of foldersOf(key)) this.#folders.set(folder, id);
  }

  #referenceOf({ range }: WishText, written: string): string | undefined {
    const found = packagePath(written);
    if ('wrong' in found) {
      this.#note('asset-path', wording('The path "{0}" {1}.', written, found.wrong), range);
      return undefined;
    }
    if (!kindOfFile(found.path)) {
      this.#note(
        'asset-file',
        wording('The reference "{0}" isn\'t an image, video, or audio file.', found.path),
        range,
      );
      return undefined;
    }
    if (!this.#files.isInside(found.path)) {
      this.#note(
        'asset-path',
        wording('The path "{0}" is outside the folder of the manifest.', found.path),
        range,
      );
      return undefined;
    }
    return found.path;
  }
}

function isExcluded(
  excluded: Readonly<Record<string, string>>,
  values: ReadonlyMap<string, string>,
): boolean {
  return Object.entries(excluded).every(([name, value]) => values.get(name) === value);
}

function rowVariant({ columns }: Table, row: readonly string[], entry: Entry): Variant {
  const values = new Map(columns.map((name, index) => [name, (row[index] ?? '').normalize('NFC')]));
  // Named by what tells its file from the others.
  const telling = entry.file.template.names.flatMap(name => values.get(name) ?? []);
  return { name: telling.join('-') || (row[0] ?? ''), values };
}

function textsOf({ file, prompt, style, alt, references }: Entry): WishText[] {
  return [file, prompt, ...(style ? [style] : []), ...(alt ? [alt] : []), ...references];
}

function foldersOf(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}
