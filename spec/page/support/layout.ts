import type { Page } from 'playwright-core';

/** What a user cannot see at this size, neither directly nor by scrolling a panel. */
export function hiddenParts(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const { innerWidth, innerHeight } = window;
    const root = document.documentElement;
    const found: string[] = [];
    if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} wide`);
    if (root.scrollHeight > innerHeight) found.push(`the page is ${root.scrollHeight} high`);

    const describe = (element: Element): string =>
      `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${element.textContent.slice(0, 60)}`;
    const isScrolled = (element: Element, axis: 'overflowX' | 'overflowY'): boolean => {
      for (let above = element.parentElement; above; above = above.parentElement) {
        if (/auto|scroll/.test(getComputedStyle(above)[axis])) return true;
      }
      return false;
    };
    for (const element of document.body.querySelectorAll('*')) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.visually-hidden, .skip-links'))
        continue;
      const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
      if (width === 0 || height === 0) continue;
      const isOut =
        ((left < -1 || right > innerWidth + 1) && !isScrolled(element, 'overflowX')) ||
        ((top < -1 || bottom > innerHeight + 1) && !isScrolled(element, 'overflowY'));
      if (isOut) found.push(`out of the window: ${describe(element)}`);
      const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
      const isCut =
        (element.scrollWidth > element.clientWidth + 1 &&
          /hidden|clip/.test(overflowX) &&
          textOverflow !== 'ellipsis') ||
        (element.scrollHeight > element.clientHeight + 1 && /hidden|clip/.test(overflowY));
      const hasText = [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '');
      if (isCut && hasText && element.clientWidth > 0) found.push(`cut off: ${describe(element)}`);
    }
    return found;
  });
}
