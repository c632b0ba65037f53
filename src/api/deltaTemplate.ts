import { parseJson } from './json.ts';

// Regular expressions for JSON as it is written. The first is for what stands for itself between quotes.
const plain = '[ !#-[\\]-\\uffff]*';
const textLiteral = `("${plain}(?:\\\\.${plain})*")`;
const simpleLiteral = `(?:"${plain}"|(?:0|[1-9]\\d*)(?:\\.\\d+)?)`;
// Of a stream that never repeats an event, learning from each would cost more than it saves.
const mostVainLessons = 4;
// A larger form would take longer to make than it saves.
const longestEvent = 10_000;
const probe = 'probe';

/**
 * Reads a stream's events without parsing them, where they are the last one with another text in it, as nearly all are. The
 * text is then exactly what `JSON.parse` would give, for JSON around a string does not depend on what the string is.
 */
export class DeltaTemplate {
  readonly #changing: RegExp;
  #event: string | undefined;
  #form: RegExp | undefined;
  #vainLessons = 0;

  /** @param changingKeys whose values, texts or numbers, may differ from event to event, for nothing depends on them */
  constructor(changingKeys: readonly string[]) {
    this.#changing = new RegExp(`(?<="(?:${changingKeys.join('|')})": ?)${simpleLiteral}(?=[,}])`);
  }

  /** @returns undefined when the event is another one, or its text is empty: then it must be parsed */
  read(event: string | undefined, data: string): string | undefined {
    if (!this.#form || event !== this.#event || data.length > longestEvent) return undefined;
    const literal = this.#form.exec(data)?.[1];
    if (literal === undefined || literal === '""') return undefined;
    this.#vainLessons = 0;
    if (!literal.includes('\\')) return literal.slice(1, -1);
    const text = parseJson(literal);
    return typeof text === 'string' ? text : undefined;
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
    if (data.length > longestEvent) return;
    for (const { 0: literal, index } of data.matchAll(new RegExp(textLiteral, 'g'))) {
      if (parseJson(literal) !== text) continue;
      if (this.#vainLessons >= mostVainLessons) {
        this.#form = undefined;
        return;
      }
      this.#vainLessons++;
      const around = [data.slice(0, index), data.slice(index + literal.length)];
      if (find(parseJson(around.join(`"${probe}"`))) !== probe) continue;
      this.#event = event;
      this.#form = new RegExp(`^${around.map(json => this.#pattern(json)).join(textLiteral)}$`);
      return;
    }
  }

  #pattern(json: string): string {
    const fixed = json.split(this.#changing);
    return fixed.map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join(simpleLiteral);
  }
}
