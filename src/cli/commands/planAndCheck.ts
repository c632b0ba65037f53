import { isRivyaError } from '../../api/errors/errors.ts';
import { manifestName } from '../../core/assets/manifest/manifest.ts';
import { catalogueProblems, KnownPrices } from '../../core/assets/plan/catalogue.ts';
import { readPackage } from '../../core/assets/plan/facts.ts';
import { makePlan, type Plan } from '../../core/assets/plan/plan.ts';
import {
  annotations,
  checkFails,
  findingsOf,
  findingText,
  hasConflict,
  hasWork,
  jsonView,
  markdownView,
  summaryText,
  textView,
  type TotalContext,
} from '../../core/assets/plan/views.ts';
import { AssetOrders } from '../../core/assets/sync/assetOrders.ts';
import type { Model } from '../../api/resources/models.ts';
import { CommandFailure, exitCodes, type ExitCode } from '../common/exitCodes.ts';
import { matchesAny, wantedBy, type CommandOptions } from '../common/options.ts';
import { namesIn, packageOf, soundFacts, tellProblems, writeSummary } from '../common/package.ts';
import { clientOf, commandLog, existingLedger, modelsOf, serverOf } from '../common/session.ts';
import type { Terminal } from '../common/terminal.ts';

/** `rivya plan`: reads only. Without a way to Rivya the prices are left out, and it says so. */
export async function plan(terminal: Terminal, options: CommandOptions): Promise<ExitCode> {
  const folder = packageOf(options, terminal.cwd);
  const facts = soundFacts(terminal, options, await readPackage(folder));
  const server = serverOf(terminal.env);
  const client = clientOf(terminal.env, server, commandLog(terminal));
  let models: Model[] | undefined;
  try {
    models = await modelsOf(client, terminal.signal);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    terminal.error(`${error.message} Prices and models are left out.`);
  }
  if (models && tellProblems(terminal, options, catalogueProblems(facts.assets, models)))
    return exitCodes.wrong;
  const prices = new KnownPrices(facts.recipes.values());
  const ledger = existingLedger(terminal.env);
  try {
    const orders = ledger && new AssetOrders(ledger, server.origin);
    const made = makePlan(
      facts,
      {
        order: recipe => orders?.fact(recipe) ?? { state: 'none' },
        price: asset =>
          models
            ? prices.of(asset, models)
            : { jobs: 1, certainty: 'unknown', credits: undefined, worst: undefined },
      },
      {
        wants: wantedBy(namesIn(folder, terminal.cwd, options.paths)),
        replacesEdited: matchesAny(options.replaceEdited),
      },
    );
    showPlan(terminal, options, made, { limit: facts.maxCredits });
    if (hasConflict(made)) return exitCodes.found;
    return options.exitCode && hasWork(made) ? exitCodes.work : exitCodes.done;
  } finally {
    ledger?.dispose();
  }
}

/** Shows a plan in the form that was asked for. */
export function showPlan(
  terminal: Terminal,
  { format, command }: Pick<CommandOptions, 'format' | 'command'>,
  made: Plan,
  context: TotalContext,
): void {
  switch (format) {
    case 'text':
      terminal.out(textView(made, command, context));
      return;
    case 'json':
      terminal.out(JSON.stringify(jsonView(made, command, context), undefined, 2));
      return;
    case 'markdown':
      terminal.out(markdownView(made, command, context));
      return;
    case 'github':
      for (const line of annotations(findingsOf(made, manifestName))) terminal.out(line);
      writeSummary(terminal, markdownView(made, command, context));
      terminal.out(`rivya ${command}: ${summaryText(made)}`);
  }
}

/** `rivya check`: needs no key and no network; what only the catalogue knows is left out. */
export async function check(terminal: Terminal, options: CommandOptions): Promise<ExitCode> {
  const folder = packageOf(options, terminal.cwd);
  const facts = soundFacts(terminal, options, await readPackage(folder));
  const wants = wantedBy(namesIn(folder, terminal.cwd, options.paths));
  const made = makePlan(facts, { order: () => ({ state: 'none' }), price: () => undefined }, { wants });
  const fails = checkFails(made);
  const code = fails ? exitCodes.found : exitCodes.done;
  switch (options.format) {
    case 'text': {
      for (const finding of findingsOf(made, manifestName)) terminal.out(findingText(finding));
      terminal.out(`rivya check: ${checkSummary(made)}`);
      break;
    }
    case 'json': {
      const view: Record<string, unknown> = jsonView(made, 'check');
      delete view['total'];
      terminal.out(JSON.stringify({ ...view, exitCode: code }, undefined, 2));
      break;
    }
    default:
      showPlan(terminal, options, made, {});
  }
  return code;
}

function checkSummary({ items }: Plan): string {
  const states = Map.groupBy(items, ({ state }) => state);
  if (items.length === 0) return 'the manifest is empty';
  return [...states].map(([state, each]) => `${each.length} ${state}`).join(', ');
}

/** The balance, for a line of a plan; undefined when it cannot be known. */
export async function balanceOf(
  client: ReturnType<typeof clientOf>,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    return (await client.credits.retrieve({ signal })).current_credits;
  } catch (error) {
    if (isRivyaError(error)) return undefined;
    throw error;
  }
}
