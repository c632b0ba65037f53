import type { LinkProblem } from '../../core/links/fetchLink.ts';
import { sentence } from '../messages/plain.ts';
import { l10n } from '../text/l10n.ts';

/** Why the file of a link could not be had, in words; another server than Rivya's has said it. */
export function linkProblemText(problem: LinkProblem): string {
  const { t } = l10n;
  if (problem === 'page') return t('The server sent a web page or text instead of the file.');
  if (problem === 'unknownType') return t("This isn't an image, video, or audio file.");
  switch (problem.code) {
    case 'result_gone':
      return t('The file no longer exists.');
    case 'result_url_refused':
      return t('Only files from public servers can be downloaded, over https.');
    case 'file_too_large':
      return t('The file is too large to download.');
    case 'file_truncated':
      return t("The file wasn't downloaded completely.");
    case 'headers_timeout':
    case 'idle_timeout':
    case 'total_timeout':
      return t('The server took too long to respond.');
  }
  if (problem.kind === 'network') return t("Couldn't connect to the server.");
  if (problem.status !== undefined) return t('The server responded with status {0}.', problem.status);
  return sentence(problem.message);
}
