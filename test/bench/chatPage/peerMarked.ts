/** A page that parses the whole answer and sets it as HTML at each delta, as many panels do. */
import { marked } from 'marked';

const answer = document.createElement('div');
document.body.append(answer);
let text = '';

Object.assign(window, {
  deliver(delta: string) {
    text += delta;
    answer.innerHTML = marked.parse(text, { async: false });
    window.scrollTo(0, document.body.scrollHeight);
  },
});
