/** The chat page. Loaded by the webview as its one script. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import { showNamesAtFocus } from '../common/focusTooltip.ts';
import './chatPage.ts';

showNamesAtFocus();
