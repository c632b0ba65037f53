import { isLoopbackHost } from '../../api/address/baseUrl.ts';
import {
  bareHost,
  hostProblem,
  isAddress,
  leadsToPrivate,
  type HostProblem,
  type ResolveHost,
} from '../../api/address/publicHost.ts';

/** Why Rivya would not deliver to an address (rivya-api.md 7). */
export type WebhookUrlProblem =
  | 'invalid'
  | 'notHttps'
  | 'credentials'
  | 'fragment'
  | HostProblem
  /** A public name that leads to such an address. */
  | 'resolvesToPrivate';

export interface WebhookUrlRules {
  /**
   * A server on this machine, as the sandbox is, can deliver to this machine: then http and loopback are
   * allowed.
   */
  readonly loopback: boolean;
}

/**
 * Checks an address by the rules that Rivya documents, before it is sent. The URL parser brings decimal,
 * hexadecimal, octal and short forms of an address, percent-encoding and international names to one form
 * first. Pure.
 */
export function parseWebhookUrl(
  text: string,
  rules: WebhookUrlRules,
): { readonly url: URL } | { readonly problem: WebhookUrlProblem } {
  const trimmed = text.trim();
  const url = URL.parse(trimmed);
  if (!url) return { problem: 'invalid' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { problem: 'notHttps' };
  // The text is asked too: an empty user or fragment leaves no trace in the parsed parts.
  if (url.username !== '' || url.password !== '' || /^[^/\\]*[/\\]+[^/\\?#]*@/.test(trimmed)) {
    return { problem: 'credentials' };
  }
  if (trimmed.includes('#')) return { problem: 'fragment' };
  const host = bareHost(url.hostname);
  if (rules.loopback && isLoopbackHost(host)) return { url };
  if (url.protocol !== 'https:') return { problem: 'notHttps' };
  if (!isAddress(host) && host.split('.').includes('')) return { problem: 'invalid' };
  const problem = hostProblem(host);
  return problem ? { problem } : { url };
}

/**
 * Whether the name of an address that passed `parseWebhookUrl` leads to a private address, as one of many
 * ways to reach into a network from outside. A name that cannot be resolved here is left to the server: it
 * may resolve there.
 * @param signal ends the wait; then nothing is known, and undefined is returned
 */
export async function resolvedProblem(
  url: URL,
  resolveHost: ResolveHost,
  rules: WebhookUrlRules,
  signal: AbortSignal,
): Promise<'resolvesToPrivate' | undefined> {
  const host = bareHost(url.hostname);
  if (rules.loopback && isLoopbackHost(host)) return undefined;
  return (await leadsToPrivate(host, resolveHost, signal)) ? 'resolvesToPrivate' : undefined;
}
