import type { CreateChatCompletion } from '../../api/chat/chat.ts';
import type { RivyaClient } from '../../api/client.ts';
import { RivyaError } from '../../api/errors/errors.ts';
import type { ChatImages } from './chatImages.ts';
import type { ChatStore } from './chatStore.ts';
import { composeMessage } from './quotation.ts';
import type { AnswerRequest, ImageRecord } from './records.ts';

export interface BodyPorts {
  readonly store: ChatStore;
  readonly images: ChatImages;
  readonly client: RivyaClient;
  readonly signal: AbortSignal;
  /** @param progress 0 to 1 */
  readonly uploading: (image: ImageRecord, progress: number) => void;
  /** Writes into the store, however long that takes. */
  readonly write: (work: () => void) => Promise<void>;
}

/**
 * The body of a question as JSON text; the images that go along are uploaded for it, those that were before
 * are not again.
 * @throws RivyaError for a session without a model, an image that is gone, or an upload that fails
 */
export async function bodyOf(request: AnswerRequest, ports: BodyPorts): Promise<string> {
  const { store } = ports;
  const session = store.session(request.sessionId);
  const question = store.message(request.questionId);
  if (!session?.model || !question) {
    throw new RivyaError('validation', 'The session has no model.', { code: 'chat_model_missing' });
  }
  const attachments: { file_id: string }[] = [];
  for (const image of question.images) {
    attachments.push({ file_id: image.fileId ?? (await upload(image, session.model, request, ports)) });
  }
  const effort = session.reasoningEffort;
  const body: CreateChatCompletion = {
    model: session.model,
    ...(session.remoteId !== undefined && { session_id: session.remoteId }),
    message: composeMessage(question.text, question.contexts),
    ...(attachments.length > 0 && { attachments }),
    ...(session.webSearch && { enable_web_search: true }),
    ...(effort !== undefined &&
      effort !== 'default' && {
        reasoning_effort: effort as NonNullable<CreateChatCompletion['reasoning_effort']>,
      }),
    client_request_id: request.answerId,
  };
  return JSON.stringify(body);
}

async function upload(
  image: ImageRecord,
  model: string,
  { idempotencyKey }: AnswerRequest,
  { client, images, signal, store, uploading, write }: BodyPorts,
): Promise<string> {
  let data: Blob;
  try {
    data = await images.blobOf(image);
  } catch (cause) {
    throw new RivyaError('validation', `The image ${image.name} is gone.`, { code: 'image_gone', cause });
  }
  const file = await client.files.upload(
    { kind: 'image', model, data, name: image.name, type: image.mediaType, client_request_id: image.id },
    {
      signal,
      // Storing a file costs nothing, and the same key makes a repeated upload the same file.
      idempotencyKey: `${idempotencyKey}-${image.id}`,
      onProgress: (sent, total) => uploading(image, total === 0 ? 1 : sent / total),
    },
  );
  await write(() => store.setFileId(image.id, file.id));
  uploading(image, 1);
  return file.id;
}
