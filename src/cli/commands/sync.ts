import { worded } from '../../base/wording.ts';
import { catalogueProblems, KnownPrices } from '../../core/assets/plan/catalogue.ts';
import { readPackage } from '../../core/assets/plan/facts.ts';
import { makePlan, type Plan, type PlanItem } from '../../core/assets/plan/plan.ts';
import {
  annotations,
  cell,
  creditsText,
  hasConflict,
  hasWork,
  jsonView,
  priceText,
  textView,
  totalOf,
  type Finding,
} from '../../core/assets/plan/views.ts';
import { AssetOrders } from '../../core/assets/sync/assetOrders.ts';
import { priceChangeText, syncPackage, type SyncReport } from '../../core/assets/sync/sync.ts';
import { manifestName } from '../../core/assets/manifest/manifest.ts';
import { inertText } from '../../base/text.ts';
import { exitCodes, type ExitCode } from '../common/exitCodes.ts';
import { matchesAny, wantedBy, type CommandOptions } from '../common/options.ts';
import { namesIn, packageOf, soundFacts, tellProblems, writeSummary } from '../common/package.ts';
import { apiKeyOf, clientOf, commandLog, modelsOf, openSession, serverOf } from '../common/session.ts';
import type { Terminal } from '../common/terminal.ts';
import { toolName } from '../common/version.ts';
import { balanceOf } from './planAndCheck.ts';

/** `rivya sync`: nothing that costs credits happens before somebody, or `--max-credits`, has agreed to it. */
export async function sync(terminal: Terminal, options: CommandOptions): Promise<ExitCode> {
  const { env, signal } = terminal;
  const folder = packageOf(options, terminal.cwd);
  const facts = soundFacts(terminal, options, await readPackage(folder));
  const planOptions = {
    wants: wantedBy(namesIn(folder, terminal.cwd, options.paths)),
    replacesEdited: matchesAny(options.replaceEdited),
    only: options.only,
  };
  const log = commandLog(terminal);
  const server = serverOf(env);
  const client = clientOf(env, server, log);
  const models = await modelsOf(client, signal);
  if (tellProblems(terminal, options, catalogueProblems(facts.assets, models))) return exitCodes.wrong;
  const limits = [options.maxCredits, facts.maxCredits].filter(each => each !== undefined);
  const limit = limits.length > 0 ? Math.min(...limits) : undefined;

  using session = openSession({
    ...{ env, folder, server, client, models, log, tool: toolName },
    tell: text => terminal.error(text),
  });
  const orders = new AssetOrders(session.services.ledger, server.origin);
  const prices = new KnownPrices(facts.recipes.values());
  const questions = {
    order: (recipe: string) => orders.fact(recipe),
    price: (asset: Parameters<KnownPrices['of']>[0]) => prices.of(asset, models),
  };
  const planned = makePlan(facts, questions, planOptions);
  const isOrdering = planned.items.some(({ action }) => action === 'make');
  const balance = isOrdering && apiKeyOf(env) !== undefined ? await balanceOf(client, signal) : undefined;
  const show = options.format === 'json' ? (): void => undefined : (text: string) => terminal.error(text);
  show(textView(planned, 'sync', { limit, balance }));
  if (hasConflict(planned)) {
    end(terminal, options, emptyReport(planned), exitCodes.found);
    return exitCodes.found;
  }
  if (isOrdering && apiKeyOf(env) === undefined) {
    terminal.error('No API key is set. Set RIVYA_API_KEY. Nothing was ordered.');
    return exitCodes.server;
  }
  const isUnlimited = options.maxCredits === undefined;
  if (isOrdering && isUnlimited && !terminal.isInteractive) {
    terminal.error("This isn't a terminal: set a limit with --max-credits. Nothing was ordered.");
    return exitCodes.wrong;
  }
  let hasPerson = false;
  if (hasWork(planned) && terminal.isInteractive && !options.yes) {
    hasPerson = await terminal.confirm(questionText(planned));
    if (!hasPerson) {
      terminal.error('Nothing was done.');
      return exitCodes.done;
    }
  }
  const report = await syncPackage(session.services, {
    ...planOptions,
    agreement: { limit, named: totalOf(planned).credits, hasPerson },
    signal,
    onEvent: progress(terminal, planned),
  });
  const code = codeOf(report);
  end(terminal, options, report, code);
  return code;
}

function questionText(plan: Plan): string {
  const total = totalOf(plan);
  const olds = plan.items.filter(({ order }) => order?.needsPerson).length;
  const old = olds === 0 ? '' : ` Rivya may have received ${olds} before, so they may be charged twice.`;
  if (total.jobs === 0) return `Do this? Nothing is ordered.${old}`;
  const price = total.credits === undefined ? 'at an unknown price' : `for ${priceText(total)}`;
  return `Order ${total.jobs} ${price}?${old}`;
}

