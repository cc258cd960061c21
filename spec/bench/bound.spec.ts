import { describe, expect, it } from '@jest/globals';

import { boundOf } from '../../harness/bench/bound';
import { type FigureName, type Setting, taskOf } from '../../harness/bench/figures';

const boundAt = (figure: FigureName, setting: Setting) => boundOf(setting, taskOf(figure, setting.baud, 2));

describe('the bound of a method', () => {
  it.each([
    // 14 bytes of header for each block of 1460; ESP-AT pushes two segments at once.
    ['download', '1.7.4', 'pushed', 921_600, 0.9905],
    ['download', '2.2.2', 'pushed', 921_600, 0.9952],
    // Two more bytes of header with NonOS. With ESP-AT a command of 23 bytes and 1 ms for each 5760.
    ['download', '1.7.4', 'pulled', 115_200, 0.9713],
    ['download', '2.2.2', 'pulled', 115_200, 0.9899],
    ['download', '2.2.2', 'pulled', 921_600, 0.9764],
    // ESP-AT: 39 bytes and 3 ms for each 2048; `Recv` comes in the last one. NonOS: 55 bytes and 2 ms for each 1460.
    ['upload', '2.2.2', 'pushed', 921_600, 0.8665],
    ['upload', '1.7.4', 'pushed', 921_600, 0.8592],
    ['two-sockets', '1.7.4', 'pushed', 921_600, 0.9905],
  ] as const)('%s, AT %s, %s, %d baud: %d of the line', (figure, firmware, receive, baud, ofLine) => {
    const bound = boundAt(figure, { firmware, receive, baud });
    expect(bound.ofLine).toBeCloseTo(ofLine, 3);
    expect(bound.rate! / (baud / 10)).toBeCloseTo(ofLine, 3);
  });

  it('names the methods', () => {
    const methods = (firmware: Setting['firmware'], receive: Setting['receive']) =>
      boundAt('both-ways', { firmware, receive, baud: 921_600 }).methods;
    expect(methods('1.5', 'pushed')).toEqual(['pushed', 'segments']);
    expect(methods('1.7.4', 'pulled')).toEqual(['pulled', 'segments']);
    // What adaptive receive can reach is what is pushed.
    expect(methods('2.2.2', 'adaptive')).toEqual(['pushed', 'stop-and-wait']);
  });

  it('is the sum of both directions when commands wait for each other, and there is none when they wait for blocks', () => {
    const of = (figure: FigureName, receive: Setting['receive']) =>
      boundAt(figure, { firmware: '2.2.2', receive, baud: 921_600 }).ofLine;
    expect(of('both-ways', 'pulled')).toBeCloseTo(1 / (1 / of('upload', 'pulled')! + 1 / of('download', 'pulled')!));
    expect(of('both-ways', 'pushed')).toBeUndefined();
  });

  it('is the same for small writes as for large ones, because they can be joined', () => {
    const of = (figure: FigureName) => boundAt(figure, { firmware: '1.7.4', receive: 'pushed', baud: 921_600 }).ofLine;
    expect(of('writes')).toBeCloseTo(of('upload')!);
  });

  it('is a time for an echo, longer when the answer is pulled', () => {
    const latency = (receive: Setting['receive']) =>
      boundAt('echo', { firmware: '2.2.2', receive, baud: 921_600 }).latency!;
    // The command, the bytes of the send and the peer take 7 ms; pulling takes another command.
    expect(latency('pushed')).toBeCloseTo(7.4, 1);
    expect(latency('pulled')).toBeCloseTo(8.8, 1);
  });
});
