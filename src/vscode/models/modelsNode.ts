import type { Model } from '../../api/resources/models.ts';

/** What a row of the Models view stands for. */
export type ModelsNode =
  | { readonly type: 'category'; readonly category: string; readonly models: readonly Model[] }
  | { readonly type: 'model'; readonly model: Model }
  | { readonly type: 'nothing' }
  | { readonly type: 'failure'; readonly text: string };

/** What the view shows of the catalogue. */
export interface ModelsFilter {
  /** Empty: all. */
  readonly categories: readonly string[];
  readonly usableOnly: boolean;
}

/** The model under a tree item, for its commands. */
export function modelOf(node: unknown): Model | undefined {
  const candidate = node as Partial<ModelsNode> | undefined;
  return candidate?.type === 'model' ? (candidate as { model: Model }).model : undefined;
}
