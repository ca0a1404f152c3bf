import { h } from '/shared/dom.js';
import { button, complaint } from '../form.js';
import { t } from '../texts.js';
import { chooser, preview } from './chosen.js';

/** The size of what is drawn on, in pixels. */
const [WIDTH, HEIGHT] = [1200, 480];
/** How much has to be drawn, in its pixels: less is a slip of the finger. */
const LEAST = 200;

/** A signature: drawn with a finger, a pen or a mouse, or a picture of one. */
export function signatureStep(view) {
  const root = h('div', {});
  const look = (canvas) => {
    root.replaceChildren(preview({ view, canvas, type: 'image/png', alt: t('signature.preview'), againText: t('signature.again'), again: start }));
    view.focus();
  };
  const start = () => {
    const complain = complaint();
    const pad = drawing();
    const done = button(t('signature.done'), {
      class: 'primary',
      onclick: () => (pad.length() >= LEAST ? look(pad.canvas) : complain.say(t('signature.empty'))),
    });
    root.replaceChildren(
      h('p', { class: 'hint' }, t('signature.how')),
      h('div', { class: 'pad' }, pad.canvas),
      complain.element, done, button(t('signature.clear'), { onclick: pad.clear }),
      ...chooser({ text: t('signature.upload'), complain, chosen: look }),
    );
  };
  start();
  return root;
}

function drawing() {
  const canvas = h('canvas', { width: WIDTH, height: HEIGHT, role: 'img', 'aria-label': t('signature.pad') });
  const context = canvas.getContext('2d');
  let [last, length] = [undefined, 0];
  const clear = () => {
    length = 0;
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, WIDTH, HEIGHT);
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  };
  const to = (point) => {
    context.beginPath();
    context.moveTo(...last);
    context.lineTo(...point);
    context.stroke();
    length += Math.hypot(point[0] - last[0], point[1] - last[1]);
    last = point;
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    // A dot is a stroke, too.
    to([last[0] + 1, last[1]]);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!last || !event.isPrimary) return;
    const all = event.getCoalescedEvents?.() ?? [];
    (all.length > 0 ? all : [event]).forEach((one) => to(at(one)));
  });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => (last = undefined));
  clear();
  Object.assign(context, { strokeStyle: '#101418', lineWidth: 7, lineCap: 'round', lineJoin: 'round' });
  return { canvas, clear, length: () => length };
}