/** A line that changes on a terminal, and a line for each file elsewhere. */
function progress(terminal: Terminal, plan: Plan): Parameters<typeof syncPackage>[1]['onEvent'] {
  const all = plan.items.filter(({ action }) => ['make', 'take', 'copy', 'adopt'].includes(action)).length;
  let ordered = 0;
  let made = 0;
  return event => {
    const name = inertText(event.item.id, 60);
    if (event.type === 'ordered') ordered++;
    if (event.type === 'made' || event.type === 'recorded') made++;
    if (event.type === 'made') {
      const credits = event.credits === undefined ? '' : `, ${creditsText(event.credits)}`;
      terminal.error(`  ${name}: ${inertText(event.item.file, 200)}${credits}`);
    } else if (event.type === 'failed') terminal.error(`  ${name}: ${inertText(worded(event.reason), 300)}`);
    terminal.progress(`${made} of ${all} made, ${Math.max(0, ordered - made)} on the way`);
  };
}

function codeOf({ notMade, plan, priceChange }: SyncReport): ExitCode {
  const has = (kind: (typeof notMade)[number]['kind']): boolean => notMade.some(each => each.kind === kind);
  if (hasConflict(plan)) return exitCodes.found;
  if (has('server')) return exitCodes.server;
  if (priceChange !== undefined || has('person')) return exitCodes.person;
  if (has('limit')) return exitCodes.limit;
  return notMade.length > 0 ? exitCodes.notMade : exitCodes.done;
}

function emptyReport(plan: Plan): SyncReport {
  return { made: [], notMade: [], credits: 0, priceChange: undefined, plan };
}

function end(
  terminal: Terminal,
  { format }: Pick<CommandOptions, 'format'>,
  report: SyncReport,
  code: ExitCode,
): void {
  const { made, notMade, credits, priceChange, plan } = report;
  const files = made.filter(({ action }) => action !== 'move' && action !== 'none').length;
  const moves = made.filter(({ action }) => action === 'move').length;
  const summary = [
    `${files === 1 ? '1 file' : `${files} files`} made`,
    ...(moves > 0 ? [`${moves} moved`] : []),
    ...(notMade.length > 0 ? [`${notMade.length} not made`] : []),
    `at most ${creditsText(credits)}`,
  ].join(', ');
  const change =
    priceChange && `The price differs from the one you agreed to: ${priceChangeText(priceChange)}.`;
  if (change !== undefined) terminal.error(`${inertText(change, 300)} Sync again to agree to it.`);
  const line = (item: PlanItem): Record<string, unknown> => ({ id: item.id, file: item.file });
  switch (format) {
    case 'json': {
      const { assets } = jsonView(plan, 'sync');
      const document = {
        rivya: 1,
        command: 'sync',
        made: made.map(item => ({ ...line(item), action: item.action })),
        notMade: notMade.map(({ item, reason, kind }) => ({ ...line(item), kind, reason: worded(reason) })),
        credits,
        ...(priceChange && { priceChange }),
        exitCode: code,
        assets,
      };
      terminal.out(JSON.stringify(document, undefined, 2));
      return;
    }
    case 'text':
      terminal.out(`rivya sync: ${summary}`);
      return;
    case 'markdown':
      terminal.out(markdown(report, summary));
      return;
    case 'github': {
      const findings = notMade.map(({ item, reason }): Finding => ({
        severity: 'error',
        file: item.asset ? manifestName : item.file,
        line: item.asset?.ranges.name.line ?? 1,
        column: item.asset?.ranges.name.column ?? 1,
        text: `${item.id}: ${worded(reason)}`,
      }));
      for (const each of annotations(findings)) terminal.out(each);
      writeSummary(terminal, markdown(report, summary));
      terminal.out(`rivya sync: ${summary}`);
    }
  }
}

function markdown({ made, notMade }: SyncReport, summary: string): string {
  const rows = [
    ...made.map(({ id, file, action }) => `| ${cell(id)} | ${cell(file)} | ${action} | |`),
    ...notMade.map(
      ({ item, reason }) => `| ${cell(item.id)} | ${cell(item.file)} | not made | ${cell(worded(reason))} |`,
    ),
  ];
  const table =
    rows.length > 0 ? ['', '| asset | file | what | why |', '| --- | --- | --- | --- |', ...rows] : [];
  return [`**rivya sync**: ${summary}`, ...table, ''].join('\n');
}
