import * as vscode from 'vscode';
import { modelFields, type ModelField } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import { placeAt, sketchEntry, type ManifestPlace } from '../../core/assets/manifest/cursor.ts';
import { makeableExtensions } from '../../core/assets/manifest/packagePath.ts';
import { parseTable } from '../../core/assets/manifest/table.ts';
import { fieldName } from '../../core/generate/parameters.ts';
import { modelName, modelsFor, unusable } from '../../core/models/usableModels.ts';
import { PackageFolder } from '../../core/recipes/packageFolder.ts';
import { plain } from '../messages/plain.ts';
import { tooltipOf } from '../messages/tooltip.ts';
import { mediaKindLabels, mediaKinds } from '../text/mediaKindLabels.ts';
import { priceText } from '../text/modelText.ts';
import type { ManifestSchema } from './manifestSchema.ts';
import { l10n } from '../text/l10n.ts';

/** Something that can be written at a place of a manifest. */
export interface Suggestion {
  readonly text: string;
  readonly kind: 'key' | 'value' | 'model' | 'file' | 'variable';
  readonly detail?: string | undefined;
  readonly explanation?: string | undefined;
  /** In which order they are shown. */
  readonly rank: number;
}

/** What suggestions are made from. */
export interface SuggestionParts {
  /** Undefined where another extension completes what stands in the schema. */
  readonly schema: ManifestSchema | undefined;
  readonly models: () => Promise<readonly Model[]>;
  /** Files of the package with these extensions, as paths within it. */
  readonly files: (extensions: readonly string[]) => Promise<readonly string[]>;
  /** The columns of a table of the package. */
  readonly columns: (table: string) => readonly string[];
}

/** Where a text may hold variables. */
const withVariables = new Set(['file', 'prompt', 'style', 'alt', 'references']);

/** What can be written at an offset of a manifest. */
export async function suggestionsAt(
  text: string,
  offset: number,
  parts: SuggestionParts,
): Promise<{ readonly place: ManifestPlace; readonly suggestions: readonly Suggestion[] }> {
  const place = placeAt(text, offset);
  return { place, suggestions: await suggestionsFor(text, place, parts) };
}

async function suggestionsFor(
  text: string,
  place: ManifestPlace,
  { schema, models, files, columns }: SuggestionParts,
): Promise<readonly Suggestion[]> {
  const { path, isValue, variable } = place;
  const [top, name, key, parameter] = path;
  const isOfEntry = top === 'assets' && name !== undefined;
  if (isValue && isOfEntry && variable !== undefined && key !== undefined && withVariables.has(key)) {
    const { variables, each } = sketchEntry(text, name);
    const all = new Set([...variables, ...(each === undefined ? [] : columns(each))]);
    return [...all].map((variableName, rank) => ({ text: variableName, kind: 'variable', rank }));
  }
  const own = isOfEntry ? path.slice(2) : top === 'defaults' ? path.slice(1) : [];
  const [inner, field] = own;
  if (isValue && inner === 'model' && own.length === 1) return modelSuggestions(await models());
  if (inner === 'params' && (isValue ? own.length === 2 : own.length === 1)) {
    const sketch = sketchEntry(text, isOfEntry ? name : '');
    const model = (await models()).find(({ id }) => id === sketch.model);
    if (!model) return [];
    return isValue ? optionSuggestions(model, field ?? '') : fieldSuggestions(model);
  }
  if (isValue && isOfEntry) {
    const extensions =
      key === 'references'
        ? makeableExtensions
        : key === 'each'
          ? ['csv']
          : key === 'prompt' && parameter === 'file'
            ? ['md', 'txt']
            : undefined;
    if (extensions && (key === 'references') === place.isItem)
      return (await files(extensions)).map((file, rank) => ({ text: file, kind: 'file', rank }));
  }
  return schema ? schemaSuggestions(place, schema) : [];
}

