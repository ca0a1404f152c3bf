// A dialog over the page: the browser keeps the focus in it and closes it by Escape; the focus goes back to where it was.
import { html, useEffect, useId, useRef } from '../../shared/view.js';

/**
 * `onClose` is called when somebody closes it; it stays until it is left out. What is said while it is open is heard in it: the rest
 * of the page is silent then.
 */
export function Dialog({ title, onClose, children, wide = false }) {
  const dialog = useRef();
  const id = useId();
  const gone = useRef(false);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element.showModal();
    return () => {
      gone.current = true;
      element.close();
      before?.isConnected && before.focus();
    };
  }, []);
  const cancel = (event) => {
    // A file that is not chosen after all is told of in the same word.
    if (event.target !== dialog.current) return;
    event.preventDefault();
    onClose();
  };
  // At the second Escape browsers ask nobody. What has to stay is opened again.
  const closed = () => {
    if (gone.current) return;
    onClose();
    setTimeout(() => gone.current || dialog.current.showModal());
  };
  return html`<dialog ref=${dialog} class=${wide ? 'wide' : undefined} aria-labelledby=${id}
    onCancel=${cancel} onClose=${closed}>
    <header><h2 id=${id}>${title}</h2><button type="button" class="bare" aria-label="Close" onClick=${onClose}>×</button></header>
    <div class="inside">${children}</div>
    <div role="status" class="visually-hidden news"></div>
  </dialog>`;
}
