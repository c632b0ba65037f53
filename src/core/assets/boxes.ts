/** Reads a part of a file; fewer bytes when it ends before. */
export type ReadPart = (offset: number, length: number) => Promise<Uint8Array>;

/** A box of an ISO media file (MP4, MOV, M4A). Offsets in bytes. */
interface Box {
  readonly type: string;
  readonly start: number;
  readonly contentStart: number;
  /** Exclusive, as the box says; beyond the end of a file that was cut off. */
  readonly end: number;
}

/** More are not looked at, which bounds the time for a file that is no ISO media. */
const mostBoxes = 2_000;

/** The boxes that lie side by side in a range. */
export async function* boxesIn(read: ReadPart, from: number, to: number): AsyncGenerator<Box> {
  let start = from;
  for (let count = 0; start + 8 <= to && count < mostBoxes; count++) {
    const head = Buffer.from(await read(start, 16));
    if (head.length < 8) return;
    const short = head.readUInt32BE(0);
    const isLong = short === 1 && head.length === 16;
    // 0 means: up to the end of the file.
    const size = isLong ? Number(head.readBigUInt64BE(8)) : short === 0 ? to - start : short;
    const contentStart = start + (isLong ? 16 : 8);
    const end = start + size;
    if (end < contentStart) return;
    yield { type: head.toString('latin1', 4, 8), start, contentStart, end };
    start = end;
  }
}

/**
 * Whether an ISO media file has sound and no pictures, whatever its brand says.
 * @returns false when it cannot be told
 */
export async function isSoundOnly(read: ReadPart, bytes: number): Promise<boolean> {
  for await (const box of boxesIn(read, 0, bytes)) {
    if (box.type !== 'moov' || box.end > bytes) continue;
    for await (const track of boxesIn(read, box.contentStart, box.end)) {
      if (track.type === 'trak' && (await handlerOf(read, track)) !== 'soun') return false;
    }
    return true;
  }
  return false;
}

async function handlerOf(read: ReadPart, track: Box): Promise<string | undefined> {
  for await (const media of boxesIn(read, track.contentStart, track.end)) {
    if (media.type !== 'mdia') continue;
    for await (const { type, contentStart } of boxesIn(read, media.contentStart, media.end)) {
      if (type === 'hdlr') return Buffer.from(await read(contentStart + 8, 4)).toString('latin1');
    }
  }
  return undefined;
}
