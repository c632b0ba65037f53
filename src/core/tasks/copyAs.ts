/** The languages in which a job can be taken along. */
export const requestLanguages = ['curl', 'fetch', 'python'] as const;
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
 * The request of a job (rivya-api.md 2) as code to run elsewhere. The key is read from the environment variable
 * `RIVYA_API_KEY` and never stands in the text. The trace id of the job is left out: a copy is a new job.
 */
export function requestAs(language: RequestLanguage, { baseUrl, body, idempotencyKey }: RequestCopy): string {
  const url = `${baseUrl}/api/v1/generations`;
  const content = JSON.parse(body) as Record<string, unknown>;
  delete content['client_request_id'];
  switch (language) {
    case 'curl':
      return curl(url, content, idempotencyKey);
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
    `--data-raw ${quoted(JSON.stringify(content, undefined, 2))}`,
  ].join(' \\\n  ');
}

/** For a POSIX shell: inside single quotes nothing has a meaning but the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function javascript(url: string, content: unknown): string {
  return `const response = await fetch(${JSON.stringify(url)}, {
  method: 'POST',
  headers: {
    Authorization: \`Bearer \${process.env.RIVYA_API_KEY}\`,
    'Content-Type': 'application/json',
    'Idempotency-Key': crypto.randomUUID(),
  },
  body: JSON.stringify(${indented(JSON.stringify(content, undefined, 2), '  ')}),
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

request = urllib.request.Request(
    ${JSON.stringify(url)},
    method="POST",
    headers={
        "Authorization": f"Bearer {os.environ['RIVYA_API_KEY']}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    },
    data=json.dumps(${indented(pythonLiteral(content), '    ')}).encode(),
)
with urllib.request.urlopen(request) as response:
    print(json.load(response))
`;
}

/** A JSON value as Python writes it. Strings are the same but for characters beyond the first plane, which stand as they are. */
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
      ([key, each]) => `${inner}${JSON.stringify(key)}: ${pythonLiteral(each, inner)},\n`,
    );
    return items.length === 0 ? '{}' : `{\n${items.join('')}${indent}}`;
  }
  return JSON.stringify(value);
}

function indented(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`);
}
