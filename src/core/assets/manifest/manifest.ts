import { isMap, type Node } from 'yaml';
import { wording, type Wording, type WordingValue } from '../../../base/wording.ts';
import type { WishValue } from '../../recipes/identity.ts';
import type { Unreadable } from '../../recipes/packageFolder.ts';
import type { ManifestProblem, SourceRange } from './problem.ts';
import { packagePath } from './packagePath.ts';
import { ManifestSource, type SourceEntry, type SourceText } from './source.ts';
import { parseTemplate, type Template } from './template.ts';

/** The one name of a manifest. */
export const manifestName = 'rivya.assets.yaml';

/** Reads what a manifest names: prompts and tables. */
export interface ManifestFiles {
  readText(file: string, maximumBytes: number): { readonly text: string } | { readonly problem: Unreadable };
}

/** A text with variables, as it stands in the manifest or in a file that it names. */
export interface WishText {
  readonly template: Template;
  readonly range: SourceRange;
}

/** What is done to the main file; read and kept. */
export interface Derivatives {
  readonly size?: string;
  readonly widths?: readonly number[];
  readonly formats?: readonly string[];
  readonly set?: string;
  readonly placeholder?: string;
  readonly poster?: boolean;
}

/** A value that a variable can have, with its place. */
export interface Axis {
  readonly name: SourceText;
  readonly values: readonly SourceText[];
}

/** One wish of a manifest, before its variables have values. */
export interface Entry {
  readonly name: SourceText;
  readonly file: WishText;
  readonly prompt: WishText;
  readonly model: SourceText;
  readonly params: Readonly<Record<string, WishValue>>;
  readonly paramRanges: Readonly<Record<string, SourceRange>>;
  readonly style: WishText | undefined;
  readonly references: readonly WishText[];
  readonly take: number;
  readonly keep: boolean;
  readonly alt: WishText | undefined;
  readonly derivatives: Derivatives;
  readonly axes: readonly Axis[];
  readonly exclude: readonly Readonly<Record<string, string>>[];
  /** Further variables that come with a value of an axis. */
  readonly values: readonly {
    readonly value: SourceText;
    readonly variables: readonly { readonly name: SourceText; readonly value: string }[];
  }[];
  /** A table that has a row for each asset. */
  readonly each: SourceText | undefined;
}

export interface Manifest {
  readonly entries: readonly Entry[];
  /** Of one sync, in credits. */
  readonly maxCredits: number | undefined;
}

const entryKeys = [
  ...['file', 'prompt', 'model', 'params', 'style', 'references', 'take', 'keep', 'alt'],
  ...['size', 'widths', 'formats', 'set', 'placeholder', 'poster', 'matrix', 'exclude', 'values', 'each'],
];
const maximumPromptFileBytes = 100_000;
const maximumReferences = 20;
export const maximumAxisValues = 100;
export const maximumAssets = 10_000;

/** Reads a manifest; what is wrong is in `problems`, and then there is no manifest. */
export function parseManifest(
  text: string,
  files: ManifestFiles,
): { readonly manifest: Manifest | undefined; readonly problems: readonly ManifestProblem[] } {
  const source = new ManifestSource(text);
  const isReadable = source.root !== undefined || source.problems.length === 0;
  const manifest = isReadable ? new Reader(source, files).read() : undefined;
  const isWrong = source.problems.some(({ severity }) => severity === 'error');
  return { manifest: isWrong ? undefined : manifest, problems: source.problems };
}

interface Defaults {
  readonly model: SourceText | undefined;
  readonly params: Params;
  readonly style: WishText | undefined;
}

interface Params {
  readonly values: Readonly<Record<string, WishValue | undefined>>;
  readonly ranges: Readonly<Record<string, SourceRange>>;
}

const noParams: Params = { values: {}, ranges: {} };

class Reader {
  readonly #source: ManifestSource;
  readonly #files: ManifestFiles;

  constructor(source: ManifestSource, files: ManifestFiles) {
    this.#source = source;
    this.#files = files;
  }

