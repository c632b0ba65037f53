import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { RivyaClient } from '../../api/client.ts';
import type { ReferenceMediaItem } from '../../api/resources/generations.ts';
import type { Model } from '../../api/resources/models.ts';
import { recognise, recogniseBytes } from '../../core/assets/mediaType.ts';
import type { InputFile, InputProblem } from '../../core/generate/inputRules.ts';
import type { InputRefusal } from '../../core/generate/resolveRequest.ts';
import { uploadedItem } from '../../core/generate/uploadedItem.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { UserError } from '../messages/errors.ts';
import { actions } from '../messages/message.ts';
import { plain } from '../messages/plain.ts';
import { withProgress } from '../messages/progress.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { l10n } from '../text/l10n.ts';

/** A file that was looked at, and can be read when it is to be sent. */
export interface LocalInput extends InputFile {
  readonly uri: vscode.Uri;
  readonly read: () => Promise<Blob>;
}

/** No model takes more (rivya-api.md 4); files on other machines are not fetched only to be refused. */
const largestInput = 200_000_000;

/**
 * Looks at files without sending anything: what they are by their own bytes, and how large.
 * @throws UserError for one that cannot be read
 */
export async function inspectInputs(uris: readonly vscode.Uri[]): Promise<LocalInput[]> {
  return Promise.all(uris.map(uri => inspectInput(uri)));
}

async function inspectInput(uri: vscode.Uri): Promise<LocalInput> {
  const name = uri.path.split('/').at(-1) ?? '';
  try {
    // On this machine the file is streamed; elsewhere there is no other way than through memory.
    if (uri.scheme === 'file') {
      const type = await recognise(uri.fsPath);
      const { size } = await stat(uri.fsPath);
      const mediaType = type?.mediaType ?? '';
      return {
        uri,
        name,
        bytes: size,
        kind: type?.kind,
        mediaType,
        read: () => openAsBlob(uri.fsPath, { type: mediaType }),
      };
    }
    const { size } = await vscode.workspace.fs.stat(uri);
    const bytes = size > largestInput ? new Uint8Array() : await vscode.workspace.fs.readFile(uri);
    const type = await recogniseBytes(bytes);
    const mediaType = type?.mediaType ?? '';
    const read = (): Promise<Blob> => Promise.resolve(new Blob([new Uint8Array(bytes)], { type: mediaType }));
    return { uri, name, bytes: size, kind: type?.kind, mediaType, read };
  } catch (error) {
    throw new UserError(l10n.t('Couldn\'t read "{0}". Nothing was sent or charged.', name), [], {
      cause: error,
    });
  }
}

/** Says why a model does not take the files; nothing was sent. */
export function refusedInputsError(refusal: InputRefusal): UserError {
  const name = modelName(refusal.model);
  if (refusal.type === 'inputsWrong') return new UserError(problemText(name, refusal.problem));
  return new UserError(
    l10n.t("{0} doesn't accept input files. Choose another model. Nothing was charged.", name),
    [actions().chooseModel],
  );
}

function problemText(model: string, problem: InputProblem): string {
  const { t } = l10n;
  const file = 'file' in problem ? plain(problem.file.name, 'value') : '';
  switch (problem.reason) {
    case 'none':
      return t('{0} needs an input file. Nothing was charged.', model);
    case 'count':
      return t(
        '{0} accepts up to {1} input files, and you selected {2}. Nothing was sent or charged.',
        model,
        problem.maximum,
        problem.count,
      );
    case 'kind':
      return t(
        '{0} doesn\'t accept "{2}". It accepts these kinds of files: {1}. Nothing was sent or charged.',
        model,
        problem.kinds.map(kind => mediaKindLabels(kind).name).join(', '),
        file,
      );
    case 'size':
      return t(
        '"{0}" is {1} MB. The limit of {2} is {3} MB. Nothing was sent or charged.',
        file,
        megabytes(problem.file.bytes),
        model,
        megabytes(problem.maximumBytes),
      );
    case 'type':
      return t(
        '"{0}" has the type {1}. {2} accepts {3}. Nothing was sent or charged.',
        file,
        problem.file.mediaType,
        model,
        problem.mediaTypes.join(', '),
      );
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toLocaleString(l10n.language, { maximumFractionDigits: 1 });
}

/**
 * Sends the files, which costs nothing, with a progress that can be cancelled.
 * @returns what goes into `params.referenceMediaItems` (rivya-api.md 2)
 * @throws vscode.CancellationError, RivyaError; no job was made then
 */
export async function uploadInputs(
  { files }: Pick<RivyaClient, 'files'>,
  model: Model,
  inputs: readonly LocalInput[],
): Promise<ReferenceMediaItem[]> {
  const total = inputs.reduce((sum, input) => sum + input.bytes, 0);
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: l10n.t('Uploading input files to Rivya...'),
    cancellable: true,
  };
  return withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort(new vscode.CancellationError()));
    const items: ReferenceMediaItem[] = [];
    try {
      for (const input of inputs) {
        let sent = 0;
        const onProgress = (now: number): void => {
          const part = Math.min(now, input.bytes);
          // A repeated upload starts over; the bar does not go back.
          if (part > sent) progress.report({ message: input.name, increment: ((part - sent) / total) * 100 });
          sent = Math.max(sent, part);
        };
        items.push(await uploadOne(files, model, input, abort.signal, onProgress));
      }
      return items;
    } finally {
      subscription.dispose();
    }
  });
}

async function uploadOne(
  files: RivyaClient['files'],
  model: Model,
  { name, kind = 'image', mediaType, read }: LocalInput,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<ReferenceMediaItem> {
  const upload = { kind, name, type: mediaType, data: await read(), model: model.id };
  const item = uploadedItem(await files.upload(upload, { signal, onProgress }), { name, kind, mediaType });
  if (!item) {
    throw new UserError(
      l10n.t(
        'Rivya received "{0}" but returned no URL for it. Try again. Nothing was charged.',
        plain(name, 'value'),
      ),
      [actions().showLog],
    );
  }
  return item;
}
