// What the parts of the page share: changing the attempt, and hearing that somebody else has.
import { html, useState } from '../../../shared/view.js';
import { change } from '../../api.js';
import { useEvents } from '../../live.js';
import { By, Because } from '../../parts/event.js';
import { useAction } from '../../parts/form.js';
import { useSession } from '../../session.js';
import { WHOLE } from './documents.js';

const ANSWERS = { screeningMatchDecide: 'step { attempt { ...Whole } }' };

/** A change of the attempt by its mutation's name. What it answers is shown at once; a refusal brings what is there now. */
export function useDecision({ show, reload }, name) {
  return useAction(async (input) => {
    const payload = await change(name, input, ANSWERS[name] ?? 'attempt { ...Whole }', WHOLE);
    const attempt = payload.attempt ?? payload.step?.attempt;
    if (attempt) show(attempt);
    if (payload.userErrors.length > 0) await reload();
    return payload;
  });
}

/**
 * What moved since a dialog was opened: `{ seen, moved, own, news, accept }`; `own` is what the viewer did by themselves. `version` is what is there now, `isAbout` tells which events
 * belong to it. `accept` says that somebody has looked at it.
 */
export function useMeanwhile(version, isAbout) {
  const { viewer } = useSession();
  const [seen, setSeen] = useState(version);
  const [news, setNews] = useState([]);
  useEvents((event) => isAbout(event) && setNews((was) => [...was, event].slice(-3)));
  return {
    seen, news, moved: seen !== version, own: news.length > 0 && news.every(({ actor }) => actor.id === viewer.id),
    accept: () => {
      setSeen(version);
      setNews([]);
    },
  };
}

/** Says that somebody was faster, and what is there now. What was typed stays. */
export const Meanwhile = ({ meanwhile, what, children }) => meanwhile.moved && html`<div class="meanwhile" role="alert">
  <p class="title">${meanwhile.own ? `${what} was changed by you: in another tab, or here, when the answer got lost.`
    : `${what} changed while this was open. Nothing of yours was sent, and what you typed is still here.`}</p>
  ${meanwhile.news.length > 0 && html`<ul>${meanwhile.news.map((event) => html`<li key=${event.id}>${event.summary}, <${By} actor=${event.actor} />
    <${Because} reason=${event.reason} /></li>`)}</ul>`}
  <p>${children}</p>
  <button type="button" onClick=${meanwhile.accept}>Go on with what is there now</button>
</div>`;

/** Brings whoever sends before having looked to what changed. */
export const heed = () => setTimeout(() => document.querySelector('dialog[open] .meanwhile button')?.focus());

/** Instead of a form, when there is nothing left to decide. */
export const Over = ({ children, onClose }) => html`<div class="meanwhile" role="alert"><p class="title">${children}</p>
  <button type="button" onClick=${onClose}>Close</button></div>`;
