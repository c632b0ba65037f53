/** The gallery. Loaded by the webview as its one script. */
import './galleryPage.ts';