async function schemaSuggestions(
  { path, isValue }: ManifestPlace,
  schema: ManifestSchema,
): Promise<Suggestion[]> {
  const { keys, values } = await schema.at(path);
  return isValue
    ? values.map((text, rank) => ({ text, kind: 'value', rank }))
    : keys.map(({ key, description }, rank) => ({ text: key, kind: 'key', explanation: description, rank }));
}

/** By kind, and the cheapest first; those that nothing can be made with are left out. */
function modelSuggestions(models: readonly Model[]): Suggestion[] {
  const usable = mediaKinds.flatMap(kind =>
    modelsFor(models, kind, 'price')
      .filter(model => {
        const reason = unusable(model, kind);
        return reason === undefined || reason === 'needsFiles';
      })
      .map(model => ({ kind, model })),
  );
  return usable.map(({ kind, model }, rank) => ({
    text: model.id,
    kind: 'model',
    detail: `${mediaKindLabels(kind).name} · ${priceText(model)}`,
    explanation: modelName(model),
    rank,
  }));
}

function fieldSuggestions(model: Model): Suggestion[] {
  return modelFields(model)
    .filter(({ key }) => key !== 'prompt' && key !== 'referenceMediaItems')
    .map((field, rank) => ({
      text: field.key,
      kind: 'key',
      detail: rangeText(field),
      explanation: field.description ?? fieldName(field),
      rank,
    }));
}

function optionSuggestions(model: Model, key: string): Suggestion[] {
  const field = modelFields(model).find(each => each.key === key);
  if (!field) return [];
  const values = field.type === 'boolean' ? ['true', 'false'] : field.options.map(({ value }) => value);
  return values.map((text, rank) => ({
    text,
    kind: 'value',
    detail: String(field.default) === text ? l10n.t('model default') : undefined,
    rank,
  }));
}

/** What a parameter can be, in short. */
export function rangeText({ options, min, max, default: preset }: ModelField): string {
  const values =
    options.length > 0
      ? options.map(({ value }) => value).join(', ')
      : min !== undefined && max !== undefined
        ? `${min}–${max}`
        : '';
  return [values, preset === undefined ? '' : l10n.t('default {0}', String(preset))]
    .filter(Boolean)
    .join(' · ');
}

/** The columns that a table of a package has; none of one that cannot be read. */
export function columnsOf(root: string, table: string): readonly string[] {
  const read = new PackageFolder(root).readText(table, 1_000_000);
  const found = 'text' in read ? parseTable(read.text, 10_000) : undefined;
  return found && 'columns' in found ? found.columns : [];
}

/** A text that means something else to YAML when it stands alone. */
const needsQuotes =
  /^$|^[\s\-?:,[\]{}#&*!|>'"%@`]|[:#]\s|\s$|^(?:true|false|null|yes|no|on|off|~|[\d.+-][\d.eE+_-]*)$/i;

/** A suggestion as VS Code shows it. */
export function completionItem(
  document: vscode.TextDocument,
  offset: number,
  place: ManifestPlace,
  { text, kind, detail, explanation, rank }: Suggestion,
): vscode.CompletionItem {
  const kinds = vscode.CompletionItemKind;
  const item = new vscode.CompletionItem(
    plain(text, 'label'),
    {
      key: kinds.Property,
      value: kinds.Value,
      model: kinds.EnumMember,
      file: kinds.File,
      variable: kinds.Variable,
    }[kind],
  );
  if (detail !== undefined && detail !== '') item.detail = plain(detail, 'description');
  if (explanation !== undefined) item.documentation = tooltipOf([explanation]);
  const start = kind === 'variable' ? offset - (place.variable?.length ?? 0) : place.start;
  item.range = new vscode.Range(document.positionAt(start), document.positionAt(offset));
  item.filterText = text;
  const isQuoted = kind === 'file' && needsQuotes.test(text);
  item.insertText =
    kind === 'key' ? `${text}: ` : kind === 'variable' ? `${text}}` : isQuoted ? JSON.stringify(text) : text;
  // What comes next can be chosen as well.
  if (kind === 'key') item.command = { command: 'editor.action.triggerSuggest', title: '' };
  item.sortText = String(rank).padStart(6, '0');
  return item;
}
