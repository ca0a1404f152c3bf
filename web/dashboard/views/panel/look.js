// How one looks at the panel, as texts in the address's fragment and as the API's filter and sort. Pure.
import { dayBegins } from '../../time.js';

/** Rows on a page. */
export const PAGE = 25;

/** The orders that can be chosen. */
export const SORTS = {
  newest: ['Newest first', 'CREATED_AT', 'DESC'],
  oldest: ['Oldest first', 'CREATED_AT', 'ASC'],
  changed: ['Last changed first', 'UPDATED_AT', 'DESC'],
  waiting: ['Waiting longest first', 'WAITING_SINCE', 'ASC'],
  expiring: ['Expiring soonest first', 'EXPIRES_AT', 'ASC'],
};

/** Looks that have a name. */
export const QUEUE = { needs: 'REVIEWER', sort: 'waiting' };

/** What is different when somebody begins anew. */
export const NOTHING = {
  state: '', waiting: '', needs: '', step: '', status: '', held: '', from: '', to: '', search: '', sort: '', after: '', before: '',
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The API's filter. Days are the merchant's, both inclusive. A text that says nothing is left out: the address may be typed by hand. */
export function filterOf(look, timeZone) {
  const filter = {};
  const list = (text) => text?.split(',').filter((one) => /^[A-Z_]+$/.test(one));
  if (look.state) filter.state = list(look.state);
  if (look.waiting) [filter.waitingOn] = list(look.waiting);
  if (look.needs) filter.needs = list(look.needs);
  if (look.held) filter.onHold = look.held === 'yes';
  if (look.step) [filter.stepKind] = list(look.step);
  if (look.status) filter.stepStatus = list(look.status);
  if (DATE.test(look.from ?? '')) filter.createdFrom = dayBegins(look.from, timeZone);
  if (DATE.test(look.to ?? '')) filter.createdTo = dayBegins(look.to, timeZone, 1);
  if (look.search?.trim()) filter.search = look.search.trim();
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value?.length !== 0));
}

/** The API's sort. */
export function sortOf(look) {
  const [, field, direction] = Object.hasOwn(SORTS, look.sort ?? '') ? SORTS[look.sort] : SORTS.newest;
  return { field, direction };
}

/** Which page. */
export const pageOf = (look) => (look.before ? { last: PAGE, before: look.before } : { first: PAGE, after: look.after });

/** Whether any filter is set. */
export const isFiltered = (look) => ['state', 'waiting', 'needs', 'step', 'status', 'held', 'from', 'to', 'search'].some((name) => look[name]);
