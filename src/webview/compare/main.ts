/** The page that compares results. Loaded by the webview as its one script. */
import './comparePage.ts';
