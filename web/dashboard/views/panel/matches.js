// Whether an attempt belongs into a list, told from its row: for what moves while the list is shown. Pure. The server's answer decides
// in the end; this only says that it may be worth asking.

import { isOpen } from '../../words.js';

const plain = (text) => (text ?? '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** A search finds words of the name by how they begin, and the reference by how it begins. */
function found(search, { name, reference }) {
  if (plain(reference).startsWith(plain(search))) return true;
  const names = plain(name).split(/[^\p{L}\p{N}]+/u);
  return plain(search).split(/\s+/).filter(Boolean).every((word) => names.some((one) => one.startsWith(word)));
}

/** Whether a row fits a filter of the API. */
export function matches(filter, row) {
  const open = isOpen(row);
  const held = open && row.holds.length > 0;
  const { state, waitingOn, needs, onHold, stepKind, stepStatus, createdFrom, createdTo, search } = filter;
  if (state && !state.includes(row.state)) return false;
  if (waitingOn && row.waitingOn !== waitingOn) return false;
  if (needs && !(open && (row.steps.some((step) => needs.includes(step.waitingOn)) || (held && needs.includes('REVIEWER'))))) return false;
  if (onHold !== undefined && held !== onHold) return false;
  if ((stepKind || stepStatus) && !row.steps.some((step) => (!stepKind || step.kind === stepKind) && (!stepStatus || stepStatus.includes(step.status)))) return false;
  if (createdFrom && new Date(row.createdAt) < new Date(createdFrom)) return false;
  if (createdTo && new Date(row.createdAt) >= new Date(createdTo)) return false;
  return !search || found(search, row.customer);
}
