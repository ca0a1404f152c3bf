// The steps of a journey in their order: moved, left out and taken in by buttons, which the keyboard has, too.
import { html, useEffect, useRef } from '../../shared/view.js';
import { word, words } from '../words.js';
import { say } from './notice.js';

const nameOf = (kind) => word('kind', kind);

/** `keeps` tells of a kind why it cannot be left out, in words that stand beside it; nothing, where it can. */
export function Order({ legend, hint, steps, keeps = () => undefined, onSteps, error }) {
  const list = useRef();
  const wanted = useRef();
  // A button keeps the focus when its step has moved, and hands it on when it is gone.
  useEffect(() => {
    if (!wanted.current) return;
    (list.current.querySelector(wanted.current) ?? list.current.querySelector('button'))?.focus();
    wanted.current = undefined;
  });
  const others = words('kind').map(([kind]) => kind).filter((kind) => !steps.includes(kind));
  const move = (kind, by) => {
    const from = steps.indexOf(kind);
    const to = from + by;
    if (to < 0 || to >= steps.length) return;
    wanted.current = `[data-kind="${kind}"] [data-by="${by}"]`;
    onSteps(steps.toSpliced(from, 1).toSpliced(to, 0, kind));
    say(`${nameOf(kind)} is step ${to + 1} of ${steps.length}.`);
  };
  const leave = (kind) => {
    wanted.current = `[data-add="${kind}"]`;
    onSteps(steps.filter((one) => one !== kind));
    say(`${nameOf(kind)} is left out.`);
  };
  const add = (kind) => {
    wanted.current = `[data-kind="${kind}"] [data-by="-1"]`;
    onSteps([...steps, kind]);
    say(`${nameOf(kind)} is step ${steps.length + 1}.`);
  };
  const arrow = (kind, by, name, sign, able) => html`<button type="button" class="bare" data-by=${by} aria-label=${`Move ${nameOf(kind)} ${name}`}
    aria-disabled=${able ? undefined : 'true'} onClick=${() => move(kind, by)}><svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><path d=${sign} /></svg></button>`;
  return html`<fieldset class="order" ref=${list}>
    <legend>${legend}</legend>
    <p class="hint">${hint}</p>
    <ol aria-label="Steps, in order">${steps.map((kind, at) => html`<li key=${kind} data-kind=${kind}>
      <span class="place">${at + 1}</span><span class="kind">${nameOf(kind)}${keeps(kind) && html` <span class="note">${keeps(kind)}</span>`}</span>
      ${arrow(kind, -1, 'up', 'M6 14l6-6 6 6', at > 0)}${arrow(kind, 1, 'down', 'M6 10l6 6 6-6', at < steps.length - 1)}
      ${!keeps(kind) && html`<button type="button" class="bare" aria-label=${`Leave ${nameOf(kind)} out`} onClick=${() => leave(kind)}>
        <svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17" /></svg></button>`}
    </li>`)}</ol>
    ${others.length > 0 && html`<div class="others">${others.map((kind) => html`
      <button key=${kind} type="button" class="add" data-add=${kind} onClick=${() => add(kind)}>Add ${nameOf(kind)}</button>`)}</div>`}
    ${error && html`<p class="wrong" role="alert">${error}</p>`}
  </fieldset>`;
}
