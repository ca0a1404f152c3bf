import { h, svg } from '/shared/dom.js';
import { button, complaint } from '../form.js';
import { drawn } from '../picture.js';
import { t } from '../texts.js';
import { chooser, preview } from './chosen.js';

/** A picture of the customer's face: by the camera, or from a file where there is none. */
export function selfieStep(view) {
  const root = h('div', {});
  const show = (...parts) => root.replaceChildren(...parts.flat().filter(Boolean));
  let stream;
  const off = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = undefined;
  };
  view.leaving(off);

  const look = (canvas) => {
    off();
    show(preview({ view, canvas, type: 'image/jpeg', alt: t('selfie.preview'), againText: t('selfie.retake'), again: start }));
    view.focus();
  };

  const start = (fault) => {
    off();
    const complain = complaint();
    const camera = button(t('selfie.camera'), { class: 'primary', onclick: () => film(camera) });
    show(
      h('ul', { class: 'how' }, ['selfie.how.1', 'selfie.how.2', 'selfie.how.3'].map((key) => h('li', {}, t(key)))),
      complain.element,
      hasCamera() ? camera : null,
      chooser({ text: t('selfie.upload'), capture: 'user', complain, chosen: look, class: hasCamera() ? '' : 'primary' }),
    );
    if (typeof fault === 'string') complain.say(fault);
  };

  const film = async (control) => {
    if (control.isBusy) return;
    control.busy(true);
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 960 } } });
    } catch (error) {
      return start(t(error.name === 'NotAllowedError' ? 'selfie.denied' : 'selfie.none'));
    }
    // The view may have gone while the customer was asked.
    if (!root.isConnected) return off();
    const video = h('video', { autoplay: true, muted: true, playsinline: true, 'aria-label': t('selfie.live') });
    video.muted = true;
    video.srcObject = stream;
    const shoot = button(t('selfie.shoot'), {
      class: 'primary',
      onclick: () => video.videoWidth && look(drawn(video, video.videoWidth, video.videoHeight)),
    });
    // A camera that is taken away, or another program's.
    stream.getVideoTracks()[0]?.addEventListener('ended', () => stream && start(t('selfie.none')));
    show(h('div', { class: 'camera' }, video, frame()), shoot, button(t('cancel'), { onclick: start }));
    shoot.focus();
    await video.play().catch(() => undefined);
  };

  start();
  return root;
}

const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/** Where the face belongs. */
function frame() {
  return svg('svg', { viewBox: '0 0 100 100', preserveAspectRatio: 'none', 'aria-hidden': 'true', class: 'frame' },
    svg('path', { 'fill-rule': 'evenodd', class: 'shade', d: 'M0 0H100V100H0Z M50 10A27 38 0 0 0 50 86A27 38 0 0 0 50 10Z' }),
    svg('ellipse', { cx: '50', cy: '48', rx: '27', ry: '38', class: 'oval' }));
}
