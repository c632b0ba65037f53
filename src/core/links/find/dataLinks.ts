import { isMap, isScalar, parseAllDocuments, visit } from 'yaml';
import { isSlotName } from '../../references/plan/slot.ts';
import { parseJson, type JsonValue } from '../../references/data/jsonTree.ts';
import { parseToml } from '../../references/data/tomlTree.ts';
import { isAddress, isRemote, mediaKindOf, type MediaReference, type TextSpan } from './mediaReference.ts';

/** A string of data, and the name of the key that it stands under. */
interface DataString extends TextSpan {
  readonly value: string;
  readonly key: string;
  /** Empty for one without quotes. */
  readonly quote: string;
}

/** Addresses in the strings of JSON, YAML and TOML. */
export function dataReferences(text: string, format: 'json' | 'yaml' | 'toml', at = 0): MediaReference[] {
  const strings = { json: jsonStrings, yaml: yamlStrings, toml: tomlStrings }[format](text);
  return strings.flatMap(({ start, end, value, key, quote }): MediaReference[] => {
    // What goes over several lines without quotes is not written anew.
    if (quote === '' && text.slice(start, end) !== value) return [];
    const kind = mediaKindOf(value) ?? (isRemote(value) ? 'image' : undefined);
    if (kind === undefined || !isAddress(value) || /^[~@]|^\s|\s$/.test(value)) return [];
    const span = { start: at + start, end: at + end };
    return [
      {
        kind,
        range: span,
        address: span,
        target: value,
        form: 'file',
        writing: quote === '' ? 'data' : quote === '"' ? 'dataDouble' : 'dataSingle',
        isShown: isRemote(value) || isSlotName(kind, key),
      },
    ];
  });
}

function jsonStrings(text: string): DataString[] {
  const found: DataString[] = [];
  const values: { readonly value: JsonValue; readonly key: string }[] = [
    { value: parseJson(text).root, key: '' },
  ];
  for (let next = values.pop(); next; next = values.pop()) {
    const { value, key } = next;
    const quote = text.charAt(value.start);
    const isClosed = value.end - value.start > 1 && text.charAt(value.end - 1) === quote;
    if (value.kind === 'string' && isClosed) {
      const span = { start: value.start + 1, end: value.end - 1 };
      found.push({ ...span, value: unescaped(text.slice(span.start, span.end)), key, quote });
    }
    for (const entry of value.entries)
      if (entry.value) values.push({ value: entry.value, key: entry.key ?? key });
  }
  return found.sort((a, b) => a.start - b.start);
}

function tomlStrings(text: string): DataString[] {
  return parseToml(text).entries.flatMap(({ key, value, parent }): DataString[] => {
    const quote = text.charAt(value.start);
    const isLong = text.startsWith(quote.repeat(3), value.start);
    if (value.kind !== 'string' || isLong || text.charAt(value.end - 1) !== quote) return [];
    const span = { start: value.start + 1, end: value.end - 1 };
    const source = text.slice(span.start, span.end);
    const name = key ?? parent?.key ?? '';
    return [{ ...span, value: quote === '"' ? unescaped(source) : source, key: name, quote }];
  });
}

function yamlStrings(text: string): DataString[] {
  const found: DataString[] = [];
  const documents = parseAllDocuments(text, { uniqueKeys: false });
  if (!Array.isArray(documents)) return found;
  for (const document of documents) {
    visit(document, {
      Scalar(key, node, path) {
        if (key === 'key' || typeof node.value !== 'string' || !node.range) return;
        const pair = path.findLast(each => !isMap(each) && 'key' in each);
        const name = pair && 'key' in pair && isScalar(pair.key) ? String(pair.key.value) : '';
        const [from, to] = node.range;
        const first = text.charAt(from);
        const quote = first === '"' || first === "'" ? first : '';
        if (first === '|' || first === '>') return;
        const span = { start: from + quote.length, end: to - quote.length };
        found.push({ ...span, value: node.value, key: name, quote });
      },
    });
  }
  return found;
}

/** The value of a string by the escapes of JSON, which TOML has as well; empty where it has others. */
function unescaped(source: string): string {
  if (!source.includes('\\')) return source;
  try {
    return String(JSON.parse(`"${source}"`));
  } catch (error) {
    if (error instanceof SyntaxError) return '';
    throw error;
  }
}
