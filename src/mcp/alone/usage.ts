/** What `rivya-mcp --help` says. It stands alone, so that nothing need be loaded to say it. */
export const usage = `Usage: rivya-mcp [options] [command]

Serves Rivya to an agent over standard input and output (MCP). Without a command it serves until its client goes.

  login            stores an API key for this server, after it was verified; it is asked for without an echo
  logout           forgets it
  doctor           says what is set up, and what is not
  config <client>  what to paste into a client: claude-code, codex, cursor, cline, zed, vscode, other

Options
  --root <folder>        where agents may name files, and where results go; may be repeated
  --data <folder>        where orders and results are kept; by default the platform's folder for state
  --confirm-above <n>    a paid order above so many credits is asked for first (0)
  --daily-budget <n>     what agents may spend in a day, in credits; 0: nothing that costs (50)
  --read-only            only the tools that cost nothing
  --tools <names>        only these tools; commas between them
  --key-command <line>   a program that prints the API key, run without a shell
  --help, --version

Environment
  RIVYA_API_KEY, RIVYA_BASE_URL (default https://rivya.ai), RIVYA_LOG=debug (everything, on standard error)`;
