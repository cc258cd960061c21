import { describe, expect, it } from '@jest/globals';

import { asBytes, asDuration, asSignal, roundTop } from '../../src/plots/formats';
import { type PlotDefinition, plotDefinitions } from '../../src/plots/plotDefinitions';
import { plotText } from '../../src/plots/readings';
import { linesOf, ownScaleOf, scaleOf } from '../../src/plots/scale';
import { History } from '../../src/plots/series/history';

function definition(id: PlotDefinition['id']): PlotDefinition {
  const found = plotDefinitions.find((other) => other.id === id);
  if (!found) throw new Error(`there is no plot ${id}`);
  return found;
}

describe('the text of a plot', () => {
  const history = new History();
  history.add('fromModem', 50, 100);
  history.add('fromModem', 150, 300);
  history.add('roundTrip', 50, 12);
  const slice = history.slice(0, 399, 399);

  it('tells the latest values, and all of them in a summary', () => {
    expect(plotText(definition('rate'), slice)).toEqual({
      readings: [
        { label: 'from modem', colour: 'from-modem', value: '2.0 k' },
        { label: 'to modem', colour: 'to-modem', value: '0' },
      ],
      summary:
        'Bytes/s, bytes per second, in the time that is shown. from modem: latest 3.0 k, least 1.0 k, greatest 3.0 k. ' +
        'to modem: latest 0, least 0, greatest 0.',
    });
  });

  it('tells the values at a time', () => {
    expect(plotText(definition('rate'), slice, 130).readings).toContainEqual(
      expect.objectContaining({ label: 'from modem', value: '3.0 k' }),
    );
    expect(plotText(definition('roundTrip'), slice, 130).readings).toEqual([]);
  });

  it('keeps the latest of values that come now and then', () => {
    expect(plotText(definition('roundTrip'), slice).readings).toEqual([expect.objectContaining({ value: '12 ms' })]);
  });

  it('leaves out links whose sockets have read everything', () => {
    const links = new History();
    links.add('link0', 50, 0);
    links.add('link3', 50, 1460);
    links.add('waitingCommands', 50, 0);
    const { readings } = plotText(definition('queues'), links.slice(0, 199, 199));
    expect(readings.map(({ label, value }) => `${label}: ${value}`)).toEqual(['link 3: 1.5 k', 'commands: 0']);
  });

  it('says so when there is nothing', () => {
    expect(plotText(definition('signal'), slice)).toEqual({
      readings: [],
      summary: 'Signal, strength of the Wi-Fi signal, in the time that is shown. nothing yet.',
    });
  });
});

describe('the scale of a plot', () => {
  it('contains the limit of the line once something comes near it', () => {
    const rate = definition('rate');
    expect(scaleOf(rate, [[300, null], [5], [11520, 11520]])).toEqual([0, 400]);
    expect(scaleOf(rate, [[9000], [5], [11520]])[1]).toBeCloseTo(12441.6);
    expect(scaleOf(rate, [[20000], [5], [11520]])[1]).toBeCloseTo(21600);
  });

  it('is never empty', () => {
    for (const plot of plotDefinitions) {
      const [bottom, top] = scaleOf(plot, []);
      expect(top).toBeGreaterThan(bottom);
    }
  });

  it('is another one for a curve with another unit', () => {
    const queues = definition('queues');
    const values = [[1400], [], [], [], [], [7]];
    expect(scaleOf(queues, values)).toEqual([0, 2000]);
    expect(ownScaleOf(queues, values)).toEqual([0, 8]);
  });

  it('has a line for each power of ten where values differ that much', () => {
    const scale = scaleOf(definition('roundTrip'), [[0, 3000]]);
    expect(linesOf(scale, true)).toEqual([1, 10, 100, 1000, 10_000]);
    expect(linesOf([0, 8])).toEqual([0, 4, 8]);
  });

  it('goes down to the weakest signal', () => {
    expect(scaleOf(definition('signal'), [[-95, null]])).toEqual([-95, -30]);
  });
});

describe('a value is written shortly', () => {
  it.each([
    [asBytes(0), '0'],
    [asBytes(999), '999'],
    [asBytes(11_520), '11.5 k'],
    [asBytes(115_200), '115 k'],
    [asBytes(2_000_000), '2.0 M'],
    [asDuration(4), '4 ms'],
    [asDuration(4.25), '4.3 ms'],
    [asDuration(999.7), '1.0 s'],
    [asSignal(-61), '−61 dBm'],
    [`${roundTop(1100)}`, '2000'],
    [`${roundTop(100)}`, '100'],
  ])('%s', (text, expected) => expect(text).toBe(expected));
});
