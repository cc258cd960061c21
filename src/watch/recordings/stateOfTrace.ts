import type { LinkDetails } from '../../esp8285';
import type { InterfaceState, SaidEvent } from '../events/watchEvent';
import { LinksOfTrace } from './linksOfTrace';

const join = /^AT\+CWJAP(?:_CUR|_DEF)?="((?:[^"\\]|\\.)*)"/;
const leave = /^AT\+CWQAP$/;
const receiveMode = /^AT\+CIPRECVMODE=([01])$/;

const firmware = /^AT version:([\w.-]+)/;
const address = /^\+(?:CIFSR:STAIP,|CIPSTA(?:_CUR|_DEF)?:ip:)"([\d.]+)"/;
const joined = /^\+CWJAP(?:_CUR|_DEF)?:"(.*)","[\da-f:]{17}"/i;
/** From 2 to 4, the modem has an address. With the other numbers, it is on no network. */
const status = /^STATUS:([0-5])$/;

/** Milliseconds from one state to the next one in which only numbers of bytes differ. */
const interval = 250;

/**
 * How a modem is doing, as far as a recorded conversation tells it. What only the driver knows is missing: its sockets, what
 * they have not read, and which commands wait.
 */
export class StateOfTrace {
  private readonly links = new LinksOfTrace();
  private facts: Pick<InterfaceState, 'firmware' | 'receive' | 'ssid' | 'address'> = {};
  private modem: InterfaceState['modem'] = 'up';
  /** Unknown at first, and then nothing is told. */
  private wifi: InterfaceState['wifi'] | undefined;
  private command = '';
  private isJoining = false;
  private told = { time: -Infinity, outline: '', whole: '' };

  take(said: SaidEvent): void {
    this.links.take(said);
    const { direction, kind, text } = said;
    if (direction === 'to modem' && kind === 'command') this.asked(text);
    else if (kind === 'booting' || kind === 'booted') this.restarted(kind === 'booted');
    else if (kind === 'opened') this.wifi ??= 'up';
    else if (kind === 'wifi') this.network(text);
    else if (kind === 'final') this.answered(text === 'OK');
    else if (kind === 'line' || kind === 'unknown') this.line(text);
  }

  /**
   * The state at this time if it has changed. If only numbers of bytes have changed, it is told a few times a second.
   *
   * @param isLast Whether nothing follows for some time.
   */
  news(time: number, isLast = false): InterfaceState | undefined {
    const { facts, modem, wifi } = this;
    if (wifi === undefined) return undefined;
    const links = this.links.all;
    const state = { ...facts, modem, wifi, waitingCommands: 0, links, sockets: [], isDerived: true } as const;
    const outline = JSON.stringify({ ...state, links: links.map(outlineOf) });
    if (outline === this.told.outline && !isLast && time - this.told.time < interval) return undefined;
    const whole = JSON.stringify(state);
    if (whole === this.told.whole) return undefined;
    this.told = { time, outline, whole };
    return state;
  }

  private asked(command: string): void {
    this.command = command;
    const [, ssid] = join.exec(command) ?? [];
    if (ssid === undefined) return;
    this.isJoining = true;
    this.wifi = 'joining';
    this.facts = { ...this.withoutNetwork, ssid: ssid.replace(/\\(.)/g, '$1') };
  }

  private answered(isDone: boolean): void {
    this.isJoining = false;
    if (join.test(this.command)) {
      if (isDone) this.wifi = 'up';
      else this.left();
    }
    if (!isDone) return;
    if (leave.test(this.command)) this.left();
    const [, mode] = receiveMode.exec(this.command) ?? [];
    if (mode !== undefined) this.facts = { ...this.facts, receive: mode === '1' ? 'pulled' : 'pushed' };
  }

  private network(text: string): void {
    if (text === 'WIFI GOT IP') this.wifi = 'up';
    else if (text === 'WIFI CONNECTED') this.wifi = 'joining';
    // A modem leaves its network before it joins another one.
    else if (!this.isJoining) this.left();
  }

  private line(text: string): void {
    const [, version] = firmware.exec(text) ?? [];
    if (version !== undefined) this.facts = { ...this.facts, firmware: version };
    const [, ip] = address.exec(text) ?? [];
    if (ip !== undefined && ip !== '0.0.0.0') this.facts = { ...this.facts, address: ip };
    const [, ssid] = joined.exec(text) ?? [];
    if (ssid !== undefined) {
      this.wifi = 'up';
      this.facts = { ...this.facts, ssid };
    }
    const [, digit] = status.exec(text) ?? [];
    if (digit === undefined) return;
    if (Number(digit) >= 2 && Number(digit) <= 4) this.wifi = 'up';
    else if (!this.isJoining) this.left();
  }

  private restarted(isUp: boolean): void {
    this.modem = isUp ? 'up' : 'starting';
    this.left();
    const { firmware: version } = this.facts;
    this.facts = version === undefined ? {} : { firmware: version };
  }

  private left(): void {
    this.wifi = 'down';
    this.links.clear();
    this.facts = this.withoutNetwork;
  }

  private get withoutNetwork(): Pick<InterfaceState, 'firmware' | 'receive'> {
    const { firmware: version, receive } = this.facts;
    return { ...(version !== undefined && { firmware: version }), ...(receive && { receive }) };
  }
}

/** A link without its numbers of bytes. */
function outlineOf({ id, kind, stage, remote }: LinkDetails): Partial<LinkDetails> {
  return { id, kind, stage, ...(remote && { remote }) };
}
