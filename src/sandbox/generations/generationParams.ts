import type { MediaKind, Model, WireParam } from '../catalogue/catalogue.ts';
import { ApiError } from '../http/apiError.ts';
import { isRecord } from '../http/requestContext.ts';
import type { StoredFile } from '../state/records.ts';
import type { SandboxState } from '../state/sandboxState.ts';

function refuse(message: string): never {
  throw new ApiError('validation_failed', message);
}

/** The params with their defaults filled in, inputs not included. Source: rivya-api.md sections 1 and 2. */
export function requireParams(model: Model, value: unknown): Record<string, unknown> {
  if (value !== undefined && value !== null && !isRecord(value)) refuse('params must be an object.');
  const given = new Map(Object.entries(value ?? {}));
  given.delete('referenceMediaItems');
  const known = new Map(model.wire.params.map(param => [param.key, param]));
  const unknown = given.keys().find(key => !known.has(key));
  if (unknown !== undefined && model.paramsComplete) {
    refuse(`params.${unknown} is not a parameter of ${model.wire.id}.`);
  }
  for (const param of known.values()) {
    const own = given.get(param.key);
    if (own !== undefined && own !== null && own !== '') {
      checkParam(param, own);
    } else if (param.required) {
      refuse(`params.${param.key} is required for ${model.wire.id}.`);
    } else {
      given.set(param.key, param.default);
    }
  }
  return Object.fromEntries(given);
}

function checkParam(param: WireParam, value: unknown): void {
  const name = `params.${param.key}`;
  switch (param.type) {
    case 'select':
      if (typeof value !== 'string') refuse(`${name} must be sent as a string.`);
      if (param.options && !param.options.includes(value)) {
        refuse(`${name} is ${JSON.stringify(value)}; allowed: ${param.options.join(', ')}.`);
      }
      return;
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) refuse(`${name} must be a number.`);
      if (param.min !== undefined && value < param.min)
        refuse(`${name} is ${value}; the minimum is ${param.min}.`);
      if (param.max !== undefined && value > param.max)
        refuse(`${name} is ${value}; the maximum is ${param.max}.`);
      return;
    case 'array':
      checkDialogue(name, value);
      return;
    default:
      if (typeof value !== 'string') refuse(`${name} must be a string.`);
  }
}

// The one array param of the catalogue is the dialogue of elevenlabs-dialogue-v3.
function checkDialogue(name: string, value: unknown): void {
  if (!Array.isArray(value) || value.length === 0) refuse(`${name} must be a list with at least one line.`);
  for (const line of value as unknown[]) {
    if (!isRecord(line) || typeof line['text'] !== 'string' || line['text'].trim() === '') {
      refuse(`Every line of ${name} needs a text.`);
    }
  }
}

/**
 * Checks `params.referenceMediaItems` against the model and against the uploads of the account.
 * Source: rivya-api.md sections 2 and 4.
 */
export function checkInputs(state: SandboxState, model: Model, account: string, params: unknown): void {
  const items = isRecord(params) ? params['referenceMediaItems'] : undefined;
  if (items === undefined || items === null) return;
  if (!Array.isArray(items)) refuse('params.referenceMediaItems must be a list.');
  if (items.length === 0) return;
  const rules = model.wire.reference_media;
  if (!rules) refuse(`${model.wire.id} takes no input files.`);
  if (items.length > rules.max_files) {
    refuse(`${model.wire.id} takes at most ${rules.max_files} input files; ${items.length} were sent.`);
  }
  for (const item of items as unknown[]) {
    if (!isRecord(item) || typeof item['url'] !== 'string') refuse('Every input file needs a url.');
    const kind = item['kind'] as MediaKind;
    if (!rules.kinds.includes(kind)) {
      refuse(`${model.wire.id} takes ${rules.kinds.join(' and ')} inputs, not ${String(item['kind'])}.`);
    }
    const file = findUpload(state, account, item['url']);
    if (!file) refuse('An input url must come from POST /api/v1/files of this account.');
    if (file.kind !== kind) refuse(`The input ${file.id} is ${file.kind}, not ${kind}.`);
    if (file.durationToken !== null && item['durationToken'] !== file.durationToken) {
      refuse(
        `The ${kind} input ${file.id} needs the durationToken that its upload returned as duration_token.`,
      );
    }
  }
}

function findUpload(state: SandboxState, account: string, url: string): StoredFile | undefined {
  const id = /\/media\/uploads\/([^/.]+)\.\w+$/.exec(url)?.[1];
  const file = id === undefined ? undefined : state.files.get(id);
  return file?.account === account ? file : undefined;
}
