/**
 * What the chat page may say to the extension host, once: the schema that checks it at run time is also its
 * type. The page imports this file for its types only, so that the schema is no part of its bundle.
 */
import * as v from 'valibot';

/** Far above what a person does, far below what would hurt the host. In UTF-16 units. */
const longText = v.pipe(v.string(), v.maxLength(1_000_000));
const shortText = v.pipe(v.string(), v.maxLength(2_000));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
/** Ten megabytes of image in base64, and some. */
const base64 = v.pipe(v.string(), v.maxLength(14_100_000), v.regex(/^[\w+/]*={0,2}$/));

const pageMessage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('draft'), text: longText }),
  v.object({ type: v.literal('send'), text: longText }),
  v.object({ type: v.literal('queue'), text: longText }),
  v.object({ type: v.literal('unqueue') }),
  v.object({ type: v.literal('stop') }),
  v.object({ type: v.literal('new') }),
  v.object({ type: v.literal('chooseModel'), model: id }),
  v.object({ type: v.literal('setWebSearch'), on: v.boolean() }),
  v.object({ type: v.literal('setReasoningEffort'), effort: v.pipe(v.string(), v.regex(/^\w{1,20}$/)) }),
  v.object({ type: v.literal('pickImages') }),
  // Pasted or dropped: sent once and kept by the host in a file.
  v.object({ type: v.literal('addImage'), name: shortText, base64 }),
  // Dropped files, as VS Code gives them (`text/uri-list`, `application/vnd.code.uri-list`).
  // `isForeign`: a file manager has named them, so they are addresses of the computer with the screen.
  v.object({
    type: v.literal('addUris'),
    uris: v.pipe(v.array(shortText), v.maxLength(50)),
    isForeign: v.optional(v.boolean()),
  }),
  v.object({ type: v.literal('removeImage'), id }),
  v.object({ type: v.literal('addSelection') }),
  v.object({ type: v.literal('addFile') }),
  v.object({ type: v.literal('removeContext'), id }),
  v.object({ type: v.literal('listSessions'), query: shortText, scope: v.picklist(['workspace', 'all']) }),
  v.object({ type: v.literal('moreSessions') }),
  v.object({ type: v.literal('openSession'), id, origin: v.picklist(['here', 'server']) }),
  v.object({ type: v.literal('renameSession'), id, title: shortText }),
  v.object({ type: v.literal('deleteSession'), id }),
  v.object({ type: v.literal('exportSession'), id }),
  // The changed question becomes the first of a new session that quotes what came before.
  v.object({ type: v.literal('editAndResend'), messageId: id, text: longText }),
  v.object({ type: v.literal('retry'), messageId: id }),
  v.object({ type: v.literal('continueAnswer'), messageId: id }),
  v.object({ type: v.literal('branch'), messageId: id }),
  // The answer that has the keyboard, when the host has asked.
  v.object({ type: v.literal('readAnswer'), messageId: id }),
  // A button at an error; the host knows what it does.
  v.object({ type: v.literal('action'), messageId: id, id }),
  v.object({ type: v.literal('copy'), text: longText }),
  v.object({ type: v.literal('insertCode'), text: longText }),
  v.object({ type: v.literal('saveCode'), text: longText, languageId: v.pipe(v.string(), v.maxLength(100)) }),
  v.object({ type: v.literal('generateImage'), messageId: id, prompt: longText }),
  v.object({ type: v.literal('card'), taskId: id, verb: v.picklist(['insert', 'open', 'reveal']) }),
  v.object({ type: v.literal('openLink'), href: v.pipe(v.string(), v.maxLength(10_000)) }),
  // The welcome page: which way to begin.
  v.object({ type: v.literal('begin'), with: v.picklist(['key', 'sandbox']) }),
]);

/** A message of the page. Whatever is not in the schema does not compile on either side. */
export type ChatPageMessage = Readonly<v.InferOutput<typeof pageMessage>>;

/**
 * Checks a message of the page as if a stranger had sent it.
 * @returns undefined for anything that is not understood
 */
export function readPageMessage(value: unknown): ChatPageMessage | undefined {
  const result = v.safeParse(pageMessage, value);
  return result.success ? result.output : undefined;
}
