import { beforeEach, describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import type { CallEvent, SaidEvent, WatchEvent } from 'rx-usocket/watch';

import { heightOf } from '../../src/lanes/painting/laneRows';
import { LanesView } from '../../src/lanes/lanesView';
import type { Palette } from '../../src/lanes/painting/palette';
import type { Scene } from '../../src/lanes/painting/scene';
import { noFilter } from '../../src/marbles/filter';
import { Session } from '../../src/session/session';

const said = (time: number, kind: SaidEvent['kind'], text: string, link?: number): SaidEvent => ({
  type: 'said',
  time,
  direction: 'from modem',
  kind,
  size: text.length,
  text,
  ...(link !== undefined && { link }),
});
const call = (time: number, socket: number, name: string, stage: CallEvent['stage']): CallEvent => ({
  type: 'call',
  time,
  id: time,
  socket,
  name,
  stage,
  text: '',
});

const colourless = {} as Palette;

describe('the view of the lanes', () => {
  let batches: Subject<readonly WatchEvent[]>;
  let session: Session;
  let view: LanesView;
  const draw = (): Scene => view.scene({ width: 1000, height: 400, scrolled: 0 }, colourless, 0);

  beforeEach(() => {
    batches = new Subject();
    session = new Session({ kind: 'recording', name: 'a', batches$: batches, close: () => undefined });
    view = new LanesView(session);
    session.start();
    batches.next([
      said(0, 'command', 'AT'),
      said(100, 'final', 'OK'),
      said(200, 'opened', 'CONNECT', 3),
      said(900, 'closed', 'CLOSED', 3),
      said(1000, 'command', 'AT+GMR'),
      said(1050, 'final', 'ERROR'),
    ]);
  });

  it('moves from marble to marble in a lane, and from lane to lane', () => {
    draw();
    session.selection.select(1);
    const path = (['next', 'next', 'next', 'previous', 'first', 'last'] as const).map((to) => {
      view.move(to);
      return session.selection.current;
    });
    expect(path).toEqual([4, 5, 5, 4, 0, 5]);
    view.moveLane(1);
    expect(session.selection.current).toBe(3);
    view.moveLane(1);
    expect(session.selection.current).toBe(3);
    view.moveLane(-1);
    expect(session.selection.current).toBe(4);
  });

  it('begins at the latest marble, and stands still for it', () => {
    draw();
    view.move('next');
    expect(session.selection.current).toBe(5);
    expect(session.viewport.isFollowing).toBe(false);
  });

  it('finds the marble under the pointer', () => {
    const { rows, range } = draw();
    const commands = rows.find(({ lane }) => lane.subject.kind === 'commands');
    const x = ((1000 - range.from) / (range.to - range.from)) * 1000;
    view.point({ x: x - 3, y: 22 + (commands?.top ?? 0) + 15 });
    expect(draw().hovered).toBe(4);
    view.point({ x: x + 60, y: 22 + (commands?.top ?? 0) + 15 });
    expect(draw().hovered).toBeUndefined();
  });

  it('counts the matches, goes through them, and skips what a filter hides', () => {
    const found: unknown[] = [];
    view.found$.subscribe((one) => found.push(one));
    view.setFilter({ ...noFilter, text: 'at', isHiding: true });
    draw();
    expect(found.at(-1)).toEqual({ count: 2, isComplete: true });
    view.moveMatch(1);
    view.moveMatch(1);
    expect(session.selection.current).toBe(4);
    view.move('previous');
    expect(session.selection.current).toBe(0);
    expect(() => view.setFilter({ ...noFilter, text: '/(/' })).toThrow(SyntaxError);
  });

  it('folds and hides lanes', () => {
    const whole = draw().rows;
    view.toggleFolded('link-3');
    expect(heightOf(draw().rows)).toBeLessThan(heightOf(whole));
    view.toggleHidden('commands');
    expect(draw().rows.map(({ name }) => name)).toEqual(['Link 3']);
    view.toggleHidden('commands');
    expect(draw().rows).toHaveLength(2);
  });

  it('shows the lane of a socket while the socket is there', () => {
    batches.next([
      call(2000, 1, 'connect', 'begins'),
      call(3000, 1, 'close', 'returns'),
      said(60_000, 'command', 'AT'),
    ]);
    const socketsAt = (time: number) => {
      session.viewport.pause();
      session.viewport.scroll(time - session.viewport.range.from);
      return draw().rows.filter(({ name }) => name === 'Socket 1').length;
    };
    expect(socketsAt(40_000)).toBe(0);
    expect(socketsAt(1000)).toBe(1);
    session.viewport.zoom(0.01, 2500);
    expect(socketsAt(2500)).toBe(1);
  });

  it('names the lane of several sockets after the one that is shown', () => {
    const first = [call(2000, 1, 'connect', 'begins'), call(3000, 1, 'close', 'returns')];
    // There are no more lanes for so many sockets.
    const others = Array.from({ length: 16 }, (_, at) => call(50_000, at + 2, 'connect', 'begins'));
    batches.next([...first, ...others]);
    const namesAt = (time: number) => {
      session.viewport.pause();
      session.viewport.scroll(time - session.viewport.range.from);
      return draw().rows.flatMap(({ lane, name }) => (lane.key === 'socket-0' ? [name] : []));
    };
    expect(namesAt(0)).toEqual(['Socket 1']);
    expect(session.marbles.laneName(6)).toBe('Socket 1');
    expect(namesAt(45_000)).toEqual(['Socket 17']);
  });
});
