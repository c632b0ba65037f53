import { l10n } from '../text/l10n.ts';
import { sentence } from './plain.ts';

/**
 * What a problem says, as a sentence: Rivya's own words as they are, and those of src/api (networkError.ts,
 * transport.ts, download.ts, chatStream.ts) in the language of the window.
 */
export function said(message: string): string {
  return sentence(clientWords(message));
}

/** Ours are known by their text, because of a problem that was stored nothing else is left. */
function clientWords(message: string): string {
  for (const [pattern, words] of sayings) {
    const match = pattern.exec(message);
    if (match) return words(match[1] ?? '', match[2] ?? '');
  }
  return message;
}

/** @param first a server, in most @param second the code of the system, if there is one: ` (ECONNRESET)` */
type Words = (first: string, second: string) => string;

const sayings: readonly (readonly [RegExp, Words])[] = [
  [
    /^The certificate of (\S+) was not accepted \((\w+)\)\.$/,
    (origin, code) => l10n.t('The certificate of {0} was rejected ({1}).', origin, code),
  ],
  [
    /^(\S+) does not speak TLS, or something on the way answers in its place \((\w+)\)\.$/,
    (origin, code) => l10n.t("{0} doesn't use TLS, or something else responded ({1}).", origin, code),
  ],
  [
    /^(\S+) offers no version of TLS that is safe \((\w+)\)\.$/,
    (origin, code) => l10n.t('{0} offers no safe version of TLS ({1}).', origin, code),
  ],
  [
    /^The encrypted connection to (.+) broke \((\w+)\)\.$/,
    (origin, code) => l10n.t('The encrypted connection to {0} was lost ({1}).', origin, code),
  ],
  [
    /^The host of (.+) was not found( \(\w+\))?\.$/,
    (origin, code) => l10n.t("The host of {0} wasn't found{1}.", origin, code),
  ],
  [
    /^The proxy did not connect to (.+) \(status (\d+)\)\.$/,
    (origin, status) => l10n.t("The proxy didn't connect to {0} (status {1}).", origin, status),
  ],
  [
    /^A proxy on the way to (.+) asks for a password \(status 407\)\.$/,
    origin => l10n.t('The proxy for {0} requires a password (status 407).', origin),
  ],
  [/^No connection to (.+)\.$/, origin => l10n.t('No connection to {0}.', origin)],
  [
    /^The connection to (.+) broke( \(\w+\))?\.$/,
    (origin, code) => l10n.t('The connection to {0} was lost{1}.', origin, code),
  ],
  [
    /^The (?:file )?server took too long\. The \w+ deadline of (\d+) ms passed\.$/,
    time => l10n.t("The server didn't respond within {0} seconds.", seconds(time)),
  ],
  [
    /^Only (\d+) of (\d+) bytes came\.$/,
    (received, all) => l10n.t('Only {0} of {1} bytes were received.', number(received), number(all)),
  ],
  [
    /^The file server sent no whole file \(status (\d+)\)\.$/,
    status => l10n.t("The server didn't send the complete file (status {0}).", status),
  ],
  [
    /^The response is larger than (\d+) bytes\.$/,
    limit => l10n.t('The response is larger than {0} bytes.', number(limit)),
  ],
  [/^The server's answer could not be read: /, () => l10n.t("The server's response couldn't be read.")],
  [
    /^The server sent a web page in place of an answer\.$/,
    () => l10n.t('The server sent a web page instead of a response.'),
  ],
  [
    /^The server redirects(?: to (\S+))?, which is not followed\.$/,
    place =>
      place === ''
        ? l10n.t('The server redirects elsewhere.')
        : l10n.t('The server redirects to {0}.', place),
  ],
  [
    /^The server answered with status (\d+)\.$/,
    status => l10n.t('The server responded with status {0}.', status),
  ],
  [
    /^The answer (?:broke off before it was complete|failed midway)\.$/,
    () => l10n.t('The response is incomplete.'),
  ],
  [/^The result's address is not followed: (.+)\.$/, why => refusalText(why)],
];

/** Why an address of a result is not followed (download.ts). */
function refusalText(why: string): string {
  const { t } = l10n;
  switch (why) {
    case 'not a URL':
      return t("It isn't a URL.");
    case 'a URL with credentials':
      return t('It contains a user name or password.');
    case 'not https':
      return t("It isn't an https address.");
    case 'an address in a private network':
      return t("It's an address in a private network.");
    case 'too many redirects':
      return t('It redirects too often.');
    default:
      return why;
  }
}

function seconds(milliseconds: string): string {
  return (Number(milliseconds) / 1_000).toLocaleString(l10n.language);
}

function number(digits: string): string {
  return Number(digits).toLocaleString(l10n.language);
}
