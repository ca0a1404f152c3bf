// The merchant's colours, as custom properties. The server has checked them; what is no colour all the same is left out.

const COLOR = /^#[0-9a-f]{6}$/i;
const PARTS = { primaryColor: '--primary', backgroundColor: '--ground', surfaceColor: '--surface', textColor: '--ink' };

/** Puts a merchant's look on the page. */
export function dress(branding) {
  const { style } = document.documentElement;
  for (const [part, property] of Object.entries(PARTS)) {
    if (COLOR.test(branding[part])) style.setProperty(property, branding[part]);
  }
  if (COLOR.test(branding.primaryColor)) style.setProperty('--on-primary', readable(branding.primaryColor));
  const radius = Number(branding.cornerRadius);
  if (radius >= 0 && radius <= 32) style.setProperty('--radius', `${radius}px`);
}

/** Black or white, whichever stands out more on a colour: one of the two has 4.5:1 on every colour (WCAG 2.2). */
export function readable(color) {
  const light = luminance(color);
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? '#ffffff' : '#000000';
}

function luminance(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
