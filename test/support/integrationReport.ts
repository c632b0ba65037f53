/**
 * What the suite in the extension host tells its launcher, as JSON in the file named by
 * {@link reportVariable}.
 */
export interface IntegrationReport {
  readonly tests: readonly IntegrationTest[];
}

export interface IntegrationTest {
  /** Titles of the suites and of the test, outermost first. */
  readonly title: string;
  readonly outcome: 'passed' | 'failed';
  readonly milliseconds: number;
  /** Stack of the failure. */
  readonly error?: string;
}

/** Environment variable with the path of the report file. */
export const reportVariable = 'RIVYA_TEST_REPORT';
/** Environment variable with a part of the titles of the tests to run; all run without it. */
export const grepVariable = 'RIVYA_TEST_GREP';

/**
 * Environment variable with the test files to run in this window, as JSON: their names in `test/integration`,
 * without endings.
 */
export const filesVariable = 'RIVYA_TEST_FILES';

export function countFailed(report: IntegrationReport): number {
  return report.tests.filter(test => test.outcome === 'failed').length;
}

/** The report for a person, one line a test, with what failed at the end. */
export function formatReport(report: IntegrationReport): string {
  return report.tests
    .toSorted((a, b) => Number(a.outcome === 'failed') - Number(b.outcome === 'failed'))
    .map(test => {
      const mark = test.outcome === 'passed' ? '✓' : '✗';
      const error = test.error === undefined ? '' : `\n${test.error.replaceAll(/^/gm, '      ')}`;
      return `  ${mark} ${test.title} (${Math.round(test.milliseconds)} ms)${error}`;
    })
    .join('\n');
}
