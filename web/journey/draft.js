// A look that is not saved yet, as an embedding page tells it. Read as anything from outside is: what is no colour, no radius,
// no name is left out, and named.

const COLOR = /^#[0-9a-f]{6}$/i;
/** The bounds of `brandingUpdate`: characters, pixels. */
const LONGEST_NAME = 100;
const LARGEST_RADIUS = 32;
/** A logo that is chosen and not uploaded yet: of at most 2 MB, which base64 makes a third longer. */
const LONGEST_LOGO = 2_800_000;
const LOGO = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/;

const isText = (most) => (value) => typeof value === 'string' && value.trim() !== '' && value.length <= most;

const isLogo = (value) => value === null
  || (typeof value === 'string' && value.length <= LONGEST_LOGO && (LOGO.test(value) || isOurLogo(value)));

/** The address of a logo that was uploaded: of this origin, or it is not shown. */
function isOurLogo(value) {
  try {
    return new URL(value, location.origin).pathname.startsWith('/logos/');
  } catch {
    return false;
  }
}

const isColor = (value) => typeof value === 'string' && COLOR.test(value);
const isOptional = (check) => (value) => value === null || check(value);

const FIELDS = {
  displayName: isText(LONGEST_NAME),
  logoUrl: isLogo,
  primaryColor: isColor,
  backgroundColor: isColor,
  surfaceColor: isColor,
  textColor: isColor,
  cornerRadius: (value) => Number.isInteger(value) && value >= 0 && value <= LARGEST_RADIUS,
  supportEmail: isOptional(isText(254)),
  supportUrl: isOptional(isText(2048)),
};

/** What of a draft can be shown, and the names of what cannot. */
export function read(draft) {
  const given = Object.entries(typeof draft === 'object' && draft !== null ? draft : {});
  const fits = ([name, value]) => Object.hasOwn(FIELDS, name) && FIELDS[name](value);
  return {
    look: Object.fromEntries(given.filter(fits)),
    ignored: given.filter((one) => !fits(one)).map(([name]) => name),
  };
}
