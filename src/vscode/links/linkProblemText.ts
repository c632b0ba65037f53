import type { LinkProblem } from '../../core/links/fetchLink.ts';
import { sentence } from '../messages/plain.ts';
import { l10n } from '../text/l10n.ts';

/** Why the file of a link could not be had, in words; another server than Rivya's has said it. */
export function linkProblemText(problem: LinkProblem): string {
  const { t } = l10n;
  if (problem === 'page') return t('The server sent a page or a text in place of the file.');
  if (problem === 'unknownType') return t('This is no picture, video or sound.');
  switch (problem.code) {
    case 'result_gone':
      return t('The file is not there any more.');
    case 'result_url_refused':
      return t('Only files on servers in the internet are fetched, by https.');
    case 'file_too_large':
      return t('The file is larger than this extension downloads.');
    case 'file_truncated':
      return t('Not the whole file came.');
    case 'headers_timeout':
    case 'idle_timeout':
    case 'total_timeout':
      return t('The server took too long.');
  }
  if (problem.kind === 'network') return t('The server could not be reached.');
  if (problem.status !== undefined) return t('The server answered with status {0}.', problem.status);
  return sentence(problem.message);
}
