import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { browserArguments, findBrowser } from '../support/browser.ts';
import { runTool, type ToolReport } from './runTool.ts';
import { tools } from './tools.ts';

/*
 * `node test/tools/main.ts [--only hugo,vite]`: has the tools themselves build small projects into which our
 * own planner has put a picture, and looks whether a browser finds it. Tools are installed into `.tools`,
 * those of Debian by its own means; what is not to be had is left out and named. Exit code 1 when something
 * was not found.
 */
const { values } = parseArgs({ options: { only: { type: 'string' } } });
const names = values.only?.split(',');
const wanted = tools.filter(({ id }) => names?.some(name => id.startsWith(name)) ?? true);
const browser = await chromium.launch({ executablePath: await findBrowser(), args: [...browserArguments] });
const reports: ToolReport[] = [];
try {
  for (const tool of wanted) {
    const report = await runTool(tool, browser);
    reports.push(report);
    console.log(`${report.id} ${report.version ?? 'is not to be had here: left out'}`);
    for (const { document, address, fault } of report.seen)
      console.log(`  ${fault === undefined ? 'found ' : 'FAILED'} ${document}: ${address} ${fault ?? ''}`);
  }
} finally {
  await browser.close();
}
const seen = reports.flatMap(report => report.seen);
const failures = seen.filter(({ fault }) => fault !== undefined);
console.log(`${reports.length} tools, ${seen.length} documents, ${failures.length} failed`);
if (failures.length > 0) process.exitCode = 1;
