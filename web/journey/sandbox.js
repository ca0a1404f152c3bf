// The values that decide what comes of a step in the sandbox. A test compares them with the server's table.
import { h } from '/shared/dom.js';
import { t } from './texts.js';

const NUMBERS = [
  ['0001', 'pass'], ['0002', 'fail'], ['0003', 'again'], ['0004', 'review'], ['0005', 'other'],
  ['0006', 'down'], ['0007', 'slow'], ['0008', 'twice'], ['0009', 'late'],
];
const IMAGES = [
  ['Fail', 'fail'], ['Again', 'again'], ['Review', 'review'], ['Down', 'down'], ['Slow', 'slow'], ['Twice', 'twice'], ['Late', 'late'],
];

/** The outcomes to choose from on the page that stands in for DigiLocker. */
export const OUTCOMES = ['pass', 'fail', 'decline', 'empty', 'unlinked', 'review', 'down', 'slow', 'twice', 'late'];

const TABLE = { PAN: NUMBERS, BANK_PENNY_DROP: NUMBERS, SELFIE: IMAGES, SIGNATURE: IMAGES };

/** The values of a kind of step, to open and read. */
export function sandboxValues(kind) {
  const rows = TABLE[kind];
  const body = rows
    ? h('table', {},
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t(`sandbox.value.${kind}`)), h('th', { scope: 'col' }, t('sandbox.outcome')))),
      h('tbody', {}, rows.map(([value, outcome]) => h('tr', {}, h('th', { scope: 'row' }, value), h('td', {}, t(`outcome.${outcome}`))))))
    : h('p', {}, t('sandbox.digilocker'));
  return h('details', { class: 'values' }, h('summary', {}, t('sandbox.values')), body, rows && h('p', { class: 'hint' }, t('sandbox.else')));
}
