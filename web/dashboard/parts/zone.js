// Time zones to choose from.
import { html } from '../../shared/view.js';
import { Choice } from './form.js';

/** Names that browsers still list, and what the places are called by now. */
const RENAMED = {
  'Asia/Calcutta': 'Asia/Kolkata', 'Asia/Katmandu': 'Asia/Kathmandu', 'Asia/Rangoon': 'Asia/Yangon', 'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Europe/Kiev': 'Europe/Kyiv', 'Atlantic/Faeroe': 'Atlantic/Faroe', 'America/Godthab': 'America/Nuuk',
};

/** Every zone of the IANA list that this browser knows, UTC first; `besides` are in it as they are written. */
export function zones(...besides) {
  const known = Intl.supportedValuesOf('timeZone').map((name) => RENAMED[name] ?? name);
  return ['UTC', ...[...new Set([...known, ...besides])].filter((name) => name && name !== 'UTC').sort()];
}

/** One of the zones. Typing a few letters finds it. */
export const Zone = ({ value, besides = [], ...rest }) => html`
  <${Choice} ...${rest} value=${value} options=${zones(value, ...besides).map((name) => [name, name.replaceAll('_', ' ')])} />`;
