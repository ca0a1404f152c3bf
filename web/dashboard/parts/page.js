// The frame of a view: its title, what can be done, and where it stands.
import { html, useEffect, useRef } from '../../shared/view.js';

/** The heading of a page. Whoever comes to it hears where they are. */
export function Heading({ children }) {
  const element = useRef();
  useEffect(() => {
    // Not on the first load, where the browser's own order is right.
    if (document.activeElement !== document.body || performance.now() > 3000) element.current.focus({ preventScroll: true });
  }, []);
  return html`<h1 ref=${element} tabindex="-1">${children}</h1>`;
}

/** A view's heading and content. The title is the tab's; `actions` stand beside the heading. */
export function Page({ title, heading = title, above, actions, children, wide = false }) {
  useEffect(() => {
    document.title = `${title} · kyc-stack`;
  }, [title]);
  return html`<main class=${wide ? 'wide' : undefined} id="main">
    ${above && html`<p class="above">${above}</p>`}
    <div class="heading"><${Heading}>${heading}<//>${actions && html`<div class="actions">${actions}</div>`}</div>
    ${children}
  </main>`;
}
