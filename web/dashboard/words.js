// What the API's words are called on the page. Enums grow: a word that is not here is shown as it is written, readably.

const WORDS = {
  state: { CREATED: 'Created', IN_PROGRESS: 'In progress', COMPLETED: 'Completed', REJECTED: 'Rejected', EXPIRED: 'Expired' },
  status: { NOT_STARTED: 'Not started', IN_PROGRESS: 'In progress', COMPLETED: 'Completed', FAILED: 'Failed', REQUIRES_ACTION: 'Requires action' },
  kind: {
    DIGILOCKER_AADHAAR: 'DigiLocker Aadhaar', PAN: 'PAN', BANK_PENNY_DROP: 'Bank penny drop', SELFIE: 'Selfie', SIGNATURE: 'Signature',
    SANCTION_SCREENING: 'Sanction screening',
  },
  /** A step kind where there is little room. */
  short: {
    DIGILOCKER_AADHAAR: 'Aadhaar', PAN: 'PAN', BANK_PENNY_DROP: 'Bank', SELFIE: 'Selfie', SIGNATURE: 'Signature', SANCTION_SCREENING: 'Screening',
  },
  party: { CUSTOMER: 'Customer', PROVIDER: 'Provider', REVIEWER: 'Reviewer' },
  expiry: { NEVER_OPENED: 'Never opened', ABANDONED: 'Abandoned', REVOKED: 'Revoked' },
  link: { ACTIVE: 'Active', EXPIRED: 'Expired', REVOKED: 'Revoked', ENDED: 'Ended' },
  role: { ADMIN: 'Admin', REVIEWER: 'Reviewer', AGENT: 'Agent', VIEWER: 'Viewer' },
  decision: { PENDING: 'Pending', CONFIRMED: 'Confirmed', CLEARED: 'Cleared' },
  actor: { MEMBER: 'Member', API_KEY: 'API key', CUSTOMER: 'Customer', PROVIDER: 'Provider', SYSTEM: 'System', PLATFORM: 'Platform' },
};

const readable = (word) => word.charAt(0) + word.slice(1).toLowerCase().replaceAll('_', ' ');

/** What a word of a kind is called: `word('state', 'IN_PROGRESS')`. */
export const word = (kind, name) => (name ? WORDS[kind]?.[name] ?? readable(name) : '');

/** The words of a kind with their names, for a list to choose from. */
export const words = (kind) => Object.entries(WORDS[kind]);

/** Whether an attempt can still be changed. */
export const isOpen = (attempt) => attempt?.state === 'CREATED' || attempt?.state === 'IN_PROGRESS';

const COUNTRIES = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });

/** A country by its name; a code that is none stays what it is. */
export function country(code) {
  try {
    return COUNTRIES.of(code.toUpperCase());
  } catch {
    return code;
  }
}

/** `1 attempt`, `2 attempts`, `12,034 attempts`. */
export const count = (number, one, many = `${one}s`) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
