/** What `rivya --help` says. It stands alone, so that nothing need be loaded to say it. */
export const usage = `Usage: rivya <command> [options] [paths or names]

  plan      what is missing, out of date or edited, and what making it would cost
  sync      makes it, within what was agreed to
  check     whether files, recipes and manifest agree; needs no key and no network
  report    what changed since a commit, and what it cost; needs no key
  accept    files that were edited by hand stay as they are
  adopt     files that stand where the manifest wishes one are taken as they are
  resolve   after a merge: the recipe that fits the file which stands there
  prune     removes what the manifest wishes no longer, after a question
  init      writes a manifest to begin with

Options
  --format <text|json|markdown|github>   (plan, sync, check, report)
  --exit-code            2 when there is something to do (plan)
  --max-credits <n>      nothing is ordered that could pass it (sync); needed where nobody can answer
  --only <states>        of missing, stale, underived; commas between them (sync)
  --replace-edited <glob>  files edited by hand that may be made anew (plan, sync)
  --yes                  no question (sync, prune)
  --base <commit>        what to compare with (report)
  --folder <path>        where rivya.assets.yaml is; by default here or in the nearest folder above
  --help, --version

Environment
  RIVYA_API_KEY, RIVYA_BASE_URL (default https://rivya.ai), RIVYA_STATE (where orders and results are kept)

Exit codes
  0 done   1 wrong use, invalid manifest, error   2 something to do   3 check found something, or a conflict
  4 some were not made   5 the limit would be passed   6 a person must decide   7 no key, or no way to Rivya`;
