import type { Model } from '../../api/models.ts';
import type { MediaKind } from '../../shared/task.ts';
import { closed, unusable, type Unusable } from '../models/models.ts';
import { referenceRules } from './referenceRules.ts';

/** What a job brings along besides its prompt. */
export interface Inputs {
  /** The kinds of its reference files; undefined when it has none. */
  readonly files?: readonly MediaKind[];
}

/** Why a model cannot be used for a job of this kind with these inputs; undefined when it can. */
export function unusableWith(model: Model, kind: MediaKind, { files }: Inputs): Unusable | undefined {
  if (!files) return unusable(model, kind);
  const reason = closed(model, kind);
  if (reason) return reason;
  const rules = referenceRules(model);
  return rules && files.every(each => rules.limits.has(each)) ? undefined : 'takesNoFiles';
}
