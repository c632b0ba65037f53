/** What people paste and drop: images by their bytes, files by their addresses. */
import { post } from './common/host.ts';

/** No model takes more (rivya-api.md 4); the host checks the limit of the model itself. In bytes. */
const maximumImageSize = 30_000_000;

/** VS Code's own list, which keeps addresses of remote workspaces. */
const ownUriType = 'application/vnd.code.uri-list';
/** In the order of preference. */
const uriTypes = [ownUriType, 'text/uri-list'] as const;

/**
 * Sends on what can be used. Returns the names of the images that are too large, or undefined when there was
 * nothing to use.
 */
export async function attach(data: DataTransfer): Promise<readonly string[] | undefined> {
  const images = [...data.files].filter(file => file.type.startsWith('image/'));
  // From a file manager: its addresses are those of this computer, while the host may run on another one.
  const bringsAll = images.length > 0 && images.length === data.files.length;
  const uris = bringsAll && !data.types.includes(ownUriType) ? [] : urisOf(data);
  if (uris.length > 0) {
    const isForeign = data.files.length > 0 && !data.types.includes(ownUriType);
    post({ type: 'addUris', uris, ...(isForeign && { isForeign }) });
    return [];
  }
  if (images.length === 0) return undefined;
  const usable = images.filter(image => image.size <= maximumImageSize);
  for (const image of usable) {
    post({ type: 'addImage', name: image.name, base64: await base64Of(image) });
  }
  return images.filter(image => !usable.includes(image)).map(image => image.name);
}

/** Whether the paste or drop holds something to attach; known before its content is. */
export function canAttach(data: DataTransfer): boolean {
  return uriTypes.some(type => data.types.includes(type)) || data.types.includes('Files');
}

function urisOf(data: DataTransfer): string[] {
  const list = uriTypes.map(type => data.getData(type)).find(text => text !== '') ?? '';
  return list
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'));
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const step = 0x8000;
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += step) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + step)));
  }
  return btoa(parts.join(''));
}
