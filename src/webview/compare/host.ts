/** The connection of the page to the extension host. */
import type { CompareSubject } from '../../shared/compare.ts';
import type { ComparePageMessage } from '../../shared/compareSchema.ts';
import { connect } from '../common/hostConnection.ts';

/** What the page remembers. The host reads `subjects` from it when the window was reloaded. */
export interface PageMemory {
  readonly subjects: readonly CompareSubject[];
  readonly mode: 'beside' | 'slider';
}

export const { post, remember, remembered } = connect<ComparePageMessage, PageMemory>();
