/** A page that hands the whole answer to `react-markdown` at each delta. */
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import Markdown from 'react-markdown';

const root = createRoot(document.body.appendChild(document.createElement('div')));
let text = '';

Object.assign(window, {
  deliver(delta: string) {
    text += delta;
    root.render(createElement(Markdown, null, text));
    window.scrollTo(0, document.body.scrollHeight);
  },
});
