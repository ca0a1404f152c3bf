// A dialog over the page: the browser keeps the focus in it, closes it by Escape, and gives the focus back.
import { html, useEffect, useId, useRef } from '../../shared/view.js';

/** `onClose` is called when it is closed in whatever way; what is in it is shown while it is there. */
export function Dialog({ title, onClose, children, wide = false }) {
  const dialog = useRef();
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element.showModal();
    return () => {
      element.close();
      before?.isConnected && before.focus();
    };
  }, []);
  return html`<dialog ref=${dialog} class=${wide ? 'wide' : undefined} aria-labelledby=${id}
    onCancel=${(event) => { event.preventDefault(); onClose(); }}>
    <header><h2 id=${id}>${title}</h2><button type="button" class="bare" aria-label="Close" onClick=${onClose}>×</button></header>
    <div class="inside">${children}</div>
  </dialog>`;
}
