/** What can be done with the selected tiles, or with the active one. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { GalleryTileDto } from '../../shared/gallery.ts';
import type { GalleryPageMessage } from '../../shared/gallerySchema.ts';
import { iconButton } from '../common/iconButton.ts';
import { t } from '../common/localization.ts';

type Verb = Extract<GalleryPageMessage, { type: 'do' }>['verb'];

export interface ActionsOptions {
  /** How many jobs the actions are about. */
  readonly count: number;
  readonly isSelection: boolean;
  /** The active one. */
  readonly tile: GalleryTileDto | undefined;
  readonly canUndo: boolean;
  readonly act: (verb: Verb) => void;
  readonly favourite: () => void;
  readonly undo: () => void;
  readonly clear: () => void;
}

export function renderActions(options: ActionsOptions): TemplateResult {
  const { count, isSelection, tile, canUndo, act, favourite, undo, clear } = options;
  const one = count === 1;
  const hasFile = isSelection || tile?.file !== undefined;
  const isOver = isSelection || (tile !== undefined && tile.look !== 'running');
  const button = (icon: string, name: string, verb: Verb, isPossible: boolean): TemplateResult =>
    iconButton(icon, name, () => act(verb), {
      isDisabled: count === 0 || !isPossible,
      testId: `gallery-${verb}`,
    });
  return html`<div class="actions" role="toolbar" aria-label=${t('Actions')}>
    ${button('insert', t('Insert into Document'), 'insert', hasFile)}
    ${button('wand', t('Use Result as Input'), 'useAsInput', hasFile && one)}
    ${button('save-as', t('Save Result As'), 'saveAs', hasFile && one)}
    ${button('folder-opened', t('Reveal in Explorer View'), 'reveal', one && hasFile && tile?.look !== 'ready')}
    ${button('go-to-file', t('Open Result'), 'open', hasFile)}
    ${button('debug-rerun', t('Run Again'), 'rerun', isOver)}
    ${button('versions', t('Variations...'), 'vary', isOver && one)}
    ${button('edit', t('Edit and Generate...'), 'edit', one)}
    ${button('split-horizontal', t('Compare'), 'compare', hasFile)}
    ${button('copy', t('Copy Prompt'), 'copyPrompt', true)}
    ${button('question', t('Why Does This File Exist?'), 'explain', hasFile && one)}
    ${iconButton(tile?.isFavourite ? 'star-full' : 'star-empty', t('Favorite'), favourite, {
      isDisabled: count === 0,
      isPressed: tile?.isFavourite === true,
      testId: 'gallery-favourite',
    })}
    ${button('trash', t('Remove from List'), 'remove', isOver)}
    ${canUndo ? iconButton('discard', t('Restore Removed Tasks'), undo, { testId: 'gallery-undo' }) : nothing}
    ${isSelection ? iconButton('close', t('Clear Selection'), clear) : nothing}
  </div>`;
}
