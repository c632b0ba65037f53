import entries from './models.json' with { type: 'json' };

export type MediaKind = 'image' | 'video' | 'audio';
export type ApiStatus = 'available' | 'coming_soon' | 'studio_only';

export interface WireParam {
  key: string;
  type: string;
  required: boolean;
  default?: string | number | boolean;
  min?: number;
  max?: number;
  step?: number;
  options?: string[];
  description: string;
}

export interface ReferenceMedia {
  max_files: number;
  kinds: MediaKind[];
  limits: { kind: MediaKind; max_size_mb: number; mime_types: string[] }[];
}

export interface ChatCapabilities {
  web_search: boolean;
  image_attachments: boolean;
  thoughts: boolean;
  reasoning_efforts: string[];
}

/**
 * A model as `GET /models` shows it. Source: rivya-api.md section 1; inner keys that are unknown there are
 * our guess.
 */
export interface WireModel {
  id: string;
  display_name: string;
  category: 'image' | 'video' | 'audio' | 'chat';
  runtime: 'async_task' | 'chat_completion';
  base_credits: number;
  billing_type: string;
  supported_modes: string[];
  max_prompt_length: number | null;
  reference_media: ReferenceMedia | null;
  params: WireParam[];
  api_status: ApiStatus;
  api_input_status: 'available_text' | 'partial_requires_files';
  supported_api_inputs: string[];
  requires_files_api: boolean;
  requires_upload_for_modes: string[];
  url_input_supported: boolean;
  file_kinds: MediaKind[];
  chat_capabilities: ChatCapabilities | null;
  notices: string[];
}

/** A model with what the server knows beyond the wire form. */
export interface Model {
  wire: WireModel;
  promptRequired: boolean;
  /** False when the source page of the params table was cut; unknown params are then let through. */
  paramsComplete: boolean;
}

interface Entry {
  id: string;
  name: string;
  category: string;
  inputs: string[];
  base_credits: number;
  billing: string;
  prompt_limit: number | null;
  prompt_required?: boolean;
  partial: boolean;
  params: {
    key: string;
    type: string;
    required: boolean;
    default: string | number | boolean | null;
    min: number | null;
    max: number | null;
    step: number | null;
    options: string[] | null;
    description: string | null;
  }[];
  uploads: {
    max_files: number;
    kinds: string[];
    limits: { kind: string; max_mb: number; mime: string[] }[];
  } | null;
}

/** Limits for files when the model names none. Source: rivya-api.md section 4. */
export const defaultFileLimits: Record<MediaKind, { maxSizeMb: number; mimeTypes: string[] }> = {
  image: { maxSizeMb: 10, mimeTypes: ['image/jpeg', 'image/png', 'image/webp'] },
  video: { maxSizeMb: 50, mimeTypes: ['video/mp4', 'video/quicktime', 'video/webm'] },
  audio: {
    maxSizeMb: 10,
    mimeTypes: ['audio/mpeg', 'audio/mp4', 'audio/wav', 'audio/x-wav', 'audio/aac', 'audio/ogg'],
  },
};

// The chat endpoint takes these two beside the message; the other listed fields are its plumbing.
const chatParams = new Set(['enable_web_search', 'reasoning_effort']);

/** A fresh catalogue; changing an entry changes no other sandbox. */
export function loadCatalogue(): Map<string, Model> {
  return new Map((entries as Entry[]).map(entry => [entry.id, toModel(entry)]));
}

function toModel(entry: Entry): Model {
  const category = entry.category as WireModel['category'];
  const reference = category === 'chat' ? null : referenceMedia(entry);
  const modes = supportedModes(entry, reference);
  return {
    promptRequired: entry.prompt_required ?? true,
    paramsComplete: !entry.partial,
    wire: {
      id: entry.id,
      display_name: entry.name,
      category,
      runtime: category === 'chat' ? 'chat_completion' : 'async_task',
      base_credits: entry.base_credits,
      billing_type: entry.billing,
      supported_modes: modes,
      max_prompt_length: entry.prompt_limit,
      reference_media: reference,
      params: entry.params.filter(param => category !== 'chat' || chatParams.has(param.key)).map(toWireParam),
      api_status: 'available',
      api_input_status: reference ? 'partial_requires_files' : 'available_text',
      supported_api_inputs: entry.inputs,
      requires_files_api: false,
      requires_upload_for_modes: reference ? modes.slice(1) : [],
      url_input_supported: false,
      file_kinds: reference?.kinds ?? (entry.inputs.includes('file') ? ['image'] : []),
      chat_capabilities: category === 'chat' ? chatCapabilities(entry) : null,
      notices: [],
    },
  };
}

function toWireParam(param: Entry['params'][number]): WireParam {
  const wire: WireParam = {
    key: param.key,
    type: param.type,
    required: param.required,
    description: param.description ?? '',
  };
  if (param.default !== null) wire.default = param.default;
  if (param.min !== null) wire.min = param.min;
  if (param.max !== null) wire.max = param.max;
  if (param.step !== null) wire.step = param.step;
  if (param.options !== null) wire.options = param.options;
  return wire;
}

function referenceMedia(entry: Entry): ReferenceMedia | null {
  if (!entry.inputs.includes('file')) return null;
  const kinds = (entry.uploads?.kinds ?? ['image']) as MediaKind[];
  return {
    max_files: entry.uploads?.max_files ?? 1,
    kinds,
    limits: kinds.map(kind => {
      const own = entry.uploads?.limits.find(limit => limit.kind === kind);
      const standard = defaultFileLimits[kind];
      return {
        kind,
        max_size_mb: own?.max_mb ?? standard.maxSizeMb,
        mime_types: own?.mime ?? standard.mimeTypes,
      };
    }),
  };
}

function supportedModes(entry: Entry, reference: ReferenceMedia | null): string[] {
  if (entry.category === 'chat') return ['chat-completion'];
  if (entry.category === 'audio') {
    if (entry.id.startsWith('suno-music')) return ['text-to-music'];
    return /turbo|dialogue|multilingual/.test(entry.id) ? ['text-to-speech'] : ['text-to-audio'];
  }
  const references = (reference?.kinds ?? []).map(kind => `${kind}-to-${entry.category}`);
  return [`text-to-${entry.category}`, ...references];
}

function chatCapabilities(entry: Entry): ChatCapabilities {
  const efforts = entry.params.find(param => param.key === 'reasoning_effort')?.options ?? [];
  return {
    // Which models can search is not in the catalogue; leaving it off for some makes clients prove that they
    // look.
    web_search: !entry.id.includes('codex'),
    image_attachments: entry.inputs.includes('file'),
    thoughts: false,
    reasoning_efforts: efforts,
  };
}
