/** What the browser keeps for this page under a name, until the next visit. `undefined` where it keeps nothing. */
export function remembered(name: string): string | undefined {
  try {
    return localStorage.getItem(`rx-usocket.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Has the browser keep something for the next visit, if it does that at all. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`rx-usocket.${name}`, value);
  } catch {
    // The browser keeps nothing for this page, so the value holds until the page is closed.
  }
}
