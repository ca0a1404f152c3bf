// Where journeys may send customers back to: a list of origins.
import { html, useLayoutEffect, useRef } from '../../../shared/view.js';
import { Text, refused } from '../../parts/form.js';

/** The most that the server takes. */
const MOST = 20;

export function Origins({ origins, onOrigins, errors }) {
  const list = useRef();
  const focus = useRef(false);
  // Whoever asked for one more wants to type it.
  useLayoutEffect(() => {
    if (!focus.current) return;
    focus.current = false;
    const inputs = list.current.querySelectorAll('input');
    (inputs[inputs.length - 1] ?? list.current.querySelector('button'))?.focus();
  }, [origins.length]);
  const put = (at, text) => onOrigins(origins.map((one, place) => (place === at ? text : one)));
  const resize = (next) => {
    focus.current = true;
    onOrigins(next);
  };
  return html`<fieldset class="origins" ref=${list}><legend>Where a journey may send customers back to</legend>
    <p class="hint">Origins such as https://shop.example, without a path. A link can carry an address below one of them for its end.</p>
    ${origins.map((origin, at) => html`<div key=${at} class="origin">
      <${Text} label=${`Origin ${at + 1}`} type="url" value=${origin} onText=${(text) => put(at, text)} placeholder="https://shop.example"
        spellcheck=${false} autocomplete="off"
        error=${refused(errors, `redirectOrigins.${at}`)} />
      <button type="button" class="bare" aria-label=${`Remove origin ${at + 1}`} onClick=${() => resize(origins.filter((_, place) => place !== at))}>Remove</button>
    </div>`)}
    ${refused(errors, 'redirectOrigins') && html`<p class="wrong" role="alert">${refused(errors, 'redirectOrigins')}</p>`}
    ${origins.length < MOST && html`<div><button type="button" onClick=${() => resize([...origins, ''])}>Add an origin</button></div>`}
  </fieldset>`;
}
