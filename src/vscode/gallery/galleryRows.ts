import * as vscode from 'vscode';
import type { Library } from '../../core/assets/library.ts';
import { neutralExtension } from '../../core/assets/resultType.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import type { Lineage } from '../../core/tasks/taskLists.ts';
import type { GalleryDetailsDto, GalleryFileDto, GalleryTileDto } from '../../shared/gallery.ts';
import {
  isRunningState,
  resultFiles,
  type MediaKind,
  type StoredFile,
  type Task,
} from '../../shared/task.ts';
import { creditsLine } from '../messages/chargeText.ts';
import { explain } from '../messages/explain.ts';
import { paidText, paramsOf, stateText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** What rows of the gallery are made with. */
export interface RowParts {
  readonly library: Library;
  /** The address under which the page may load a file. */
  readonly addressOf: (path: string) => string;
  /** What a model is called. */
  readonly nameOf: (model: string) => string;
}

/** A job as a tile. */
export function tileOf(task: Task, parts: RowParts): GalleryTileDto {
  const files = resultFiles(task);
  const [first] = files;
  return {
    taskId: task.id,
    kind: task.kind,
    title: promptTitle(task.prompt),
    model: parts.nameOf(task.model),
    createdAt: task.createdAt,
    look: lookOf(task),
    stateText: stateText(task),
    priceText: paidText(task),
    isFavourite: task.isFavourite,
    file: first && fileDto(first, task.kind, parts),
    files: files.length,
    dragUri: first && vscode.Uri.file(parts.library.pathOf(first.file)).toString(),
  };
}

/** Everything about one job. @param requestId of its last attempt */
export function detailsOf(
  task: Task,
  { ancestors, variants, guesses }: Lineage,
  requestId: string | undefined,
  parts: RowParts,
): GalleryDetailsDto {
  const tiles = (tasks: readonly Task[]): GalleryTileDto[] => tasks.map(each => tileOf(each, parts));
  return {
    tile: tileOf(task, parts),
    prompt: task.prompt,
    files: resultFiles(task).map(each => fileDto(each, task.kind, parts)),
    facts: factsOf(task, requestId, parts),
    problem: task.problem && explain(task.problem, undefined, 'job').text,
    ancestors: tiles(ancestors),
    variants: tiles(variants),
    guesses: tiles(guesses),
  };
}

function factsOf(
  task: Task,
  requestId: string | undefined,
  { nameOf }: RowParts,
): GalleryDetailsDto['facts'] {
  const { t } = l10n;
  const facts: [string, string | undefined][] = [
    [t('Model'), nameOf(task.model)],
    [t('Created'), new Date(task.createdAt).toLocaleString(l10n.language)],
    [t('State'), stateText(task)],
    [t('Cost'), creditsLine(task)],
    ...paramsOf(task),
    [t('Model ID'), task.model],
    [
      t('Task ID'),
      task.remoteId === undefined ? undefined : [task.remoteId, ...task.otherRemoteIds].join(', '),
    ],
    [t('Request ID'), requestId],
  ];
  return facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [{ name, value }]));
}

function fileDto(
  { index, file }: { readonly index: number; readonly file: StoredFile },
  kind: MediaKind,
  { library, addressOf }: RowParts,
): GalleryFileDto {
  const thumbnail = library.thumbnails.find(file);
  return {
    index,
    kind: kindOf(file) ?? kind,
    source: file.extension === neutralExtension ? undefined : addressOf(library.pathOf(file)),
    thumbnail: thumbnail === undefined ? undefined : addressOf(thumbnail),
    mediaType: file.mediaType,
    bytes: file.bytes,
    ...(file.width !== undefined && { width: file.width }),
    ...(file.height !== undefined && { height: file.height }),
  };
}

/** By its own bytes: what was asked for and what came may differ. */
function kindOf({ mediaType }: StoredFile): MediaKind | undefined {
  return (['image', 'video', 'audio'] as const).find(kind => mediaType.startsWith(`${kind}/`));
}

function lookOf(task: Task): GalleryTileDto['look'] {
  if (task.state === 'failed' || task.state === 'unreachable') return 'failed';
  if (isRunningState(task.state)) return 'running';
  if (task.state === 'stored') return 'ready';
  return task.state === 'placed' ? 'placed' : 'ended';
}