  read(): Manifest | undefined {
    const source = this.#source;
    if (!source.root) {
      source.note('asset-shape', wording('A manifest starts with "rivya: 1".'), undefined);
      return undefined;
    }
    const entries = source.entries(source.root, wording('a manifest'));
    if (!entries) return undefined;
    const top = this.#known(entries, ['rivya', 'defaults', 'limits', 'assets'], wording('a manifest'));
    const version = top.get('rivya');
    if (!version) source.note('asset-shape', wording('A manifest starts with "rivya: 1".'), source.root);
    else {
      const written = source.text(version.node, 'rivya')?.value;
      if (written !== undefined && written !== '1') {
        const isNewer = /^\d+$/.test(written) && Number(written) > 1;
        source.note(
          isNewer ? 'asset-newer' : 'asset-shape',
          isNewer
            ? wording('This manifest was written for a newer version of Rivya. Update Rivya.')
            : wording('The version of a manifest must be 1.'),
          version.node,
        );
        return undefined;
      }
    }
    const defaults = this.#defaults(top.get('defaults'));
    const limits = top.get('limits');
    const limit =
      limits &&
      this.#known(source.entries(limits.node, 'limits') ?? [], ['maxCredits'], 'limits').get('maxCredits');
    const assets = top.get('assets');
    if (!assets)
      source.note('asset-shape', wording('List the assets of a manifest under "assets:".'), source.root);
    const named = assets ? (source.entries(assets.node, 'assets') ?? []) : [];
    if (named.length > maximumAssets)
      source.note(
        'asset-bounds',
        wording('A manifest can have up to {0} assets.', maximumAssets),
        assets?.key,
      );
    return {
      maxCredits: limit && source.wholeNumber(limit.node, 'maxCredits', 0, 1_000_000_000),
      entries: named.length > maximumAssets ? [] : named.flatMap(each => this.#entry(each, defaults) ?? []),
    };
  }

  #defaults(entry: SourceEntry | undefined): Defaults {
    const none = { model: undefined, params: noParams, style: undefined };
    if (!entry) return none;
    const entries = this.#source.entries(entry.node, 'defaults');
    if (!entries) return none;
    const known = this.#known(entries, ['model', 'params', 'style'], 'defaults');
    return {
      model: this.#textOf(known.get('model'), 'model'),
      params: this.#params(known.get('params')),
      style: this.#templateOf(known.get('style'), 'style'),
    };
  }

