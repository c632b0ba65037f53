import { isRecord } from '../../base/json.ts';

/** When a link stops working, as far as it says so itself or its host is known for it. */
export interface Expiry {
  readonly rule: string;
  /** Milliseconds since the epoch; undefined where only that it will stop is known. */
  readonly at: number | undefined;
}

/** Links of one kind that stop working. */
interface ExpiryRule {
  readonly name: string;
  readonly hosts: RegExp;
  /** Where it is known from. */
  readonly evidence: string;
  /** Undefined when the link is none of this kind. */
  readonly expiry: (url: URL) => { readonly at: number | undefined } | undefined;
}

const unknown = { at: undefined };

const rules: readonly ExpiryRule[] = [
  {
    name: 'azureBlob',
    hosts: /\.blob\.core\.windows\.net$/,
    evidence: 'https://github.com/lyuai/agentok/issues/64; "se" of a shared access signature',
    expiry: ({ searchParams: query }) =>
      query.has('sig') && query.has('se') ? { at: instant(query.get('se')) } : undefined,
  },
  {
    name: 'discord',
    hosts: /^(?:cdn|media)\.discordapp\.(?:com|net)$/,
    evidence:
      'https://github.com/discord/discord-api-docs/issues/6650; https://github.com/mautrix/discord/issues/134',
    expiry: ({ pathname, searchParams: query }) => {
      if (!/^\/(?:ephemeral-)?attachments\//.test(pathname)) return undefined;
      const seconds = /^[\da-f]{1,12}$/i.exec(query.get('ex') ?? '')?.[0];
      // One without the parameter is refused since the end of 2023.
      return { at: seconds === undefined ? 0 : parseInt(seconds, 16) * 1_000 };
    },
  },
  {
    name: 'presigned',
    hosts: /./,
    evidence: 'AWS Signature Version 4 and V4 signed URLs of Google Cloud Storage, query parameters',
    expiry: ({ searchParams: query }) => {
      for (const vendor of ['X-Amz', 'X-Goog']) {
        const [date, seconds] = [parameter(query, `${vendor}-Date`), parameter(query, `${vendor}-Expires`)];
        if (parameter(query, `${vendor}-Signature`) === undefined || seconds === undefined) continue;
        const start = instant(date ?? null);
        if (start !== undefined && /^\d{1,9}$/.test(seconds)) return { at: start + Number(seconds) * 1_000 };
      }
      return undefined;
    },
  },
  {
    name: 'signedUntil',
    hosts: /\.(?:cloudfront\.net|amazonaws\.com)$|^storage\.googleapis\.com$/,
    evidence: 'CloudFront signed URLs with a canned policy; S3 and Cloud Storage signatures of version 2',
    expiry: ({ searchParams: query }) => {
      const seconds = query.get('Expires') ?? '';
      return query.has('Signature') && /^\d{9,11}$/.test(seconds)
        ? { at: Number(seconds) * 1_000 }
        : undefined;
    },
  },
  {
    name: 'replicate',
    hosts: /(?:^|\.)replicate\.delivery$/,
    evidence: 'https://github.com/replicate/replicate-python/issues/115',
    expiry: () => unknown,
  },
  { name: 'fal', hosts: /(?:^|\.)fal\.media$/, evidence: 'a guess', expiry: () => unknown },
];

/** Hosts whose links are known to stop working besides: what people have set, and where results lay. */
export interface KnownHosts {
  readonly set: readonly string[];
  readonly results: ReadonlySet<string>;
}

/**
 * When a link stops working; undefined for one of which nobody knows that it does. Nothing is asked of the
 * network.
 */
export function expiryOf(link: string, known: KnownHosts): Expiry | undefined {
  const url = URL.parse(link.startsWith('//') ? `https:${link}` : link);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  const host = url.hostname.toLowerCase();
  for (const { name, hosts, expiry } of rules) {
    const found = hosts.test(host) ? expiry(url) : undefined;
    if (found) return { rule: name, at: found.at };
  }
  if (known.results.has(host)) return { rule: 'result', at: undefined };
  const isSet = known.set.some(each =>
    each.startsWith('*.') ? host.endsWith(each.slice(1)) : host === each,
  );
  return isSet ? { rule: 'set', at: undefined } : undefined;
}

/** `rivya.expiringLinks.hosts` as it can be used: names of hosts, `*.` for all below. */
export function readHosts(value: unknown): string[] {
  if (!Array.isArray(value) && !isRecord(value)) return [];
  const entries: unknown[] = Array.isArray(value) ? value : Object.keys(value);
  return entries.flatMap(each =>
    typeof each === 'string' && /^(?:\*\.)?(?:[a-z\d-]+\.)+[a-z\d-]+$/i.test(each)
      ? [each.toLowerCase()]
      : [],
  );
}

/** The parameters of a signature have no case. */
function parameter(query: URLSearchParams, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of query) if (key.toLowerCase() === wanted) return value;
  return undefined;
}

/** ISO 8601, with and without its marks, in UTC where it names no zone. */
function instant(text: string | null): number | undefined {
  const found =
    /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d)(?:\.\d{1,7})?)?(Z|[+ -]\d\d:?\d\d)?)?$/.exec(
      text ?? '',
    );
  if (!found) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = found;
  // A "+" that was not encoded is read as a blank.
  const offset = zone === 'Z' ? 'Z' : zone.replace(' ', '+').replace(/(\d\d):?(\d\d)$/, '$1:$2');
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(at) ? undefined : at;
}
