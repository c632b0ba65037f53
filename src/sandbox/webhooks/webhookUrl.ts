import { ApiError } from '../http/apiError.ts';
import { addressOf, bareHost, isLoopback } from '../http/loopback.ts';

function refuse(reason: string): never {
  throw new ApiError('webhook_url_rejected', `${reason} Use a public HTTPS URL.`);
}

/**
 * Checks the URL of an endpoint: HTTPS only; no credentials, fragment, name of this machine or of a local
 * network, private or reserved address, however it is spelled. Names are not looked up, because the sandbox
 * asks no DNS. Source: rivya-api.md section 7.
 * @param allowLoopback lets receivers on this machine in, also over http
 * @returns the normalised URL
 * @throws ApiError `webhook_url_rejected`
 */
export function requireWebhookUrl(text: string, allowLoopback: boolean): string {
  const url = URL.parse(text);
  if (!url || text.length > 2048) return refuse('The webhook URL is not a valid URL.');
  if (url.username !== '' || url.password !== '') refuse('The webhook URL must not contain credentials.');
  // A bare # is gone from url.hash already.
  if (text.includes('#')) refuse('The webhook URL must not contain a fragment.');
  const local = allowLoopback && isLoopback(url);
  if (url.protocol !== 'https:' && !(local && url.protocol === 'http:')) {
    refuse('The webhook URL must start with https.');
  }
  if (!local) requirePublicHost(url);
  return url.href;
}

// Names that never leave a local network: RFC 6761, RFC 6762, RFC 8375, and those that routers and clouds
// give.
const localSuffixes = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home', 'corp', 'home.arpa'];

function requirePublicHost(url: URL): void {
  const host = bareHost(url);
  const address = addressOf(host);
  if (address) {
    // Every range that is not plain unicast is private, reserved, or wraps another address.
    if (address.range() !== 'unicast') refuse(`The webhook URL leads to a ${address.range()} address.`);
    return;
  }
  if (!host.includes('.')) refuse(`${host} is a name of a local network.`);
  const suffix = localSuffixes.find(each => host.endsWith(`.${each}`));
  if (suffix !== undefined) refuse(`Names that end in .${suffix} are not public.`);
}
