import { AskedThread } from '../../base/askedThread.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { pictureHead, type PictureFormat, type PictureHead } from './pictureHead.ts';
import type { MediaAnswer, MediaQuestion, MediaThreadData } from './mediaThread.ts';

/** Why no picture was made. */
export type MediaProblemCode =
  /** It is none of the formats that can be read here. */
  | 'format'
  /** It has more pixels or bytes than are worked on. */
  | 'size'
  /** It carries a C2PA manifest, which a new file would not have. */
  | 'signed'
  /** It moves, and would not any more. */
  | 'animated'
  /** Its bytes are not what they say. */
  | 'damaged'
  /** It took too long, or the thread has ended. */
  | 'ended';

/** A picture could not be made of another, for a reason that is known. */
export class MediaProblem extends Error {
  override readonly name = 'MediaProblem';
  readonly code: MediaProblemCode;

  constructor(code: MediaProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A picture as it is given away. */
export interface Picture {
  /** For example `image/jpeg`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What is decoded, in pixels and bytes: 64 megapixels are 256 MB while they are worked on. */
const mostPixels = 64_000_000;
const mostFileBytes = 100 * 1024 ** 2;
const idleMs = 30_000;
/** On a slow machine 64 megapixels take a quarter of it. */
const mostMs = 60_000;

const preview = { to: 'jpeg', longest: 768, quality: 80, mostBytes: 200_000 } as const;
/** High enough that nobody sees what a second compression takes. */
const convertedQuality = 92;

export interface PicturesOptions {
  /** The program of the thread, `mediaThread` as it is or as it was built. */
  readonly threadFile: string;
  /** The folder with the files of `CodecFile`. */
  readonly codecs: string;
  readonly clock: Clock;
}

/**
 * Makes pictures of pictures, in a thread of its own, one at a time. What is damaged, too large or takes too
 * long ends the thread at most; the next picture starts another.
 */
export class Pictures implements Disposable {
  readonly #thread: AskedThread<MediaQuestion, MediaAnswer>;
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();
  #isDisposed = false;

  constructor({ threadFile, codecs, clock }: PicturesOptions) {
    const data: MediaThreadData = { codecs };
    this.#thread = new AskedThread({ file: threadFile, data, name: 'pictures', idleMs, clock });
    this.#clock = clock;
  }

  /** Whether its thread is there. */
  get isRunning(): boolean {
    return this.#thread.isRunning;
  }

  /**
   * A small JPEG to look at: at most 768 pixels and 200 KB.
   * @throws MediaProblem
   */
  async preview(bytes: Uint8Array): Promise<Picture> {
    return this.#make(bytes, requireHead(bytes), preview);
  }

  /**
   * The same picture in another format. What is signed or moves stays what it is.
   * @throws MediaProblem
   */
  async convert(bytes: Uint8Array, to: PictureFormat): Promise<Picture> {
    const head = requireHead(bytes);
    if (head.isSigned)
      throw new MediaProblem('signed', 'A picture with a C2PA manifest is not written anew.');
    if (head.isAnimated) throw new MediaProblem('animated', 'A picture that moves is not written anew.');
    const wanted = { to, longest: undefined, quality: convertedQuality, mostBytes: undefined };
    return this.#make(bytes, head, wanted);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#thread.dispose();
  }

  #make(
    bytes: Uint8Array,
    { format, width, height }: PictureHead,
    wanted: Pick<MediaQuestion, 'to' | 'longest' | 'quality' | 'mostBytes'>,
  ): Promise<Picture> {
    const made = this.#last.then(() => this.#answer({ bytes, format, width, height, ...wanted }));
    this.#last = made.catch(() => undefined);
    return made.then(answer => ({ mediaType: `image/${wanted.to}`, bytes: answer.bytes }));
  }

  async #answer(question: MediaQuestion): Promise<MediaAnswer> {
    if (this.#isDisposed) throw new MediaProblem('ended', 'No picture is made any more.');
    const limit = this.#clock.after(mostMs, () =>
      this.#thread.end(new MediaProblem('ended', 'A picture has taken too long.')),
    );
    try {
      return await this.#thread.ask(question);
    } catch (error) {
      if (error instanceof MediaProblem) throw error;
      // Its thread lives when it could say what is wrong; what is left in its memory is unknown all the same.
      const isDamaged = this.#thread.isRunning;
      if (isDamaged) this.#thread.dispose();
      const message = isDamaged ? 'A picture could not be read.' : 'The thread of the pictures has ended.';
      throw new MediaProblem(isDamaged ? 'damaged' : 'ended', message, { cause: error });
    } finally {
      limit.dispose();
    }
  }
}

/** @throws MediaProblem before anything is decoded */
function requireHead(bytes: Uint8Array): PictureHead {
  const head = pictureHead(bytes);
  if (!head) throw new MediaProblem('format', 'Only PNG, JPEG and WebP can be read here.');
  if (head.width * head.height > mostPixels || bytes.length > mostFileBytes)
    throw new MediaProblem('size', `A picture of ${head.width} x ${head.height} pixels is too large.`);
  return head;
}
