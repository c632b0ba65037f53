/** UTF-16 offsets into a text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** In a longer line, which nobody wrote by hand, strings and tags are not sought: that bounds the time. */
export const longestLine = 10_000;

/** No model takes a longer prompt, so that its marks need not be found. */
export const longestPrompt = 100_000;
