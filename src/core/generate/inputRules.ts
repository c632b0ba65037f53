import type { Model } from '../../api/resources/models.ts';
import type { MediaKind } from '../../shared/task.ts';
import { unavailable, unusable, type Unusable } from '../models/usableModels.ts';

/** What a model takes of one kind of file. */
export interface KindLimit {
  readonly maximumBytes: number;
  readonly mediaTypes: readonly string[];
}

/** The input files that a model takes. */
export interface InputRules {
  /** Undefined when it is not known; the server decides then. */
  readonly maximumFiles: number | undefined;
  readonly limits: ReadonlyMap<MediaKind, KindLimit>;
}

/** A file that is to be an input, as its bytes describe it. */
export interface InputFile {
  readonly name: string;
  readonly bytes: number;
  /** Undefined when it is not an image, video or audio file. */
  readonly kind: MediaKind | undefined;
  readonly mediaType: string;
}

/** Why files cannot be sent. */
export type InputProblem =
  | { readonly reason: 'none' }
  | { readonly reason: 'count'; readonly maximum: number; readonly count: number }
  | { readonly reason: 'kind'; readonly file: InputFile; readonly kinds: readonly MediaKind[] }
  | { readonly reason: 'size'; readonly file: InputFile; readonly maximumBytes: number }
  | { readonly reason: 'type'; readonly file: InputFile; readonly mediaTypes: readonly string[] };

const megabyte = 1_000_000;

// The limits of POST /files, unless the model says otherwise (rivya-api.md 4).
const defaults: Readonly<Record<MediaKind, KindLimit>> = {
  image: { maximumBytes: 10 * megabyte, mediaTypes: ['image/jpeg', 'image/png', 'image/webp'] },
  video: { maximumBytes: 50 * megabyte, mediaTypes: ['video/mp4', 'video/quicktime', 'video/webm'] },
  audio: {
    maximumBytes: 10 * megabyte,
    mediaTypes: ['audio/mpeg', 'audio/mp4', 'audio/wav', 'audio/x-wav', 'audio/aac', 'audio/ogg'],
  },
};

const allKinds: readonly MediaKind[] = ['image', 'video', 'audio'];

/** The extensions of files that models may take as inputs (rivya-api.md 4), by kind. */
export const inputExtensions: Readonly<Record<MediaKind, readonly string[]>> = {
  image: ['png', 'jpg', 'jpeg', 'webp', 'gif', 'avif'],
  video: ['mp4', 'mov', 'webm', 'mkv'],
  audio: ['mp3', 'm4a', 'wav', 'aac', 'ogg'],
};

/**
 * Which files a model takes. The shape of `reference_media` is not documented (rivya-api.md 1), so every
 * plausible spelling is read, and what is missing has the defaults of the Files API.
 * @returns undefined when it takes none
 */
export function inputRules(model: Model): InputRules | undefined {
  const media = isRecord(model.reference_media) ? model.reference_media : undefined;
  const takesFiles =
    media !== undefined ||
    model.requires_files_api ||
    model.file_kinds.length > 0 ||
    model.supported_api_inputs.includes('file') ||
    model.api_input_status === 'requires_files_api' ||
    model.api_input_status === 'partial_requires_files';
  if (!takesFiles) return undefined;
  const named = kindsIn(first(media, 'kinds', 'file_kinds', 'types')) ?? kindsIn(model.file_kinds);
  const kinds = named ?? kindsIn(Object.keys(media ?? {})) ?? ['image'];
  const entries = first(media, 'limits', 'files', 'rules') ?? media;
  const limits = new Map(kinds.map(kind => [kind, limitOf(kind, entryOf(entries, kind))]));
  return {
    maximumFiles: count(first(media, 'max_files', 'maxFiles', 'max_count', 'maxCount', 'max')),
    limits,
  };
}

/** What a job gives the model besides its prompt. */
export interface Inputs {
  /** The kinds of its input files; undefined when it has none. */
  readonly files?: readonly MediaKind[];
}

/** Why a model cannot be used for a job of this kind with these inputs; undefined when it can. */
export function unusableWith(model: Model, kind: MediaKind, { files }: Inputs): Unusable | undefined {
  if (!files) return unusable(model, kind);
  const reason = unavailable(model, kind);
  if (reason) return reason;
  const rules = inputRules(model);
  return rules && files.every(each => rules.limits.has(each)) ? undefined : 'takesNoFiles';
}

/** The kinds among the files, each once. */
export function kindsOf(files: readonly InputFile[]): MediaKind[] {
  return [...new Set(files.flatMap(file => file.kind ?? []))];
}

function entryOf(entries: unknown, kind: MediaKind): Readonly<Record<string, unknown>> | undefined {
  const found: unknown = Array.isArray(entries)
    ? entries.find((each: unknown) => isRecord(each) && (each['kind'] ?? each['type']) === kind)
    : isRecord(entries)
      ? entries[kind]
      : undefined;
  return isRecord(found) ? found : undefined;
}

function limitOf(kind: MediaKind, entry: Readonly<Record<string, unknown>> | undefined): KindLimit {
  const bytes = count(first(entry, 'max_size_bytes', 'maxSizeBytes', 'max_bytes', 'maxBytes'));
  const megabytes = first(entry, 'max_size_mb', 'maxSizeMb', 'max_mb', 'maxMb', 'max_size');
  const types = first(entry, 'mime_types', 'mimeTypes', 'mime', 'accept', 'media_types');
  const mediaTypes = Array.isArray(types) ? types.filter(each => typeof each === 'string') : [];
  return {
    maximumBytes:
      bytes ?? (typeof megabytes === 'number' ? megabytes * megabyte : defaults[kind].maximumBytes),
    mediaTypes: mediaTypes.length > 0 ? mediaTypes : defaults[kind].mediaTypes,
  };
}

function kindsIn(value: unknown): MediaKind[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const kinds = allKinds.filter(kind => value.includes(kind));
  return kinds.length > 0 ? kinds : undefined;
}

/** The first thing that the server would refuse; undefined when the files can be sent. */
export function inputProblem(
  { maximumFiles, limits }: InputRules,
  files: readonly InputFile[],
): InputProblem | undefined {
  if (files.length === 0) return { reason: 'none' };
  if (maximumFiles !== undefined && files.length > maximumFiles)
    return { reason: 'count', maximum: maximumFiles, count: files.length };
  for (const file of files) {
    const limit = file.kind && limits.get(file.kind);
    if (!limit) return { reason: 'kind', file, kinds: [...limits.keys()] };
    const { maximumBytes, mediaTypes } = limit;
    if (file.bytes > maximumBytes) return { reason: 'size', file, maximumBytes };
    if (!mediaTypes.some(type => standardType(type) === standardType(file.mediaType)))
      return { reason: 'type', file, mediaTypes };
  }
  return undefined;
}

// One type, several spellings in use.
const aliases: Readonly<Record<string, string>> = {
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-m4a': 'audio/mp4',
  'audio/m4a': 'audio/mp4',
  'audio/mp3': 'audio/mpeg',
  'image/jpg': 'image/jpeg',
  'video/x-matroska': 'video/matroska',
};

function standardType(mediaType: string): string {
  const bare = (mediaType.split(';')[0] ?? '').trim().toLowerCase();
  return aliases[bare] ?? bare;
}

function first(record: Readonly<Record<string, unknown>> | undefined, ...keys: string[]): unknown {
  return keys.map(key => record?.[key]).find(value => value !== undefined && value !== null);
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
