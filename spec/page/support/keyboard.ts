import type { Page } from 'playwright-core';

/** What the keyboard reaches, and what it should. */
export interface KeyboardRound {
  /** Visible elements that take clicks or input, and that the keyboard does not reach. */
  readonly missed: readonly string[];
  /** Elements that do not show that they have the focus. */
  readonly unmarked: readonly string[];
  /** How many elements the keyboard reaches. */
  readonly reached: number;
}

/** More elements than a page has. */
const most = 200;

/** Presses Tab until the focus has gone once around the page. */
export async function keyboardRound(page: Page): Promise<KeyboardRound> {
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('[data-reached]')) element.removeAttribute('data-reached');
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
  const unmarked: string[] = [];
  let reached = 0;
  for (let count = 0; count < most; count++) {
    // In an editor, Tab indents, unless Escape comes first.
    if (await page.evaluate(() => (document.activeElement as HTMLElement | null)?.isContentEditable)) {
      await page.keyboard.press('Escape');
    }
    await page.keyboard.press('Tab');
    const now = await page.evaluate(async () => {
      const element = document.activeElement;
      // After the last element, the browser itself has the focus.
      if (!(element instanceof HTMLElement) || element === document.body) return 'the browser';
      if (element.dataset['reached']) return 'again';
      element.dataset['reached'] = 'yes';
      const places = [element, element.parentElement ?? element, element.closest('.cm-editor') ?? element];
      const isMarked = (): boolean =>
        places.some((place) => {
          const { outlineStyle, outlineWidth } = getComputedStyle(place);
          return outlineStyle !== 'none' && outlineWidth !== '0px';
        });
      // An editor marks itself a few frames later.
      for (let frame = 0; frame < 20 && !isMarked(); frame++) await new Promise(requestAnimationFrame);
      return { html: element.outerHTML.slice(0, 120), isMarked: isMarked() };
    });
    if (now === 'the browser') continue;
    if (now === 'again') return { missed: await missed(page), unmarked, reached };
    reached++;
    if (!now.isMarked) unmarked.push(now.html);
  }
  throw new Error('the focus does not come around');
}

function missed(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const active = 'a[href], button, input, select, textarea, summary, [contenteditable="true"], [tabindex]';
    return (
      [...document.querySelectorAll<HTMLElement>(active)]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .filter((element) => !element.matches(':disabled') && !element.dataset['reached'])
        // The arrow keys move between the parts of one control.
        .filter((element) => element.tabIndex >= 0)
        .map((element) => element.outerHTML.slice(0, 120))
    );
  });
}
