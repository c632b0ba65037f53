import { codePoints } from '../../base/text.ts';
import type { Model } from '../catalogue/catalogue.ts';
import type { SandboxState } from '../state/sandboxState.ts';
import { ApiError } from './apiError.ts';

function refuse(message: string): never {
  throw new ApiError('validation_failed', message);
}

/**
 * The model of a request body.
 * @throws ApiError `validation_failed` when it is missing, unknown, or not open to the API
 */
export function requireModel(state: SandboxState, id: unknown): Model {
  if (typeof id !== 'string' || id === '')
    refuse('model is required: the id of a model from GET /api/v1/models.');
  const model = state.models.get(id);
  if (!model) refuse(`There is no model ${id}. GET /api/v1/models lists all models.`);
  if (model.wire.api_status === 'coming_soon') refuse(`${id} is coming soon and not open to the API yet.`);
  if (model.wire.api_status === 'studio_only')
    refuse(`${id} can be used in Rivya Studio only, not by the API.`);
  return model;
}

/** The prompt, empty when the model needs none. Length counts characters, not UTF-16 units. */
export function requirePrompt(model: Model, value: unknown, field = 'prompt'): string {
  const { id, max_prompt_length: limit } = model.wire;
  if (value === undefined || value === null || value === '') {
    if (model.promptRequired) refuse(`${field} is required for ${id}.`);
    return '';
  }
  if (typeof value !== 'string') refuse(`${field} must be a string.`);
  if (value.trim() === '' && model.promptRequired)
    refuse(`${field} is required for ${id}; it holds only blanks.`);
  const { length } = codePoints(value);
  if (limit !== null && length > limit) {
    refuse(`${field} has ${length} characters; ${id} takes at most ${limit}.`);
  }
  return value;
}
