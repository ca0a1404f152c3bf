// What is said to whoever looks at the page: nothing there, something went wrong, something was done.
import { html, useEffect, useState } from '../../shared/view.js';
import { Limited, Offline, Unfit } from '../api.js';

/** Says something to people who hear the page instead of seeing it: in the dialog that is open once what was done is drawn, or on the page. */
export const say = (text) => setTimeout(() => {
  const news = [...document.querySelectorAll('dialog[open] > .news')].at(-1) ?? document.getElementById('news');
  // The same once more is news, too.
  news.textContent = news.textContent === text ? `${text}\u00a0` : text;
}, 50);

/** Nothing is there, and what to do about it. */
export const Empty = ({ title, children }) => html`<div class="empty"><p class="title">${title}</p>${children}</div>`;

function told(error) {
  if (error instanceof Offline) return ['The server cannot be reached', 'Check your connection. Nothing is lost; try again in a moment.'];
  if (error instanceof Limited) return ['Too many questions at once', `The server answers again in ${error.seconds} seconds.`];
  if (error instanceof Unfit) return ['The server does not take this', error.message];
  return ['The server could not answer', error.reference ? `Try again. If it stays, tell your operator this reference: ${error.reference}` : 'Try again in a moment.'];
}

/** What went wrong, with a way to try again. */
export function Failure({ error, again }) {
  const [title, text] = told(error);
  return html`<div class="failure" role="alert"><p class="title">${title}</p><p>${text}</p>
    ${again && html`<button type="button" onClick=${again}>Try again</button>`}</div>`;
}

/** What the server refused an input for, as far as it belongs to no field that is shown. */
export const Refusals = ({ errors, besides = [] }) => {
  const rest = errors.filter(({ field }) => !besides.includes(field?.join('.')));
  return rest.length > 0 && html`<div class="refusals" role="alert"><ul>${rest.map(({ message }) => html`<li>${message}</li>`)}</ul></div>`;
};

/** While the first answer is on its way. Said only when it takes longer than a blink. */
export function Loading({ what }) {
  const [slow, set] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => set(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return html`<p class="loading" role="status">${slow && `Loading ${what}…`}</p>`;
}
