import { modelFields, type ModelField } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import type { MediaKind } from '../../shared/task.ts';
import { promptExcess, type Unusable } from '../models/usableModels.ts';
import {
  inputProblem,
  inputRules,
  kindsOf,
  unusableWith,
  type InputFile,
  type InputProblem,
} from './inputRules.ts';
import { estimateCost, type Estimate } from './cost.ts';
import { fittingValues, missingFields, wireParams, type ParameterValues, type Params } from './parameters.ts';
import { sizeAround, valuesForFormat, valuesForSize, type PixelSize } from './shape.ts';

/** What a user wants to have generated, wherever it was said: one job for each prompt, all with one model. */
export interface GenerationRequest {
  readonly kind: MediaKind;
  /** At least one. */
  readonly prompts: readonly RequestedPrompt[];
  /** The model's id; without one, a model must be chosen first. */
  readonly model?: string | undefined;
  /** Goes out as it is, for a job that is run again. */
  readonly params?: Params | undefined;
  /**
   * All that is to be set. By default the values that were last used with the model, and what the text around
   * each prompt proposes.
   */
  readonly values?: ParameterValues | undefined;
  /** Files that the model is to work from. */
  readonly inputs?: readonly InputFile[] | undefined;
}

export interface RequestedPrompt {
  readonly prompt: string;
  /** Where the result goes, which may say something about its shape. */
  readonly context?: TextContext | undefined;
  /** What the file is to be, where the document says it; then what stands around does not count. */
  readonly wanted?: WantedFile | undefined;
}

/** A file as a document refers to it. */
export interface WantedFile {
  readonly size: PixelSize | undefined;
  /** In small letters, without a dot. */
  readonly extension: string;
}

/** A place in a text. */
export interface TextContext {
  readonly text: string;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

/** What else decides about a request. */
export interface ResolveContext {
  readonly models: readonly Model[];
  /** The values that were last used with a model, by its id. */
  readonly remembered: (model: string) => ParameterValues;
}

/**
 * A request with everything settled but its price: what is sent for each prompt, and what that will probably
 * cost.
 */
export interface ResolvedRequest {
  readonly kind: MediaKind;
  readonly model: Model;
  /** In the order of the prompts. */
  readonly jobs: readonly ResolvedJob[];
}

export interface ResolvedJob {
  readonly prompt: string;
  /** As they go out, without the inputs. */
  readonly params: Params;
  readonly estimate: Estimate;
}

/** Why no model is known for a request. */
export type ModelProblem =
  | { readonly type: 'modelNeeded' }
  | { readonly type: 'modelUnknown'; readonly id: string }
  | { readonly type: 'modelUnusable'; readonly model: Model; readonly reason: Unusable };

/** What must be answered or changed before anything can be sent. */
export type RequestProblem =
  | ModelProblem
  | InputRefusal
  | {
      readonly type: 'promptTooLong';
      readonly model: Model;
      /** In characters. */
      readonly maximum: number;
      readonly excess: number;
    }
  | {
      readonly type: 'parametersMissing';
      readonly model: Model;
      readonly fields: readonly ModelField[];
      readonly values: ParameterValues;
    };

/** Why a model does not take input files. */
export type InputRefusal =
  | { readonly type: 'inputsNotTaken'; readonly model: Model }
  | { readonly type: 'inputsWrong'; readonly model: Model; readonly problem: InputProblem };

/**
 * Settles model, length, inputs and parameters of a request: the one way from what a user wants to what is
 * sent, whoever asks. Nothing is sent or written; a problem is answered, or the request changed, and the
 * function called again. What it costs is the matter of `priceGate`, for all requests of an order together.
 */
export function resolveRequest(
  request: GenerationRequest,
  context: ResolveContext,
): ({ readonly type: 'resolved' } & ResolvedRequest) | RequestProblem {
  const found = resolveModel(request, context.models);
  if (found.type !== 'model') return found;
  const { model } = found;
  for (const { prompt } of request.prompts) {
    const excess = promptExcess(model, prompt);
    if (excess > 0) return { type: 'promptTooLong', model, maximum: model.max_prompt_length ?? 0, excess };
  }
  const refused = request.inputs && inputRefusal(model, request.inputs);
  if (refused) return refused;

  const fields = modelFields(model);
  const values = request.values ?? startValues(model, context);
  const fieldsLeft = request.params ? [] : missingFields(fields, values);
  if (fieldsLeft.length > 0) return { type: 'parametersMissing', model, fields: fieldsLeft, values };

  const valuesOf = (each: RequestedPrompt): ParameterValues =>
    request.values ?? { ...values, ...proposedValues(model, each) };
  const hasInputs = (request.inputs ?? []).length > 0;
  const jobs = request.prompts.map((each): ResolvedJob => {
    const params = request.params ?? wireParams(fields, valuesOf(each));
    const { prompt } = each;
    return { prompt, params, estimate: estimateCost(model, { prompt, params, hasInputs }) };
  });
  return { type: 'resolved', kind: request.kind, model, jobs };
}

/** The model of a request alone, for who wants to show its parameters before the rest is settled. */
export function resolveModel(
  { model: id = '', kind, inputs }: GenerationRequest,
  models: readonly Model[],
): { readonly type: 'model'; readonly model: Model } | ModelProblem {
  if (id === '') return { type: 'modelNeeded' };
  const model = models.find(each => each.id === id);
  if (!model) return { type: 'modelUnknown', id };
  const reason = unusableWith(model, kind, inputs ? { files: kindsOf(inputs) } : {});
  return reason ? { type: 'modelUnusable', model, reason } : { type: 'model', model };
}

/** What the model would refuse about the files; undefined when they can be sent. */
export function inputRefusal(model: Model, inputs: readonly InputFile[]): InputRefusal | undefined {
  const rules = inputRules(model);
  if (!rules) return { type: 'inputsNotTaken', model };
  const problem = inputProblem(rules, inputs);
  return problem && { type: 'inputsWrong', model, problem };
}

/** What of the values last used with a model it still takes. */
export function startValues(
  model: Model,
  { remembered }: Pick<ResolveContext, 'remembered'>,
): ParameterValues {
  return fittingValues(modelFields(model), remembered(model.id));
}

/** What the document says about the shape and the format of the result. */
export function proposedValues(
  model: Model,
  { context, wanted }: Pick<RequestedPrompt, 'context' | 'wanted'>,
): ParameterValues {
  const fields = modelFields(model);
  const around = wanted?.size ?? (context && sizeAround(context.text, context.start, context.end));
  return {
    ...(around && valuesForSize(fields, around)),
    ...(wanted && valuesForFormat(fields, wanted.extension)),
  };
}
