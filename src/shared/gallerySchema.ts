/**
 * What the gallery may say to the extension host, once: the schema that checks it at run time is also its
 * type. The page imports this file for its types only.
 */
import * as v from 'valibot';
import { galleryStates, galleryTimes } from './gallery.ts';

const shortText = v.pipe(v.string(), v.maxLength(2_000));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
/** As many as a person selects at once. */
export const mostSelected = 1_000;
const ids = v.pipe(v.array(id), v.minLength(1), v.maxLength(mostSelected));
const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000));
const place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000_000));
const serial = v.pipe(v.number(), v.integer(), v.minValue(0));

const query = v.object({
  text: shortText,
  kind: v.picklist(['', 'image', 'video', 'audio']),
  model: shortText,
  state: v.picklist(galleryStates),
  time: v.picklist(galleryTimes),
  day: v.pipe(v.string(), v.regex(/^(?:\d{4}-\d\d-\d\d)?$/)),
  workspace: v.boolean(),
  favourites: v.boolean(),
  order: v.picklist(['newest', 'oldest', 'price']),
});

/** The largest picture that is kept as a thumbnail, in bytes. */
export const thumbnailBytes = 65_536;

const pageMessage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  // What the page shows: from this row on. The host answers, and again when something of it changes.
  v.object({ type: v.literal('look'), look: serial, query, offset: place }),
  // Whose details are shown; none when it is empty.
  v.object({ type: v.literal('details'), taskId: v.pipe(v.string(), v.maxLength(200)) }),
  v.object({
    type: v.literal('do'),
    verb: v.picklist([
      ...([
        'insert',
        'open',
        'useAsInput',
        'saveAs',
        'reveal',
        'rerun',
        'vary',
        'edit',
        'copyPrompt',
        'explain',
        'compare',
        'remove',
      ] as const),
    ]),
    taskIds: ids,
  }),
  v.object({ type: v.literal('favourite'), taskIds: ids, on: v.boolean() }),
  v.object({ type: v.literal('undo') }),
  // A selection that reaches beyond the rows that the page has.
  v.object({
    type: v.literal('ids'),
    request: serial,
    query,
    offset: place,
    count: v.pipe(place, v.maxValue(mostSelected)),
  }),
  v.object({
    type: v.literal('thumbnail'),
    taskId: id,
    index,
    bytes: v.pipe(
      v.union([v.instance(ArrayBuffer), v.instance(Uint8Array)]),
      v.check(({ byteLength }) => byteLength > 0 && byteLength <= thumbnailBytes),
    ),
  }),
]);

/** A message of the page. Whatever is not in the schema does not compile on either side. */
export type GalleryPageMessage = Readonly<v.InferOutput<typeof pageMessage>>;

/**
 * Checks a message of the page as if a stranger had sent it.
 * @returns undefined for anything that is not understood
 */
export function readGalleryMessage(value: unknown): GalleryPageMessage | undefined {
  const result = v.safeParse(pageMessage, value);
  return result.success ? result.output : undefined;
}
