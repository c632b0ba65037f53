/** What the page knows, as a pure function of what the host has said. */
import type {
  GalleryDetailsDto,
  GalleryFrameDto,
  GalleryHostMessage,
  GalleryTileDto,
} from '../../shared/gallery.ts';

export interface GalleryState {
  /** Number of the last message that was taken in. */
  readonly sequence: number;
  readonly frame: GalleryFrameDto | undefined;
  /** The look that the rows answer; 0 before the first answer. */
  readonly look: number;
  readonly total: number;
  readonly isMore: boolean;
  /** The rows that are here are those from `offset` on. */
  readonly offset: number;
  readonly rows: readonly GalleryTileDto[];
  readonly details: GalleryDetailsDto | undefined;
  /** A message was missed: everything has to be asked for again. */
  readonly isStale: boolean;
}

export const initialState: GalleryState = {
  sequence: 0,
  frame: undefined,
  look: 0,
  total: 0,
  isMore: false,
  offset: 0,
  rows: [],
  details: undefined,
  isStale: false,
};

const messageTypes: Readonly<Record<GalleryHostMessage['type'], true>> = {
  frame: true,
  rows: true,
  details: true,
  thumbnail: true,
  ids: true,
};

/** Whether this is a message of the host, as far as its type and its number tell. */
export function isHostMessage(value: unknown): value is GalleryHostMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { type, sequence } = value as { type?: unknown; sequence?: unknown };
  return typeof type === 'string' && Object.hasOwn(messageTypes, type) && Number.isSafeInteger(sequence);
}

/** The tile at a place in the list; undefined while it is not here. */
export function tileAt({ offset, rows }: GalleryState, index: number): GalleryTileDto | undefined {
  return rows[index - offset];
}

/**
 * The state after a message of the host.
 * @param look the last one that the page has asked for; answers to earlier ones come too late
 * @param detailsOf whose details are shown
 */
export function reduce(
  state: GalleryState,
  message: GalleryHostMessage,
  look: number,
  detailsOf: string,
): GalleryState {
  // The host begins to count anew when the page has asked for everything.
  const isFirst = message.sequence === 1;
  if (!isFirst && (state.isStale || message.sequence <= state.sequence)) return state;
  if (!isFirst && message.sequence !== state.sequence + 1) return { ...state, isStale: true };
  const next = { ...state, sequence: message.sequence, isStale: false };
  switch (message.type) {
    case 'frame':
      return { ...next, frame: message.frame };
    case 'rows': {
      if (message.look !== look) return next;
      const { total, isMore, offset, rows } = message;
      return { ...next, look, total, isMore, offset, rows };
    }
    case 'details':
      return message.taskId === detailsOf ? { ...next, details: message.details } : next;
    case 'thumbnail':
      return withThumbnail(next, message.taskId, message.index, message.address);
    case 'ids':
      return next;
  }
}

function withThumbnail(state: GalleryState, taskId: string, index: number, thumbnail: string): GalleryState {
  const changed = (tile: GalleryTileDto): GalleryTileDto =>
    tile.taskId === taskId && tile.file?.index === index
      ? { ...tile, file: { ...tile.file, thumbnail } }
      : tile;
  const details = state.details && {
    ...state.details,
    ancestors: state.details.ancestors.map(changed),
    variants: state.details.variants.map(changed),
    guesses: state.details.guesses.map(changed),
  };
  return { ...state, details, rows: state.rows.map(changed) };
}
