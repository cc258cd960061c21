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
    place: 'On the lanes',
    keys: [
      ['← → ↑ ↓', 'select the marble beside, or on the lane above or below'],
      ['Home, End', 'select the first marble, the last one'],
      ['Enter', 'moves to the inspector of the selected marble'],
      ['Escape', 'selects nothing'],
      ['N', 'selects the next marble that the filter finds, and with Shift the one before'],
      ['Space', 'follows what happens now, or stands still'],
      ['+ −', 'show less time, or more'],
      ['0', 'shows everything'],
      ['Page Up, Page Down', 'show earlier or later times, and Shift with an arrow does so in small steps'],
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
