import { isLong } from './propertyRuns.ts';

/**
 * How long something takes on texts of different lengths, in CPU time of this thread: what else the machine
 * does at the time does not count.
 */
type Run = (text: string) => unknown;

/** Characters, about. */
export const growthSizes = [8_192, 65_536] as const;

/** Eight times the text in eight times the time, with room for memory that is cold; squared it is 64. */
export const linearGrowth = 24;
/** What grows so little needs no second look, whatever else the machine did. */
const clearGrowth = 10;

/**
 * How many times longer something takes on a text of the larger size than on one of the smaller: about the
 * ratio of the sizes when it is linear, the square of that when it is quadratic. The small text is read as
 * often as makes up the large one, so that both take long enough to be measured.
 */
export function growthOf(
  run: Run,
  make: (size: number) => string,
  [least, most]: readonly [number, number] = growthSizes,
): number {
  const small = make(least);
  const large = make(most);
  const times = Math.round(most / least);
  const often: Run = text => {
    for (let time = 0; time < times; time++) run(text);
  };
  const growth = ([base = 0, cost = 0]: readonly number[]): number =>
    (cost / Math.max(base, negligibleMs)) * times;
  const jobs = [
    [often, small],
    [run, large],
  ] as const;
  return growth(leastCosts(jobs, costs => growth(costs) <= clearGrowth));
}

/**
 * How many times longer than a plain pass each of several things takes on a text. A plain pass looks at each
 * UTF-16 unit once and counts what every reader of a document has to find: lines and code points.
 */
export function ratiosToPlainPass<Name extends string>(
  runs: Readonly<Record<Name, Run>>,
  text: string,
): Record<Name, number> {
  const names = Object.keys(runs) as Name[];
  const jobs = [[plainPass, text] as const, ...names.map(name => [runs[name], text] as const)];
  const ratios = ([base = 0, ...costs]: readonly number[]): number[] =>
    costs.map(cost => cost / Math.max(base, resolutionMs));
  const least = ratios(leastCosts(jobs, costs => Math.max(...ratios(costs)) <= few));
  return Object.fromEntries(names.map((name, index) => [name, least[index] ?? 0])) as Record<Name, number>;
}

function plainPass(text: string): number {
  let lines = 1;
  let codePoints = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x0a) lines++;
    if ((unit & 0xfc00) !== 0xdc00) codePoints++;
  }
  return lines + codePoints;
}

/** Below this a duration says nothing. */
const resolutionMs = 0.5;
/** What takes less is not taken for growth: the square of the larger size takes many times as long. */
const negligibleMs = 5;
/** So many plain passes are far from too many, whatever else the machine did. */
const few = 15;
const rounds = 3;

/**
 * The least of several runs of each, in turn, in milliseconds.
 * @param isClear whether nothing about these costs is in doubt, so that `npm test` spares further runs
 */
function leastCosts(
  jobs: readonly (readonly [run: Run, text: string])[],
  isClear: (costs: readonly number[]) => boolean,
): number[] {
  const costs = jobs.map(() => Infinity);
  for (let round = 0; round < rounds && (isLong || round === 0 || !isClear(costs)); round++) {
    for (const [index, [run, text]] of jobs.entries()) {
      // One that stands still is not waited for again.
      if (round > 0 && (costs[index] ?? 0) > standstillMs) continue;
      costs[index] = Math.min(costs[index] ?? Infinity, cpuTime(run, text));
    }
  }
  return costs;
}

const standstillMs = 2_000;

function cpuTime(run: Run, text: string): number {
  const before = process.threadCpuUsage();
  run(text);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
