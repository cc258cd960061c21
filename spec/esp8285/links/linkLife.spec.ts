import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { NEVER, type Observable } from 'rxjs';

import { type ByteTraffic, LinkLife } from '../../../src/esp8285/links/linkLife';
import { OSError } from '../../../src/usocket/contract/osError';
import { marbles } from '../../../harness/time/marbles';

const loss = new OSError('EIO', 'recv', 'bytes were lost');
const gone = new OSError('ECONNRESET', 'modem', 'the modem has started again');
const block = { kind: 'block', link: 4, bytes: Buffer.alloc(0), length: 0 } as const;

interface Given {
  readonly isPushed?: boolean;
  readonly mayPush?: boolean;
  readonly isForDatagrams?: boolean;
  readonly patience$?: Observable<unknown>;
  readonly hasAddress?: () => boolean;
  readonly now?: () => number;
}

/** A life whose traffic and table write down what they are told. */
function life(given: Given = {}) {
  const { isPushed = false, mayPush = isPushed, isForDatagrams = false } = given;
  const { patience$ = NEVER, hasAddress = () => true, now = () => 0 } = given;
  const told: string[] = [];
  const tell = (what: string) => (value?: unknown) => {
    told.push(value instanceof OSError ? `${what} ${value.code}` : what);
  };
  const bytes: ByteTraffic = {
    isPushed,
    mayPush,
    noticed: tell('noticed'),
    found: tell('found'),
    pullAgain: tell('pullAgain'),
    interrupted: tell('interrupted'),
    lossError: () => loss,
  };
  const traffic = {
    received: tell('received'),
    closed: tell('closed'),
    fail: tell('fail'),
    complete: tell('complete'),
    ...(!isForDatagrams && { bytes }),
  };
  const context = {
    scheduler: { now },
    hasAddress,
    patience$,
    free: tell('free'),
    discard: tell('discard'),
    adjustMode: tell('adjustMode'),
  };
  return { link: new LinkLife(4, traffic, context), told };
}

/** The same, open. */
function open(given?: Given) {
  const parts = life(given);
  parts.link.begin();
  parts.link.opened();
  return parts;
}