  #entry({ key, node }: SourceEntry, defaults: Defaults): Entry | undefined {
    const source = this.#source;
    if (!/^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]{0,99}$/u.test(key.value)) {
      source.note('asset-shape', wording('Name an asset with letters, digits, "-", "_", and ".".'), key);
      return undefined;
    }
    const entries = source.entries(node, wording('the asset "{0}"', key.value));
    if (!entries) return undefined;
    const known = this.#known(entries, entryKeys, wording('an asset'));
    const file = this.#templateOf(known.get('file'), 'file');
    const prompt = this.#prompt(known.get('prompt'));
    for (const needed of ['file', 'prompt']) {
      if (!known.has(needed))
        source.note('asset-shape', wording('The asset "{0}" has no "{1}".', key.value, needed), key);
    }
    const ownModel = this.#textOf(known.get('model'), 'model');
    const model = ownModel ?? defaults.model;
    if (!model && !known.has('model')) {
      const message = wording(
        'The asset "{0}" has no model. Set one, or set a default under "defaults:".',
        key.value,
      );
      source.note('asset-shape', message, key);
    }
    const own = this.#params(known.get('params'));
    // Parameters are those of one model; another one knows them not, or means something else by them.
    const inherited = ownModel && ownModel.value !== defaults.model?.value ? noParams : defaults.params;
    const params = { ...inherited.values, ...own.values };
    const references = known.get('references');
    const take = known.get('take');
    const keep = known.get('keep');
    const axes = this.#axes(known.get('matrix'));
    const each = this.#textOf(known.get('each'), 'each');
    const values = this.#values(known.get('values'));
    const whole = {
      params: Object.fromEntries(
        Object.entries(params).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value] as const],
        ),
      ),
      paramRanges: { ...inherited.ranges, ...own.ranges },
      style: known.has('style') ? this.#templateOf(known.get('style'), 'style') : defaults.style,
      references: references ? this.#references(references) : [],
      take: take ? (source.wholeNumber(take.node, 'take', 1, 1_000_000) ?? 1) : 1,
      keep: keep ? (source.truth(keep.node, 'keep') ?? false) : false,
      alt: this.#templateOf(known.get('alt'), 'alt'),
      derivatives: this.#derivatives(known),
      axes,
      exclude: this.#exclude(known.get('exclude'), axes),
      values,
      each,
    };
    if (axes.length > 0 && each)
      source.note('asset-shape', wording('Use either "matrix" or "each", not both.'), each);
    return file && prompt && model ? { name: key, file, prompt, model, ...whole } : undefined;
  }

  #known(
    entries: readonly SourceEntry[],
    keys: readonly string[],
    what: WordingValue,
  ): Map<string, SourceEntry> {
    const found = new Map<string, SourceEntry>();
    for (const entry of entries) {
      if (keys.includes(entry.key.value)) found.set(entry.key.value, entry);
      else {
        const message = wording(
          '"{0}" isn\'t a key of {1}. Known keys: {2}.',
          entry.key.value,
          what,
          keys.join(', '),
        );
        this.#source.note('asset-shape', message, entry.key);
      }
    }
    return found;
  }

  #textOf(entry: SourceEntry | undefined, what: string): SourceText | undefined {
    const text = entry && this.#source.text(entry.node, `"${what}"`);
    if (text?.value.trim() === '') this.#source.note('asset-shape', wording('"{0}" is empty.', what), text);
    return text;
  }

  #templateOf(entry: SourceEntry | undefined, what: string): WishText | undefined {
    const text = entry && this.#source.text(entry.node, `"${what}"`);
    return text && this.#template(text, text.range);
  }

  #template({ value }: Pick<SourceText, 'value'>, range: SourceRange): WishText | undefined {
    const template = parseTemplate(value);
    if ('wrong' in template) {
      const message = wording(
        'Braces contain the name of a variable, not "{0}". For a brace, write "{{".',
        template.wrong,
      );
      this.#source.note('asset-variable', message, range);
      return undefined;
    }
    return { template, range };
  }

  #prompt(entry: SourceEntry | undefined): WishText | undefined {
    if (!entry) return undefined;
    const { node } = entry;
    if (!isMapping(node)) return this.#filled(this.#templateOf(entry, 'prompt'));
    const source = this.#source;
    const file = this.#known(source.entries(node, 'prompt') ?? [], ['file'], 'prompt').get('file');
    const text = this.#textOf(file, 'file');
    if (!file)
      source.note(
        'asset-shape',
        wording('A prompt must be text, or "file:" with the path of a text file.'),
        node,
      );
    const content = text && this.fileText(text, maximumPromptFileBytes);
    if (content === undefined || !text) return undefined;
    const bare = content.replace(/^\uFEFF/, '').replace(/^---\r?\n[\s\S]*?\r?\n---[^\S\n]*(?:\r?\n|$)/, '');
    return this.#filled(this.#template({ value: bare }, text.range));
  }

  #filled(text: WishText | undefined): WishText | undefined {
    if (text?.template.parts.every(part => typeof part === 'string' && part.trim() === '') === true) {
      this.#source.note('asset-shape', wording('The prompt is empty.'), text.range);
      return undefined;
    }
    return text;
  }

  /** The text of a file that the manifest names; what is wrong with it is noted. */
  fileText(named: SourceText, maximumBytes: number): string | undefined {
    const found = packagePath(named.value);
    if ('wrong' in found) {
      this.#source.note('asset-path', wording('The path "{0}" {1}.', named.value, found.wrong), named);
      return undefined;
    }
    const read = this.#files.readText(found.path, maximumBytes);
    if ('text' in read) return read.text;
    this.#source.note(
      'asset-file',
      wording('The file "{0}" {1}.', found.path, unreadableText(read.problem)),
      named,
    );
    return undefined;
  }

  #params(entry: SourceEntry | undefined): Params {
    const entries = entry && this.#source.entries(entry.node, 'params');
    if (!entries) return noParams;
    for (const { key } of entries) {
      if (key.value === 'referenceMediaItems')
        this.#source.note('asset-shape', wording('List input files under "references:".'), key);
    }
    return {
      values: Object.fromEntries(
        entries.map(({ key, node }) => [
          key.value,
          this.#source.value(node, wording('The parameter "{0}"', key.value)),
        ]),
      ),
      ranges: Object.fromEntries(entries.map(({ key }) => [key.value, key.range])),
    };
  }

  #references({ node }: SourceEntry): WishText[] {
    const source = this.#source;
    const items = source.items(node, '"references"') ?? [];
    if (items.length > maximumReferences)
      source.note(
        'asset-bounds',
        wording('An asset can have up to {0} references.', maximumReferences),
        node,
      );
    return items.flatMap(item => {
      if (isMapping(item)) {
        const message = wording(
          "A reference must be the path of a file in the package. Other assets can't be used yet.",
        );
        source.note('asset-shape', message, item);
        return [];
      }
      const text = source.text(item, wording('A reference'));
      return (text && this.#template(text, text.range)) ?? [];
    });
  }

  #axes(entry: SourceEntry | undefined): Axis[] {
    const source = this.#source;
    const entries = entry && source.entries(entry.node, 'matrix');
    if (!entries) return [];
    return entries.map(({ key, node }) => {
      const values = source.texts(node, `"${key.value}"`) ?? [];
      if (values.length === 0) source.note('asset-shape', wording('"{0}" has no values.', key.value), key);
      if (values.length > maximumAxisValues)
        source.note(
          'asset-bounds',
          wording('"{0}" has more than {1} values.', key.value, maximumAxisValues),
          key,
        );
      const doubled = values.find(
        ({ value }, index) => values.findIndex(each => each.value === value) < index,
      );
      if (doubled) source.note('asset-variable', wording('"{0}" is listed twice.', doubled.value), doubled);
      return { name: key, values };
    });
  }

  #exclude(entry: SourceEntry | undefined, axes: readonly Axis[]): Record<string, string>[] {
    if (!entry) return [];
    const source = this.#source;
    return (source.items(entry.node, '"exclude"') ?? []).flatMap(item => {
      const pairs = source.entries(item, wording('an exclusion'));
      if (!pairs) return [];
      const excluded: Record<string, string> = {};
      for (const { key, node } of pairs) {
        const axis = axes.find(({ name }) => name.value === key.value);
        const value = source.text(node, `"${key.value}"`);
        if (!axis) source.note('asset-variable', wording('The matrix has no "{0}".', key.value), key);
        else if (value && !axis.values.some(each => each.value === value.value))
          source.note('asset-variable', wording('"{0}" has no value "{1}".', key.value, value.value), value);
        if (value) excluded[key.value] = value.value;
      }
      return [excluded];
    });
  }

  #values(entry: SourceEntry | undefined): Entry['values'] {
    const source = this.#source;
    const entries = entry && source.entries(entry.node, 'values');
    return (entries ?? []).map(({ key, node }) => ({
      value: key,
      variables: (source.entries(node, wording('the values of "{0}"', key.value)) ?? []).flatMap(
        ({ key: name, node: inner }) => {
          const value = source.text(inner, `"${name.value}"`);
          return value ? [{ name, value: value.value }] : [];
        },
      ),
    }));
  }

  #derivatives(known: ReadonlyMap<string, SourceEntry>): Derivatives {
    const source = this.#source;
    const oneOf = (key: string, pattern: RegExp, what: WordingValue): string | undefined => {
      const entry = known.get(key);
      const text = entry && source.text(entry.node, `"${key}"`);
      if (text && !pattern.test(text.value))
        source.note('asset-shape', wording('"{0}" is {1}.', key, what), text);
      return text?.value;
    };
    const size = oneOf(
      'size',
      /^[1-9]\d{0,4}x[1-9]\d{0,4}$/,
      wording('a width and a height, such as 1600x900'),
    );
    const set = oneOf('set', /^(?:favicon|og)$/, wording('favicon or og'));
    const placeholder = oneOf('placeholder', /^thumbhash$/, 'thumbhash');
    const widthsEntry = known.get('widths');
    const widths =
      widthsEntry &&
      source
        .items(widthsEntry.node, '"widths"')
        ?.flatMap(item => source.wholeNumber(item, wording('A width'), 1, 20_000) ?? []);
    const formatsEntry = known.get('formats');
    const formats = formatsEntry && source.texts(formatsEntry.node, '"formats"');
    for (const format of formats ?? []) {
      if (!/^(?:webp|avif|png|jpg)$/.test(format.value))
        source.note('asset-shape', wording('A format must be webp, avif, png, or jpg.'), format);
    }
    const posterEntry = known.get('poster');
    const poster = posterEntry && source.truth(posterEntry.node, '"poster"');
    return {
      ...(size !== undefined && { size }),
      ...(widths && { widths }),
      ...(formats && { formats: formats.map(({ value }) => value) }),
      ...(set !== undefined && { set }),
      ...(placeholder !== undefined && { placeholder }),
      ...(poster !== undefined && { poster }),
    };
  }
}

function isMapping(node: Node | undefined): boolean {
  return isMap(node);
}

export function unreadableText(problem: Unreadable): Wording {
  switch (problem) {
    case 'missing':
      return wording("doesn't exist");
    case 'outside':
      return wording('is outside the folder of the manifest');
    case 'notFile':
      return wording("isn't a file");
    case 'tooLarge':
      return wording('is too large');
    case 'notText':
      return wording("isn't UTF-8 text");
  }
}
