// The steps of a journey in their order: moved, left out and taken in by buttons, which the keyboard has, too.
import { html, useLayoutEffect, useRef } from '../../../shared/view.js';
import { say } from '../../parts/notice.js';
import { word, words } from '../../words.js';

export function Order({ steps, onSteps, error }) {
  const list = useRef();
  const focus = useRef();
  // The button that was pressed is somewhere else by now, or gone.
  useLayoutEffect(() => {
    if (!focus.current) return;
    const [kind, ...actions] = focus.current;
    focus.current = undefined;
    const buttons = actions.map((action) => list.current.querySelector(`[data-kind="${kind}"] [data-action="${action}"]:not(:disabled)`));
    buttons.find(Boolean)?.focus();
  }, [steps]);
  const others = words('kind').filter(([kind]) => !steps.includes(kind));
  const move = (at, by) => {
    const next = [...steps];
    next.splice(at + by, 0, ...next.splice(at, 1));
    focus.current = [steps[at], by < 0 ? 'up' : 'down', by < 0 ? 'down' : 'up'];
    onSteps(next);
    say(`${word('kind', steps[at])} is step ${at + by + 1} of ${steps.length} now.`);
  };
  const leave = (at) => {
    const next = steps.filter((_, place) => place !== at);
    focus.current = [steps[at], 'add'];
    onSteps(next);
    say(`${word('kind', steps[at])} is left out.`);
  };
  const add = (kind) => {
    focus.current = [kind, 'up', 'leave'];
    onSteps([...steps, kind]);
    say(`${word('kind', kind)} is step ${steps.length + 1} now.`);
  };
  return html`<div class="order" ref=${list}>
    <ol aria-label="Steps, in order">${steps.map((kind, at) => html`<li key=${kind} data-kind=${kind}>
      <span class="place" aria-hidden="true">${at + 1}</span><span class="what">${word('kind', kind)}</span>
      <button type="button" data-action="up" disabled=${at === 0} aria-label=${`Move ${word('kind', kind)} up`} onClick=${() => move(at, -1)}>↑</button>
      <button type="button" data-action="down" disabled=${at === steps.length - 1} aria-label=${`Move ${word('kind', kind)} down`}
        onClick=${() => move(at, 1)}>↓</button>
      <button type="button" data-action="leave" class="bare" disabled=${steps.length === 1} aria-label=${`Leave out ${word('kind', kind)}`}
        onClick=${() => leave(at)}>Leave out</button>
    </li>`)}</ol>
    ${others.length > 0 && html`<h3>Not in the journey</h3>
      <ul aria-label="Not in the journey">${others.map(([kind, name]) => html`<li key=${kind} data-kind=${kind}><span class="what">${name}</span>
        <button type="button" data-action="add" aria-label=${`Add ${name}`} onClick=${() => add(kind)}>Add</button></li>`)}</ul>`}
    ${error && html`<p class="wrong" role="alert">${error}</p>`}
  </div>`;
}
