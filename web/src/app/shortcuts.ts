/** The keys of the page, for the help. */
export const shortcuts: readonly {
  readonly place: string;
  readonly keys: readonly (readonly [key: string, effect: string])[];
}[] = [
  {
    place: 'Everywhere',
    keys: [
      ['F1', 'opens this help'],
      ['F6', 'moves to the next panel, and with Shift to the one before'],
      ['Escape', 'closes a dialog'],
    ],
  },
  {
    place: 'On a tab',
    keys: [
      ['← →', 'shows the panel beside'],
      ['Home, End', 'shows the first panel, the last one'],
    ],
  },
  {
    place: 'On the edge of a panel',
    keys: [
      ['arrow keys', 'move the edge'],
      ['Home, End', 'make the panel as small or as large as it can be'],
      ['Enter', 'folds the panel, or unfolds it'],
    ],
  },
];
