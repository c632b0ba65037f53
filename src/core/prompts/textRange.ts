/** UTF-16 offsets into a text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** In a longer line, which nobody wrote by hand, strings and tags are not sought: that bounds the time. */
export const longestLine = 10_000;
