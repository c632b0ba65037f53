import * as v from 'valibot';
import type { ChatPageMessage } from '../../shared/chat.ts';

/** What the page may say at most: far above what a person does, far below what would hurt the host. In UTF-16 units. */
const longText = v.pipe(v.string(), v.maxLength(1_000_000));
const shortText = v.pipe(v.string(), v.maxLength(2_000));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
/** Ten megabytes of image in base64, and some. */
const base64 = v.pipe(v.string(), v.maxLength(14_100_000), v.regex(/^[\w+/]*={0,2}$/));
const scope = v.picklist(['workspace', 'all']);

const pageMessage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('draft'), text: longText }),
  v.object({ type: v.literal('send'), text: longText }),
  v.object({ type: v.literal('stop') }),
  v.object({ type: v.literal('new') }),
  v.object({ type: v.literal('chooseModel'), model: id }),
  v.object({ type: v.literal('setWebSearch'), on: v.boolean() }),
  v.object({ type: v.literal('setReasoningEffort'), effort: v.pipe(v.string(), v.regex(/^\w{1,20}$/)) }),
  v.object({ type: v.literal('pickImages') }),
  v.object({ type: v.literal('addImage'), name: shortText, base64 }),
  v.object({ type: v.literal('addUris'), uris: v.pipe(v.array(shortText), v.maxLength(50)) }),
  v.object({ type: v.literal('removeImage'), id }),
  v.object({ type: v.literal('addSelection') }),
  v.object({ type: v.literal('addFile') }),
  v.object({ type: v.literal('removeContext'), id }),
  v.object({ type: v.literal('listSessions'), query: shortText, scope }),
  v.object({ type: v.literal('moreSessions') }),
  v.object({ type: v.literal('openSession'), id, origin: v.picklist(['here', 'server']) }),
  v.object({ type: v.literal('renameSession'), id, title: shortText }),
  v.object({ type: v.literal('deleteSession'), id }),
  v.object({ type: v.literal('exportSession'), id }),
  v.object({ type: v.literal('editAndResend'), messageId: id, text: longText }),
  v.object({ type: v.literal('retry'), messageId: id }),
  v.object({ type: v.literal('continueAnswer'), messageId: id }),
  v.object({ type: v.literal('branch'), messageId: id }),
  v.object({ type: v.literal('action'), messageId: id, id }),
  v.object({ type: v.literal('copy'), text: longText }),
  v.object({ type: v.literal('insertCode'), text: longText }),
  v.object({ type: v.literal('saveCode'), text: longText, languageId: v.pipe(v.string(), v.maxLength(100)) }),
  v.object({ type: v.literal('generateImage'), messageId: id, prompt: longText }),
  v.object({ type: v.literal('card'), taskId: id, verb: v.picklist(['insert', 'open', 'reveal']) }),
  v.object({ type: v.literal('openLink'), href: v.pipe(v.string(), v.maxLength(10_000)) }),
  v.object({ type: v.literal('begin'), with: v.picklist(['key', 'sandbox']) }),
]);

/** Reads what the page says as if a stranger had said it. @returns undefined for anything that is not understood */
export function readPageMessage(value: unknown): ChatPageMessage | undefined {
  const result = v.safeParse(pageMessage, value);
  return result.success ? result.output : undefined;
}
