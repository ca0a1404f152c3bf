// Where an attempt stands in a list that is sorted: for what moves while a page of the list is shown. Pure.

const FIELDS = { CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt', WAITING_SINCE: 'waitingSince', EXPIRES_AT: 'expiresAt' };

/** What has no such time counts as later than any. */
const MISSING = '9999-12-31T00:00:00Z';

/** Whether a row's place is on the page of these rows, and not on one before or after it. */
export function isOnPage({ field, direction }, row, rows, { hasPreviousPage, hasNextPage }) {
  const at = (one) => Date.parse(one[FIELDS[field]] ?? MISSING);
  const isBefore = (one, other) => (direction === 'ASC' ? at(one) < at(other) : at(one) > at(other));
  if (hasPreviousPage && !isBefore(rows[0], row)) return false;
  return !hasNextPage || isBefore(row, rows.at(-1));
}
