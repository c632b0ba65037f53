/** User settings that turn off what asks for attention or for the network in a fresh profile. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.experimentalOnboarding': false,
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
  // No test needs types, and the server that knows them asks npm's registry for those of packages.
  'typescript.tsserver.useSyntaxServer': 'always',
  // A view that opens late takes the focus from the palette, which would close.
  'workbench.quickOpen.closeOnFocusLost': false,
  'editor.accessibilitySupport': 'off',
  // Else the lines move down and up again as the search opens and closes, away from a click.
  'editor.find.addExtraSpaceOnTop': false,
  // What moves is drawn anew all the time, without a graphics card by the processor.
  'editor.cursorBlinking': 'solid',
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};
