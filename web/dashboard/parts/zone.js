// Time zones to choose from.
import { html, useMemo } from '../../shared/view.js';
import { Choice } from './form.js';

/** Names that browsers still list, and what the places are called by now. */
const RENAMED = {
  'Asia/Calcutta': 'Asia/Kolkata', 'Asia/Katmandu': 'Asia/Kathmandu', 'Asia/Rangoon': 'Asia/Yangon', 'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Europe/Kiev': 'Europe/Kyiv', 'Atlantic/Faeroe': 'Atlantic/Faroe', 'America/Godthab': 'America/Nuuk',
};

const known = Intl.supportedValuesOf('timeZone').map((name) => RENAMED[name] ?? name);

/** Every zone of the IANA list that this browser knows, UTC first; `besides` are in it as they are written. */
function zones(...besides) {
  const names = [...new Set([...known, ...besides])].filter((name) => name !== 'UTC').sort();
  return ['UTC', ...names].map((name) => [name, name.replaceAll('_', ' ')]);
}

/** One of the zones; `usual` is in the list whatever the browser calls it. Typing a few letters finds one. */
export function Zone({ value, usual, ...rest }) {
  const options = useMemo(() => zones(value, usual), [value, usual]);
  return html`<${Choice} ...${rest} value=${value} options=${options} />`;
}
