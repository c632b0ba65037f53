/** Settings whose keys a tool knows, so that nobody may add one, and an image is no picture. */
const names =
  /^(?:package(?:-lock)?|composer|[jt]sconfig(?:\.[\w-]+)?|turbo|nx|lerna|firebase|vercel|renovate|deno)\.jsonc?$|^(?:cargo|pyproject|netlify|wrangler|fly|rustfmt|clippy|book)\.toml$|^(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$|^(?:\.gitlab-ci|azure-pipelines|bitbucket-pipelines|\.travis|action|dependabot|pnpm-workspace|kustomization|values|openapi|swagger|serverless|cloudbuild|skaffold)\.ya?ml$|^(?:openapi|swagger)\.json$|^\.(?:eslintrc|prettierrc|babelrc|stylelintrc)(?:\.(?:json|ya?ml))?$/i;

/**
 * Whether a document of data is the settings of a tool, by its file's name or by what it says of itself
 * (Kubernetes, OpenAPI).
 */
export function isToolSettings(file: readonly string[] | undefined, text: string): boolean {
  if (names.test(file?.at(-1) ?? '') || file?.at(-2) === '.vscode') return true;
  const head = text.slice(0, 20_000);
  return (/^apiVersion:/m.test(head) && /^kind:/m.test(head)) || /^(?:openapi|swagger|asyncapi):/m.test(head);
}