describe('the life of a link number', () => {
  it.each([
    ['was lost while it was opened', true, false, true],
    ['was there', true, true, false],
    ['is not needed, as on the network of the modem', false, false, false],
    ['came while it was opened', false, true, false],
  ])('may be cut off from its network, which %s', (_, before, after, expected) => {
    let isOn = before;
    const { link } = life({ hasAddress: () => isOn });
    link.begin();
    isOn = after;
    link.opened();
    assert.strictEqual(link.isCutOff, expected);
  });

  it('takes no CONNECT for its own once it is refused, unless it was open', () => {
    const { link } = life();
    assert.strictEqual(link.mayConnect, false);
    link.begin();
    assert.strictEqual(link.mayConnect, true);
    link.refused();
    assert.deepStrictEqual([link.mayConnect, link.hasBegun, link.hasOpened], [false, true, false]);
    const other = open().link;
    other.refused();
    assert.deepStrictEqual([other.mayConnect, other.hasBegun, other.hasOpened], [true, true, true]);
  });

  it('has not been open when it has failed before, and does not open any more', () => {
    const { link } = life();
    link.begin();
    link.damaged('bytes');
    assert.deepStrictEqual([link.hasOpened, link.isOpen], [false, false]);
    link.opened();
    assert.deepStrictEqual([link.hasOpened, link.isOpen], [true, false]);
  });

  it('leaves it to its traffic what an end in order means', () => {
    const { link, told } = open();
    link.closed();
    assert.deepStrictEqual(told, ['closed']);
    link.drain();
    assert.deepStrictEqual([link.isOpen, link.isGone, link.isOver], [false, true, false]);
    link.finish();
    assert.deepStrictEqual([...told, link.isOver], ['closed', 'complete', 'free', true]);
  });

  it('is over at a CLOSED after a failure, and frees its number once', () => {
    const { link, told } = open();
    link.fail(loss);
    link.fail(gone);
    link.closed();
    link.lost(gone);
    assert.deepStrictEqual(told, ['fail EIO', 'free', 'adjustMode']);
    assert.strictEqual(link.failure, loss);
  });

  it('is lost with the modem', () => {
    const { link, told } = open();
    link.lost(gone);
    assert.deepStrictEqual(told, ['fail ECONNRESET', 'free']);
  });

  describe('of which pushed data may be missing', () => {
    it('takes nothing until it is known, and fails when that is confirmed', () => {
      const { link, told } = open({ isPushed: true });
      link.received(block);
      link.doubt('bytes');
      link.received(block);
      link.confirmDoubt();
      assert.deepStrictEqual(told, ['received', 'fail EIO']);
    });

    it('fails at its end', () => {
      const { link, told } = open({ isPushed: true });
      link.doubt('bytes');
      link.closed();
      assert.deepStrictEqual(told, ['fail EIO', 'free']);
    });

    it('has its read interrupted where data are held back', () => {
      const { link, told } = open();
      link.doubt('bytes');
      link.received(block);
      link.confirmDoubt();
      assert.deepStrictEqual(told, ['interrupted', 'received']);
    });

    it('does not fail if it carries datagrams', () => {
      const { link, told } = open({ isForDatagrams: true });
      link.doubt('bytes');
      link.damaged('bytes');
      link.received(block);
      assert.deepStrictEqual(told, ['received']);
    });
  });

  describe('that a poll does not find', () => {
    it.each<[string, Given, boolean, string[]]>([
      ['has ended unheard', {}, false, ['closed']],
      ['has lost what was pushed', { isPushed: true }, false, ['fail EIO']],
      ['has ended with the network', { isPushed: true }, true, ['closed']],
      ['has ended, where it carries datagrams', { isForDatagrams: true }, false, ['closed']],
    ])('%s', (_, given, isCutOff, expected) => {
      const { link, told } = open(given);
      if (isCutOff) link.cutOff();
      link.notFound();
      assert.deepStrictEqual(told, expected);
    });
  });

  describe('that is cut off', () => {
    const cutOff = () => {
      let time = 0;
      let isOn = true;
      const parts = open({ now: () => time, hasAddress: () => isOn });
      const lose = (): void => {
        isOn = false;
        parts.link.cutOff();
      };
      const findAt = (at: number, isOnNow = true): boolean => {
        time = at;
        isOn = isOnNow;
        parts.link.found(0);
        return parts.link.isCutOff;
      };
      return { ...parts, lose, findAt };
    };

    it('is so until it has been found for 2 s since the network is back', () => {
      const { lose, findAt } = cutOff();
      lose();
      const found = [findAt(0, false), findAt(5_000), findAt(6_999), findAt(7_000)];
      assert.deepStrictEqual(found, [true, true, true, false]);
      lose();
      assert.deepStrictEqual([findAt(9_000), findAt(10_999), findAt(11_000)], [true, true, false]);
    });

    it.each<[string, (link: LinkLife) => void, boolean]>([
      ['no more when data are pushed', (link) => link.received(block), false],
      ['no more when data are announced', (link) => link.noticed(1), false],
      ['still when data are read, which may have waited', (link) => link.received({ ...block, pulled: true }), true],
    ])('is so %s, once it has been found', (_, hear, isStill) => {
      const { link, lose, findAt } = cutOff();
      lose();
      hear(link);
      assert.strictEqual(link.isCutOff, true);
      findAt(5_000);
      hear(link);
      assert.strictEqual(link.isCutOff, isStill);
    });

    it('fails without its network only then', () => {
      const { link, told, lose, findAt } = cutOff();
      lose();
      findAt(5_000);
      findAt(7_000);
      link.giveUp(gone);
      lose();
      link.giveUp(gone);
      assert.deepStrictEqual(told, ['found', 'found', 'fail ECONNRESET']);
    });
  });

  it('fails without its network where it carries datagrams, even if that was lost before it opened', () => {
    const { link, told } = life({ isForDatagrams: true });
    link.begin();
    link.cutOff();
    link.giveUp(gone);
    link.opened();
    assert.deepStrictEqual(told, []);
    link.giveUp(gone);
    assert.deepStrictEqual(told, ['fail ECONNRESET']);
  });

  describe('when its owner closes it', () => {
    it(
      'is discarded, and ends when its number is free',
      marbles(({ cold, expectObservable, flush }) => {
        const { link, told } = open();
        cold('---a').subscribe(() => link.finish());
        expectObservable(link.close()).toBe('---|');
        flush();
        assert.deepStrictEqual(told, ['discard', 'complete', 'free']);
      }),
    );

    it(
      'is waited for no longer than the patience lasts',
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const patience$ = cold('-----a');
        const { link } = open({ patience$ });
        expectObservable(link.close()).toBe('-----|');
        expectSubscriptions(patience$.subscriptions).toBe('^----!');
      }),
    );

    it(
      'ends at once when it is closed already',
      marbles(({ expectObservable, flush }) => {
        const { link, told } = open();
        link.drain();
        expectObservable(link.close()).toBe('|');
        flush();
        assert.deepStrictEqual(told, ['complete', 'free']);
      }),
    );
  });
});
