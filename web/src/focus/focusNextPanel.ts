/** Moves the focus to the next panel with F6, and to the one before with Shift+F6. */
export function focusNextPanel(event: KeyboardEvent): void {
  if (event.key !== 'F6' || event.ctrlKey || event.altKey || event.metaKey) return;
  const panels = [...document.querySelectorAll<HTMLElement>('.page-head, .panel')].filter(
    (panel) => panel.offsetParent !== null && panel.childElementCount > 0,
  );
  const at = panels.findIndex((panel) => panel.contains(document.activeElement));
  const next = at < 0 ? 0 : (at + (event.shiftKey ? -1 : 1) + panels.length) % panels.length;
  panels[next]?.focus();
  event.preventDefault();
}
