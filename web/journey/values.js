// What a customer types, looked at before it leaves the browser. The server looks again, by the same rules.

/** As people type them: spaces and hyphens inside are passed over. */
const plain = (text) => text.replace(/[\s-]/g, '');

/** What is wrong with a PAN, as the key of a text; nothing if nothing. */
export function panFault(text) {
  const pan = plain(text).toUpperCase();
  if (hasAadhaar(text)) return 'pan.fault.aadhaar';
  if (pan === '') return 'pan.fault.empty';
  if (pan.length !== 10) return 'pan.fault.length';
  if (!/^[A-Z]{5}[0-9]{4}[A-Z]$/.test(pan)) return 'pan.fault.form';
  if ('ABCFGHJLT'.includes(pan[3])) return 'pan.fault.holder';
  return undefined;
}

/** What is wrong with a name. */
export function nameFault(text) {
  if (hasAadhaar(text)) return 'name.fault.aadhaar';
  if (text.trim() === '') return 'name.fault.empty';
  if (text.trim().length > 200) return 'name.fault.long';
  return undefined;
}

/** What is wrong with an account number. */
export function accountFault(text) {
  const account = plain(text);
  if (hasAadhaar(text)) return 'account.fault.aadhaar';
  if (account === '') return 'account.fault.empty';
  if (!/^[0-9]+$/.test(account)) return 'account.fault.form';
  if (account.length < 9 || account.length > 18 || /^0+$/.test(account)) return 'account.fault.length';
  return undefined;
}

/** What is wrong with the second time that an account number is typed. */
export function againFault(first, second) {
  return plain(first) === plain(second) ? undefined : 'account.fault.different';
}

/** What is wrong with an IFSC. */
export function ifscFault(text) {
  const ifsc = plain(text).toUpperCase();
  if (hasAadhaar(text)) return 'ifsc.fault.aadhaar';
  if (ifsc === '') return 'ifsc.fault.empty';
  if (ifsc.length !== 11) return 'ifsc.fault.length';
  if (ifsc[4] === 'O') return 'ifsc.fault.zero';
  if (!/^[A-Z]{4}0[A-Z0-9]{6}$/.test(ifsc)) return 'ifsc.fault.form';
  return undefined;
}

/** Whether a text holds 12 digits that can be a whole Aadhaar number: it must not even be sent. */
export function hasAadhaar(text) {
  const found = text.match(/(?:^|[^0-9])[2-9][0-9]{3}[\s.\-_/]{0,3}[0-9]{4}[\s.\-_/]{0,3}[0-9]{4}(?![0-9])/g) ?? [];
  return found.some((number) => verhoeff(number.replace(/[^0-9]/g, '')));
}

// The check digit of Verhoeff: the multiplication of the dihedral group of order 10, and its permutation.
const TIMES = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const MOVED = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

function verhoeff(digits) {
  const moved = (digit, times) => (times === 0 ? digit : moved(MOVED[digit], times - 1));
  return [...digits].reverse().reduce((sum, digit, at) => TIMES[sum][moved(Number(digit), at % 8)], 0) === 0;
}
