import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, concatMap, from, map, mergeMap, NEVER, of, range } from 'rxjs';

import { greeting, observed } from './observed';

describe('the states that observe tells', () => {
  it('counts the bytes of five links at once', () => {
    const scene = observed({ hosts: { '10.0.0.1:80': () => NEVER } });
    const sockets = [1, 2, 3, 4, 5].map(() => scene.socket());
    scene.online$
      .pipe(
        mergeMap(() => sockets),
        mergeMap((socket, index) =>
          socket.connect$(['10.0.0.1', 80]).pipe(concatMap(() => socket.sendall$(Buffer.alloc(100 * (index + 1))))),
        ),
      )
      .subscribe();
    scene.scheduler.flush();
    const { links = [], sockets: shown = [] } = scene.of('state').at(-1)?.state ?? {};
    assert.deepStrictEqual(
      links.map(({ id, kind, stage, sent, remote }) => [id, kind, stage, sent, remote?.port]),
      [0, 1, 2, 3, 4].map((id) => [id, 'tcp', 'open', 100 * (5 - id), 80]),
    );
    assert.deepStrictEqual(
      shown.map(({ id, link }) => [id, link]),
      [1, 2, 3, 4, 5].map((id) => [id, 5 - id]),
    );
  });

  it('shows a sender that is held back, what waits and what is queued', () => {
    const block = Buffer.alloc(1_000);
    const scene = observed({
      baud: 115_200,
      hosts: { '10.0.0.1:80': () => concat(range(0, 100).pipe(map(() => block)), NEVER) },
    });
    const socket = scene.socket({ receiveBuffer: 4_096 });
    scene.online$.pipe(concatMap(() => socket.connect$(['10.0.0.1', 80]))).subscribe();
    scene.scheduler.flush();
    const state = scene.of('state').at(-1)?.state;
    const [link] = state?.links ?? [];
    assert.ok(link?.isHeld);
    assert.ok(link.queued >= 4_096);
    assert.ok(link.waiting > 0);
    assert.equal(link.received, link.queued);
    assert.equal(state?.receive, 'pulled');
  });

  it('shows what is queued on a link beside a socket whose link has ended and had the same number', () => {
    const scene = observed({ hosts: { '10.0.0.1:80': () => of('the end'), '10.0.0.1:81': greeting } });
    scene.run();
    const sockets = [1, 2, 3, 4, 5].map(() => scene.socket());
    from(sockets)
      .pipe(concatMap((socket) => socket.connect$(['10.0.0.1', 81])))
      .subscribe();
    scene.scheduler.flush();
    const { links = [], sockets: shown = [] } = scene.of('state').at(-1)?.state ?? {};
    assert.deepStrictEqual(
      shown.map(({ stage, link, queued }) => [stage, link, queued]),
      [['peerClosed', 4, 7], ...[3, 2, 1, 0, 4].map((id) => ['connected', id, 5])],
    );
    assert.deepStrictEqual(
      links.map(({ queued }) => queued),
      [5, 5, 5, 5, 5],
    );
  });
});
