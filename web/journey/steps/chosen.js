// What a selfie and a signature have in common: a file may be chosen in place of the camera or the drawing, and the picture is
// looked at before it is sent.
import { h } from '/shared/dom.js';
import { image } from '../api.js';
import { button, complaint, perform } from '../form.js';
import { bytes, opened } from '../picture.js';
import { t } from '../texts.js';

/** A button that asks for a file and gives what is on it, as a canvas. */
export function chooser({ text, capture, complain, chosen, ...attributes }) {
  const input = h('input', {
    type: 'file', accept: 'image/*', capture, class: 'visually-hidden', tabindex: '-1', 'aria-hidden': 'true',
    async onchange() {
      const [file] = input.files;
      if (!file) return;
      complain.say();
      const canvas = await opened(file);
      input.value = '';
      if (canvas) chosen(canvas);
      else complain.say(t('error.picture'));
    },
  });
  return [button(text, { ...attributes, onclick: () => input.click() }), input];
}

/** The picture, with "use it" and "again". */
export function preview({ view, canvas, type, alt, againText, again }) {
  const complain = complaint();
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', alt);
  canvas.classList.add('preview');
  const use = button(t('picture.use'), {
    class: 'primary',
    onclick: () => perform({
      view, control: use, complain, hold: true, generic: 'error.field.image',
      work: async () => image(view.step.id, await bytes(canvas, type)),
      done: () => view.refresh(),
    }),
  });
  return h('div', { class: 'stack' }, canvas, complain.element, use, button(againText, { onclick: again }));
}
