// Stands in for DigiLocker in the sandbox: the customer chooses what happens there, and is sent back as DigiLocker does.
import { h } from '/shared/dom.js';
import { button } from './form.js';
import { header } from './frame.js';
import { OUTCOMES } from './sandbox.js';
import { current, t, use } from './texts.js';

const asked = new URLSearchParams(location.search);

/** Where it goes back to; nothing but a page of this server. */
function home() {
  try {
    const url = new URL(asked.get('return'), location.origin);
    return url.origin === location.origin ? url : undefined;
  } catch {
    return undefined;
  }
}

function choose(outcome) {
  const url = home();
  url.searchParams.set('id', asked.get('id'));
  url.searchParams.set('success', String(outcome !== 'decline'));
  url.searchParams.set('scope', ['decline', 'empty'].includes(outcome) ? '' : 'ADHAR');
  url.searchParams.set('outcome', outcome);
  location.assign(url);
}

function render() {
  document.documentElement.lang = current();
  document.title = t('standin.title');
  const found = home() && asked.get('id');
  const options = OUTCOMES.map((outcome) => button(t(`outcome.${outcome}`), { value: outcome, onclick: () => choose(outcome) }));
  document.getElementById('header').replaceChildren(...header(undefined, true, (language) => {
    use(language);
    render();
    document.querySelector('#header [aria-pressed=true]').focus();
  }));
  document.getElementById('main').replaceChildren(h('section', { class: 'card' },
    h('h1', {}, t('standin.title')), h('p', {}, t(found ? 'standin.text' : 'standin.lost')), found ? options : []));
}

render();
