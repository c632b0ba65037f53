/** What the host writes into every page of ours as JSON, in an element with the id `page-boot`. */
export interface PageBoot {
  /** BCP 47. */
  readonly language: string;
  /** English text to translation; empty for English. */
  readonly strings: Readonly<Record<string, string>>;
}
