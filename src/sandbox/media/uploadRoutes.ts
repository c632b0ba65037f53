import { fileTypeFromBuffer } from 'file-type';
import { Hono, type HonoRequest } from 'hono';
import { defaultFileLimits, type MediaKind } from '../catalogue/catalogue.ts';
import { ApiError } from '../http/apiError.ts';
import { readClientRequestId, requireScope, type SandboxEnv } from '../http/requestContext.ts';
import { requireModel } from '../http/requireModel.ts';
import type { Account, StoredFile } from '../state/records.ts';
import { isoTime, newId, type SandboxState } from '../state/sandboxState.ts';

/** `POST /files` and `GET /files/{fileId}`. Source: rivya-api.md section 4. */
export function uploadRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.post('/', requireScope(state, 'files:create'), async c => {
    const form = await readForm(c.req);
    const file = await storeFile(state, c.get('key').account, form);
    return c.json(wireFile(state, file), 201);
  });
  routes.get('/:fileId', requireScope(state, 'files:read'), c => {
    const file = state.files.get(c.req.param('fileId'));
    if (file?.account !== c.get('key').account.id) {
      throw new ApiError('not_found', 'There is no such file in this account.');
    }
    return c.json(wireFile(state, file));
  });
  return routes;
}

function refuse(message: string): never {
  throw new ApiError('validation_failed', message);
}

type Form = Awaited<ReturnType<HonoRequest['parseBody']>>;

async function readForm(request: HonoRequest): Promise<Form> {
  if (!/^multipart\/form-data\b/i.test(request.header('content-type') ?? '')) {
    refuse('Send the file as multipart/form-data.');
  }
  try {
    return await request.parseBody();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    return refuse(`The multipart body could not be read: ${reason}.`);
  }
}

async function storeFile(state: SandboxState, account: Account, form: Form): Promise<StoredFile> {
  const upload = form['file'];
  if (!(upload instanceof File)) refuse('file is required: the bytes of the file, with a file name.');
  if (upload.size === 0) refuse('The file is empty.');
  const kind = readKind(form['kind']);
  readClientRequestId({ client_request_id: form['client_request_id'] });
  const limit = limitFor(state, kind, form['model']);
  if (upload.size > limit.maxSizeMb * 1_000_000) {
    refuse(`The file has ${upload.size} bytes; the limit for ${kind} files here is ${limit.maxSizeMb} MB.`);
  }
  const bytes = new Uint8Array(await upload.arrayBuffer());
  const type = await fileTypeFromBuffer(bytes);
  const mimeType = standardMimeType(type?.mime ?? '');
  if (!type || !limit.mimeTypes.map(standardMimeType).includes(mimeType)) {
    refuse(
      `The content of the file is ${type?.mime ?? 'of no known type'}; allowed: ${limit.mimeTypes.join(', ')}.`,
    );
  }
  const declared = standardMimeType(upload.type);
  if (declared !== '' && declared !== 'application/octet-stream' && declared !== mimeType) {
    refuse(`The file is declared as ${upload.type}, but its content is ${mimeType}.`);
  }
  const file: StoredFile = {
    id: newId('file'),
    account: account.id,
    kind,
    name: upload.name,
    mimeType,
    extension: type.ext,
    bytes,
    durationSeconds: kind === 'image' ? null : durationOf(mimeType, bytes),
    durationToken: kind === 'image' ? null : newId('durtok'),
    createdAt: state.now(),
  };
  state.files.set(file.id, file);
  state.journal.put('file', file.id, file);
  return file;
}

function readKind(value: unknown): MediaKind {
  if (value === 'image' || value === 'video' || value === 'audio') return value;
  return refuse('kind is required: image, video or audio.');
}

function limitFor(
  state: SandboxState,
  kind: MediaKind,
  modelId: unknown,
): { maxSizeMb: number; mimeTypes: string[] } {
  if (modelId === undefined) return defaultFileLimits[kind];
  const { wire } = requireModel(state, modelId);
  if (!wire.file_kinds.includes(kind)) refuse(`${wire.id} takes no ${kind} files.`);
  const own = wire.reference_media?.limits.find(limit => limit.kind === kind);
  return own ? { maxSizeMb: own.max_size_mb, mimeTypes: own.mime_types } : defaultFileLimits[kind];
}

// One type, several spellings in use.
const mimeTypeAliases: Record<string, string> = {
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-m4a': 'audio/mp4',
  'audio/mp3': 'audio/mpeg',
  'image/jpg': 'image/jpeg',
  'video/x-matroska': 'video/matroska',
};

function standardMimeType(value: string): string {
  const bare = (value.split(';')[0] ?? '').trim().toLowerCase();
  return mimeTypeAliases[bare] ?? bare;
}

/** Seconds to the millisecond; null where it is not told in one place of the file. */
function durationOf(mimeType: string, bytes: Uint8Array): number | null {
  const seconds = mimeType === 'audio/wav' ? wavSeconds(bytes) : movieSeconds(bytes);
  return seconds === null || !Number.isFinite(seconds) ? null : Math.round(seconds * 1000) / 1000;
}

// The movie header of MP4 and QuickTime files (ISO/IEC 14496-12, 8.2.2): times are twice as wide from version
// 1 on.
function movieSeconds(bytes: Uint8Array): number | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('mvhd');
  if (start < 0 || bytes.length < start + 36) return null;
  const header = new DataView(bytes.buffer, bytes.byteOffset + start + 4);
  const wide = header.getUint8(0) > 0;
  const duration = wide ? Number(header.getBigUint64(24)) : header.getUint32(16);
  return duration / header.getUint32(wide ? 20 : 12);
}

// Bytes 28 to 31 of a canonical WAV header are the bytes per second.
function wavSeconds(bytes: Uint8Array): number | null {
  if (bytes.length < 44) return null;
  const perSecond = new DataView(bytes.buffer, bytes.byteOffset).getUint32(28, true);
  return (bytes.length - 44) / perSecond;
}

/**
 * The wire form; the field names beyond `url` and `duration_token` are likely ones (rivya-api.md section 4).
 */
function wireFile(state: SandboxState, file: StoredFile): Record<string, unknown> {
  return {
    id: file.id,
    object: 'file',
    kind: file.kind,
    name: file.name,
    mime_type: file.mimeType,
    size_bytes: file.bytes.length,
    url: `${state.url}/media/uploads/${file.id}.${file.extension}`,
    duration_seconds: file.durationSeconds,
    duration_token: file.durationToken,
    created_at: isoTime(file.createdAt),
  };
}
