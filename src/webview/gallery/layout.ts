/**
 * Where the tiles are, by arithmetic alone: all have one size, so that nothing needs to be measured and a
 * list of any length is as quick as a short one. In pixels.
 */

/** The most tiles that are in the document at once. */
export const mostTiles = 100;
const gap = 8;
const captionHeight = 44;
/** Browsers draw no element that is much higher than 33 million pixels; 100,000 rows stay below it. */
const mostPictureHeight = 240;
/** Rows beside those that are seen, above and below. */
const beside = 1;

export interface GridLayout {
  readonly columns: number;
  readonly tileWidth: number;
  readonly pictureHeight: number;
  /** From the top of one row to the top of the next. */
  readonly rowHeight: number;
  readonly rows: number;
}

/** Rows, from the first to the one before `end`. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/**
 * @param width and `height` of what is seen
 * @param size the width of a tile that is wished for; tiles are larger where too many would be seen
 * @param total how many tiles there are
 */
export function layoutOf(width: number, height: number, size: number, total: number): GridLayout {
  for (let wished = size; ; wished += 8) {
    const columns = Math.max(1, Math.floor((width + gap) / (wished + gap)));
    const tileWidth = Math.max(1, Math.floor((width - gap * (columns - 1)) / columns));
    const pictureHeight = Math.min(mostPictureHeight, Math.round(tileWidth * 0.75));
    const rowHeight = pictureHeight + captionHeight + gap;
    const seen = Math.ceil(height / rowHeight) + 1 + 2 * beside;
    if (columns === 1 || seen * columns <= mostTiles) {
      return { columns, tileWidth, pictureHeight, rowHeight, rows: Math.ceil(total / columns) };
    }
  }
}

/** The rows that have to be in the document. */
export function rowsToDraw({ rowHeight, rows, columns }: GridLayout, top: number, height: number): RowRange {
  const start = Math.max(0, Math.min(rows - 1, Math.floor(top / rowHeight) - beside));
  const end = Math.min(rows, Math.ceil((top + height) / rowHeight) + beside);
  return { start, end: Math.min(end, start + Math.floor(mostTiles / columns)) };
}

/** Where to scroll so that a tile is seen as a whole; the same place when it is. */
export function placeFor(
  { rowHeight, columns }: GridLayout,
  index: number,
  top: number,
  height: number,
): number {
  const start = Math.floor(index / columns) * rowHeight;
  if (start < top) return start;
  return Math.max(top, start + rowHeight - height);
}

/** The tile that a key leads to; undefined for a key that moves nothing. */
export function indexAfter(
  key: string,
  index: number,
  { columns }: GridLayout,
  page: number,
  total: number,
  withControl: boolean,
): number | undefined {
  const rowStart = index - (index % columns);
  const moved: Readonly<Record<string, number>> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index - columns,
    ArrowDown: index + columns,
    PageUp: index - page * columns,
    PageDown: index + page * columns,
    Home: withControl ? 0 : rowStart,
    End: withControl ? total - 1 : rowStart + columns - 1,
  };
  const next = moved[key];
  if (next === undefined || total === 0) return undefined;
  // Up from the first row and down from the last stay where they are; a page goes as far as there is one.
  if (key.startsWith('Arrow') && (next < 0 || next >= total)) {
    const isLastRow = key === 'ArrowDown' && Math.floor((total - 1) / columns) > Math.floor(index / columns);
    return isLastRow ? total - 1 : index;
  }
  return Math.max(0, Math.min(total - 1, next));
}
