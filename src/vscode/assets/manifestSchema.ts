import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { isRecord, parseJson } from '../../base/json.ts';

/** A part of the schema of a manifest. */
type Schema = Readonly<Record<string, unknown>>;

/** What the schema says of the place below some keys. */
export interface SchemaWords {
  readonly keys: readonly { readonly key: string; readonly description: string | undefined }[];
  readonly values: readonly string[];
  readonly description: string | undefined;
}

/**
 * The schema that is contributed to whoever checks YAML; for those who have no such extension, we complete
 * and explain keys by the same file.
 */
export class ManifestSchema {
  readonly #file: string;
  #schema: Promise<Schema> | undefined;

  constructor(extension: vscode.Uri) {
    this.#file = vscode.Uri.joinPath(extension, 'media', 'schemas', 'rivya.assets.schema.json').fsPath;
  }

  async at(path: readonly string[]): Promise<SchemaWords> {
    let here: Schema | undefined = await (this.#schema ??= read(this.#file));
    for (const key of path) here = here && below(here, key);
    const properties = here && propertiesOf(here);
    const values = here?.['enum'];
    return {
      keys: Object.entries(properties ?? {}).map(([key, each]) => ({
        key,
        description: descriptionOf(each),
      })),
      values:
        here?.['type'] === 'boolean' ? ['true', 'false'] : Array.isArray(values) ? values.map(String) : [],
      description: here && descriptionOf(here),
    };
  }
}

async function read(file: string): Promise<Schema> {
  const schema = parseJson(await readFile(file, 'utf8'));
  if (!isRecord(schema)) throw new Error('The schema of a manifest is no object.');
  return schema;
}

function below(schema: Schema, key: string): Schema | undefined {
  const { [key]: own } = propertiesOf(schema);
  if (isRecord(own)) return own;
  const { additionalProperties: others } = schema;
  return isRecord(others) ? others : undefined;
}

/** Its own, or those of the one form that has any: a prompt is a text, or a mapping. */
function propertiesOf(schema: Schema): Schema {
  const { properties, anyOf, items } = schema;
  if (isRecord(properties)) return properties;
  const forms = [...(Array.isArray(anyOf) ? (anyOf as unknown[]) : []), items];
  for (const form of forms) if (isRecord(form) && isRecord(form['properties'])) return form['properties'];
  return {};
}

function descriptionOf(schema: unknown): string | undefined {
  const text = isRecord(schema) ? schema['description'] : undefined;
  return typeof text === 'string' ? text : undefined;
}
