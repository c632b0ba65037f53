import { parseJson } from './json.ts';

// Inside a JSON string, what ends it, escapes, or must not stand there.
const special = /[^ !#-[\]-\uffff]/;
// Streams that count their events never repeat one; learning from each would cost more than it saves.
const mostVainLessons = 4;
const probe = 'probe';

/**
 * Reads a stream's events without parsing them, where they are the last one with another text in it, as nearly all are. The
 * text is then exactly what `JSON.parse` would give, for JSON around a string does not depend on what the string is.
 */
export class DeltaTemplate {
  #event: string | undefined;
  #before = '';
  #after = '';
  #vainLessons = 0;

  /** @returns undefined when the event is another one, or its text is empty or has escapes: then it must be parsed */
  read(event: string | undefined, data: string): string | undefined {
    const end = data.length - this.#after.length;
    if (this.#before === '' || end <= this.#before.length || event !== this.#event) return undefined;
    // V8 compares whole strings several times faster than `startsWith` and `endsWith` do.
    // eslint-disable-next-line @typescript-eslint/prefer-string-starts-ends-with
    if (data.slice(0, this.#before.length) !== this.#before) return undefined;
    if (data.slice(end) !== this.#after) return undefined;
    const text = data.slice(this.#before.length, end);
    if (special.test(text)) return undefined;
    this.#vainLessons = 0;
    return text;
  }

  /**
   * Remembers an event as the form of those to come.
   * @param text that was found in it
   * @param find gives the text of a parsed event, by which it is made sure that the text stands where it seems to stand
   */
  learn(
    event: string | undefined,
    data: string,
    text: string,
    find: (value: unknown) => string | undefined,
  ): void {
    if (this.#vainLessons >= mostVainLessons) {
      this.#before = '';
      return;
    }
    this.#vainLessons++;
    const literal = JSON.stringify(text);
    const start = data.indexOf(literal);
    if (start < 0) return;
    const before = data.slice(0, start + 1);
    const after = data.slice(start + literal.length - 1);
    if (find(parseJson(before + probe + after)) !== probe) return;
    this.#event = event;
    this.#before = before;
    this.#after = after;
  }
}
