// What the browser remembers. A browser that remembers nothing still walks the journey.

function storage(kind) {
  return {
    get(name) {
      try {
        return globalThis[kind].getItem(`kyc:${name}`);
      } catch {
        return null;
      }
    },
    set(name, value) {
      try {
        if (value === null) globalThis[kind].removeItem(`kyc:${name}`);
        else globalThis[kind].setItem(`kyc:${name}`, value);
      } catch {
        // It is full, or closed to us.
      }
    },
  };
}

/** Until the tab is closed. */
export const tab = storage('sessionStorage');
/** For all tabs. */
export const browser = storage('localStorage');
