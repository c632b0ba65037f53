/** What `rivya --help` says. It stands alone, so that nothing need be loaded to say it. */
export const usage = `Usage: rivya <command> [options] [paths or names]

  plan      what is missing, out of date or edited, and what making it would cost
  sync      makes it, within what was agreed to
  check     whether files, recipes and manifest agree; needs no key and no network
  report    what changed since a commit, and what it cost; needs no key
  accept    keeps files that were edited
  adopt     takes existing files where the manifest names one
  resolve   after a merge: keeps the recipe that fits the file
  prune     removes what is no longer in the manifest, after a question
  init      writes a manifest to start with

Options
  --format <text|json|markdown|github>   (plan, sync, check, report)
  --exit-code            2 when there is something to do (plan)
  --max-credits <n>      nothing is ordered that could exceed it (sync); needed without a terminal
  --only <states>        of missing, stale, underived; commas between them (sync)
  --replace-edited <glob>  edited files that may be replaced (plan, sync)
  --yes                  no question (sync, prune)
  --base <commit>        what to compare with (report)
  --folder <path>        where rivya.assets.yaml is; by default here or in the nearest folder above
  --help, --version

Environment
  RIVYA_API_KEY, RIVYA_BASE_URL (default https://rivya.ai), RIVYA_STATE (where orders and results are kept)

Exit codes
  0 done   1 wrong use, invalid manifest, error   2 something to do   3 check found something, or a conflict
  4 some were not made   5 the limit would be exceeded   6 a person must decide   7 no key, or no connection to Rivya`;
