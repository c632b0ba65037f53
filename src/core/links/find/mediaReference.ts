import type { AddressWriting } from './writeAddress.ts';
import { inputExtensions } from '../../generate/inputRules.ts';
import type { PixelSize } from '../../generate/shape.ts';
import type { MediaKind } from '../../../shared/task.ts';

/** UTF-16 offsets; `end` is exclusive. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** How an address stands in its document: as a URL, which is percent-encoded, or as the path of a file. */
export type AddressForm = 'url' | 'file';

/** What is found where a document refers to a media file. */
export interface MediaReference {
  readonly kind: MediaKind;
  /** The whole of it: the image, the tag, the call, the declaration's `url()`. */
  readonly range: TextSpan;
  /** What is to be replaced when it gets another address. */
  readonly address: TextSpan;
  /** The address as its language means it, without the language's escapes; URLs are still encoded. */
  readonly target: string;
  readonly form: AddressForm;
  /** How an address is written at this place. */
  readonly writing: AddressWriting;
  /** The alternative text, where the language has one and it is written; `value` is without escapes. */
  readonly alt?: TextSpan & { readonly value: string };
  /** In pixels, where the document asks for it. */
  readonly size?: PixelSize;
  /** Whether the file is shown or played there; a link to it leads to it only. */
  readonly isShown: boolean;
  /** Whether a path without a dot names a package rather than a file (imports). */
  readonly isModule?: boolean;
  /** Whether it is a tag within Markdown, whose base may be another. */
  readonly isTag?: boolean;
  /** What relative addresses begin with, as a `<base>` says. */
  readonly siteBase?: string;
  /** Where the path may begin, as the document itself says (`\graphicspath`, `imagesdir`). */
  readonly bases?: readonly string[];
}

const kindByExtension: ReadonlyMap<string, MediaKind> = new Map(
  (['image', 'video', 'audio'] as const).flatMap(kind =>
    [...inputExtensions[kind], ...others()[kind]].map(each => [each, kind] as const),
  ),
);

function others(): Readonly<Record<MediaKind, readonly string[]>> {
  return {
    image: ['svg', 'ico', 'tif', 'tiff', 'bmp', 'heic', 'jxl'],
    video: ['ogv', 'm4v'],
    audio: ['oga'],
  };
}

/** The extension of an address in small letters, query and fragment aside; empty when it has none. */
export function extensionOf(target: string): string {
  return /\.([A-Za-z\d]{2,5})$/.exec(withoutQuery(target))?.[1]?.toLowerCase() ?? '';
}

/** What an address leads to by its extension; undefined when that is no image, video or sound. */
export function mediaKindOf(target: string): MediaKind | undefined {
  return kindByExtension.get(extensionOf(target));
}

/** Whether an address names another machine. */
export function isRemote(target: string): boolean {
  return /^(?:https?:)?\/\//i.test(target);
}

function withoutQuery(target: string): string {
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}

/** What a program or a template language puts together when it runs. */
const computed = /[{}*]|\$[\w(]|<[?%]|%[>}]|@\(|^[|&]/;

/**
 * Whether an address can be looked for: it names a file or a page of another machine, is not put together at
 * run time, and holds no data itself.
 */
export function isAddress(target: string): boolean {
  if (target === '' || target.length > 4_000 || computed.test(target) || /[\p{Cc}]/u.test(target))
    return false;
  return isRemote(target) || !/^[a-z][a-z\d+.-]+:/i.test(target);
}

/**
 * The file that an address names, without query, fragment and percent-encoding; undefined for one of another
 * machine.
 */
export function filePathOf({ target, form }: Pick<MediaReference, 'target' | 'form'>): string | undefined {
  if (isRemote(target)) return undefined;
  if (form === 'file') return target;
  const path = withoutQuery(target);
  try {
    return decodeURIComponent(path);
  } catch (error) {
    // "100%.png" is a name, not an escape.
    if (error instanceof URIError) return path;
    throw error;
  }
}
