import { h } from '/shared/dom.js';
import { digilocker } from '../api.js';
import { button, complaint, perform } from '../form.js';
import { tab } from '../store.js';
import { t } from '../texts.js';

/** Sends the customer to DigiLocker, or there again. */
export function digilockerStep(view) {
  const away = view.step.status === 'IN_PROGRESS';
  const complain = complaint();
  const control = button(t(away ? 'digilocker.again' : 'digilocker.start'), {
    class: 'primary',
    onclick: () => perform({
      view, control, complain, generic: 'digilocker.down', work: digilocker,
      done({ authorizeUrl }) {
        if (!isWeb(authorizeUrl)) return view.refresh();
        tab.set('away', 'true');
        location.assign(authorizeUrl);
      },
    }),
  });
  return h('div', {},
    away && h('p', {}, t('digilocker.away')),
    h('ol', { class: 'how' }, ['digilocker.how.1', 'digilocker.how.2', 'digilocker.how.3'].map((key) => h('li', {}, t(key)))),
    complain.element, control);
}

const isWeb = (url) => /^https?:\/\//.test(url ?? '');
