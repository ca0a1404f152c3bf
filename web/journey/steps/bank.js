import { bank } from '../api.js';
import { field, form } from '../form.js';
import { t } from '../texts.js';
import { accountFault, againFault, ifscFault, nameFault } from '../values.js';

/** Holder, account (twice: a wrong digit sends the money to somebody else), IFSC. */
export function bankStep(view) {
  const { draft } = view;
  const digits = { inputmode: 'numeric', class: 'code', maxlength: '28' };
  const holder = field({ name: 'accountHolder', describe: 'bank.holder', check: nameFault, draft, autocomplete: 'name', autocapitalize: 'words' });
  const account = field({ name: 'accountNumber', describe: 'bank.account', check: accountFault, draft, ...digits });
  const same = (text) => againFault(account.input.value, text);
  const again = field({ name: 'accountAgain', describe: 'bank.again', check: same, draft, ...digits });
  const ifsc = field({ name: 'ifsc', describe: 'bank.ifsc', check: ifscFault, draft, class: 'code', autocapitalize: 'characters', maxlength: '16' });
  const work = () => bank({
    accountHolder: holder.input.value.trim(),
    accountNumber: account.input.value.trim(),
    ifsc: ifsc.input.value.trim(),
  });
  return form({ view, fields: [holder, account, again, ifsc], submit: t('bank.submit'), work });
}
