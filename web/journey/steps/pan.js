import { pan } from '../api.js';
import { field, form } from '../form.js';
import { t } from '../texts.js';
import { nameFault, panFault } from '../values.js';

/** The PAN and the name on the card. */
export function panStep(view) {
  const { draft } = view;
  const fields = [
    field({ name: 'pan', describe: 'pan', check: panFault, draft, autocapitalize: 'characters', class: 'code', maxlength: '16' }),
    field({ name: 'nameOnCard', describe: 'pan.name', check: nameFault, draft, autocomplete: 'name', autocapitalize: 'words' }),
  ];
  const [number, name] = fields.map(({ input }) => input);
  const work = () => pan({ pan: number.value.trim(), nameOnCard: name.value.trim() });
  return form({ view, fields, submit: t('pan.submit'), work });
}
