/** What differs between the files, as a small table. */
import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { CompareItemDto, CompareRowDto } from '../../shared/compare.ts';
import { t } from '../common/localization.ts';

export function renderTable(
  items: readonly CompareItemDto[],
  rows: readonly CompareRowDto[],
): TemplateResult {
  return html`<section class="differences" aria-label=${t('Differences')} tabindex="0">
    ${
      rows.length === 0
        ? html`<p class="empty">${t('Prompt, model, and parameters are the same.')}</p>`
        : html`<table data-testid="compare-differences">
            <thead>
              <tr>
                <th scope="col">${t('Difference')}</th>
                ${items.map((item, index) => html`<th scope="col"><bdi>${nameOf(item, index)}</bdi></th>`)}
              </tr>
            </thead>
            <tbody>
              ${rows.map(
                ({ name, values }) =>
                  html`<tr>
                    <th scope="row"><bdi>${name}</bdi></th>
                    ${values.map(value => html`<td dir="auto">${value === '' ? '–' : value}</td>`)}
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
  </section>`;
}

/** A file by its number and title: titles alone are often the same. */
export function nameOf({ title }: CompareItemDto, index: number): string {
  return `${index + 1} · ${title}`;
}
