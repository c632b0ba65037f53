import type { Model } from '../../api/resources/models.ts';

/** What a chat model can, as far as the catalogue says. */
export interface ChatCapabilities {
  readonly webSearch: boolean;
  /** As they go onto the wire; empty when there is no choice. */
  readonly reasoningEfforts: readonly string[];
  readonly images: boolean;
}

/**
 * Reads `chat_capabilities`, whose keys are not documented (rivya-api.md 1), in every plausible spelling,
 * with what the other fields of the model say where it is silent. What nothing declares is not offered.
 */
export function chatCapabilities(model: Model): ChatCapabilities {
  const said = isRecord(model.chat_capabilities) ? model.chat_capabilities : {};
  const efforts = first(said, /^(?:supported_)?reasoning_?(?:efforts?|levels?|effort_options)$/i);
  const images = first(
    said,
    /^(?:supports_)?(?:image_?(?:attachments?|inputs?)|images?|attachments|vision)$/i,
  );
  return {
    webSearch: isOn(first(said, /^(?:supports_|enable_)?web_?search$/i)),
    reasoningEfforts: wordsOf(efforts),
    images: images === undefined ? model.file_kinds.includes('image') : isOn(images),
  };
}

/** The chat models, usable ones first, then by name. */
export function chatModels(models: readonly Model[]): Model[] {
  return models
    .filter(model => model.category === 'chat')
    .sort(
      (a, b) =>
        Number(chatUnusable(a) !== undefined) - Number(chatUnusable(b) !== undefined) ||
        (a.display_name ?? a.id).localeCompare(b.display_name ?? b.id),
    );
}

/**
 * Why a chat model cannot be used; undefined when it can. An unknown status counts as usable: the server
 * decides.
 */
export function chatUnusable(model: Model): 'comingSoon' | 'studioOnly' | undefined {
  if (model.api_status === 'coming_soon') return 'comingSoon';
  return model.api_status === 'studio_only' ? 'studioOnly' : undefined;
}

function first(said: Readonly<Record<string, unknown>>, pattern: RegExp): unknown {
  const snake = (key: string): string => key.replace(/([a-z])([A-Z])/g, '$1_$2');
  return Object.entries(said).find(([key, value]) => value !== null && pattern.test(snake(key)))?.[1];
}

function isOn(value: unknown): boolean {
  return (
    value === true || value === 'true' || value === 'supported' || value === 'available' || isRecord(value)
  );
}

function wordsOf(value: unknown): string[] {
  const list: unknown = isRecord(value) ? (value['options'] ?? value['values']) : value;
  if (!Array.isArray(list)) return [];
  return list.filter((word): word is string => typeof word === 'string' && /^\w{1,20}$/.test(word));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
