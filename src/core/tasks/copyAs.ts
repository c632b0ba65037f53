/** The languages in which a job can be taken along. */
export const requestLanguages = ['curl', 'powershell', 'fetch', 'python'] as const;
export type RequestLanguage = (typeof requestLanguages)[number];

export interface RequestCopy {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** The body of the job, as JSON text. */
  readonly body: string;
  /** A fresh one, for the language in which it stands in the text itself. */
  readonly idempotencyKey: string;
}

/**
 * The request of a job (rivya-api.md 2) as code to run elsewhere. The key is read from the environment
 * variable `RIVYA_API_KEY` and never stands in the text. The trace id of the job is left out: a copy is a new
 * job.
 */
export function requestAs(language: RequestLanguage, { baseUrl, body, idempotencyKey }: RequestCopy): string {
  const url = `${baseUrl}/api/v1/generations`;
  const content = JSON.parse(body) as Record<string, unknown>;
  delete content['client_request_id'];
  switch (language) {
    case 'curl':
      return curl(url, content, idempotencyKey);
    case 'powershell':
      return powershell(url, content, idempotencyKey);
    case 'fetch':
      return javascript(url, content);
    case 'python':
      return python(url, content);
  }
}

function curl(url: string, content: unknown, idempotencyKey: string): string {
  return [
    `curl -X POST ${quoted(url)}`,
    '-H "Authorization: Bearer $RIVYA_API_KEY"',
    "-H 'Content-Type: application/json'",
    // The same line run twice is the same job, and is paid once.
    `-H 'Idempotency-Key: ${idempotencyKey}'`,
    `--data-raw ${quoted(json(content))}`,
  ].join(' \\\n  ');
}

/** For a POSIX shell: inside single quotes nothing has a meaning but the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * For Windows PowerShell 5.1 and later. Nothing has a meaning in a here-string of single quotes, and no line
 * of JSON begins with a quote and `@`, which would end it. As bytes, because 5.1 sends letters of other
 * scripts as question marks.
 */
function powershell(url: string, content: unknown, idempotencyKey: string): string {
  return `$body = @'
${json(content)}
'@
$headers = @{ Authorization = "Bearer $env:RIVYA_API_KEY"; 'Idempotency-Key' = '${idempotencyKey}' }
Invoke-RestMethod -Method Post -Uri ${literal(url)} -Headers $headers \`
  -ContentType 'application/json' -Body ([Text.Encoding]::UTF8.GetBytes($body)) -MaximumRedirection 0
`;
}

/** PowerShell takes curly quotes for straight ones. */
function literal(text: string): string {
  return `'${text.replaceAll(/['\u2018-\u201B]/g, '$&$&')}'`;
}

function javascript(url: string, content: unknown): string {
  return `const response = await fetch(${json(url)}, {
  method: 'POST',
  headers: {
    Authorization: \`Bearer \${process.env.RIVYA_API_KEY}\`,
    'Content-Type': 'application/json',
    'Idempotency-Key': crypto.randomUUID(),
  },
  body: JSON.stringify(${indented(json(content), '  ')}),
});
console.log(await response.json());
`;
}

/** With the standard library alone. */
function python(url: string, content: unknown): string {
  return `import json
import os
import urllib.request
import uuid


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None  # It would send the key to another server.


request = urllib.request.Request(
    ${json(url)},
    method="POST",
    headers={
        "Authorization": f"Bearer {os.environ['RIVYA_API_KEY']}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    },
    data=json.dumps(${indented(pythonLiteral(content), '    ')}).encode(),
)
with urllib.request.build_opener(NoRedirect).open(request) as response:
    print(json.load(response))
`;
}

/**
 * A JSON value as Python writes it. Strings are the same but for characters beyond the first plane, which
 * stand as they are.
 */
function pythonLiteral(value: unknown, indent = ''): string {
  const inner = `${indent}    `;
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) {
    const items = value.map((each: unknown) => `${inner}${pythonLiteral(each, inner)},\n`);
    return items.length === 0 ? '[]' : `[\n${items.join('')}${indent}]`;
  }
  if (typeof value === 'object') {
    const items = Object.entries(value).map(
      ([key, each]) => `${inner}${json(key)}: ${pythonLiteral(each, inner)},\n`,
    );
    return items.length === 0 ? '{}' : `{\n${items.join('')}${indent}}`;
  }
  return json(value);
}

/**
 * JSON that can be pasted anywhere: what a terminal takes for a key that was pressed, and what turns the
 * direction of a text or ends a line, stands as an escape. JavaScript and Python read the same escapes.
 */
function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(
    /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function indented(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`);
}
