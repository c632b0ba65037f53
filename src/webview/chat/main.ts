/** The chat page. Loaded by the webview as its one script. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import './chatPage.ts';
