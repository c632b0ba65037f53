import type { Memento } from 'vscode';
import type { ParameterValues } from '../../core/generate/parameters.ts';

/** Under which they are kept. */
export const rememberedKey = 'parameters';

/** The values that were last used with a model, on this or another computer of the user. */
export function rememberedValues(state: Memento, model: string): ParameterValues {
  return state.get<Record<string, ParameterValues>>(rememberedKey, {})[model] ?? {};
}

export async function rememberValues(state: Memento, model: string, values: ParameterValues): Promise<void> {
  const all = state.get<Record<string, ParameterValues>>(rememberedKey, {});
  await state.update(rememberedKey, { ...all, [model]: values });
}
