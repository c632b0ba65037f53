import * as v from 'valibot';
import { also, anything, flag, number, openEnum, requiredText, text, textList } from '../schema/decode.ts';
import { listOf } from '../schema/list.ts';
import type { RequestOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';

const modelSchema = v.looseObject({
  id: requiredText,
  display_name: also(text, 'name', 'title'),
  category: v.nullish(openEnum(['image', 'video', 'audio', 'chat']), null),
  /** `async_task` for models of /generations; the word for chat models is not documented. */
  runtime: text,
  base_credits: also(number, 'credits'),
  billing_type: also(v.nullish(openEnum(['FIXED', 'METERED', 'TOKEN_BASED']), null), 'billing'),
  supported_modes: also(textList, 'modes'),
  /** In characters; null when there is no documented limit. */
  max_prompt_length: also(number, 'prompt_limit'),
  /** Of unknown shape. */
  reference_media: anything,
  /** Of several plausible shapes: read by `modelFields`. */
  params: also(anything, 'parameters'),
  api_status: v.nullish(openEnum(['available', 'coming_soon', 'studio_only']), null),
  api_input_status: v.nullish(
    openEnum(['available_text', 'available_url_input', 'partial_requires_files', 'requires_files_api']),
    null,
  ),
  supported_api_inputs: textList,
  requires_files_api: flag,
  requires_upload_for_modes: textList,
  url_input_supported: flag,
  file_kinds: textList,
  /** Of unknown shape; null for media models. */
  chat_capabilities: anything,
  notices: anything,
});

/** An entry of the catalogue (rivya-api.md 1). */
export type Model = v.InferOutput<typeof modelSchema>;

export interface ModelList {
  readonly data: Model[];
}

export interface Models {
  /** Every model, also those that cannot be called. Needs no key. @throws RivyaError */
  list(options?: RequestOptions): Promise<ModelList>;
}

export function createModels(transport: Transport): Models {
  return {
    list: options =>
      transport.json(
        { method: 'GET', path: '/models', public: true },
        listOf(modelSchema, 'models'),
        'models',
        options,
      ),
  };
}
