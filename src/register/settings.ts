/** What the environment says about the modem of a program. */
export interface Settings {
  /** The line: a path, `tcp://`, `rfc2217://` or `emulator:`. */
  readonly port: string | undefined;
  /** The speed of the line, in bits per second; `'auto'` finds it. */
  readonly baud: number | 'auto';
  /** The network to join. Without it, the modem has to be on one. */
  readonly ssid: string | undefined;
  readonly key: string | undefined;
  /** What is reached without the modem. */
  readonly direct: string | undefined;
}

/** Reads the settings of a program. What is empty counts as missing. */
export function settingsOf(environment: NodeJS.ProcessEnv): Settings {
  const given = (name: string) => (environment[name] === '' ? undefined : environment[name]);
  const baud = given('RX_USOCKET_BAUD') ?? '115200';
  return {
    port: given('RX_USOCKET_PORT'),
    baud: baud === 'auto' ? baud : Number(baud),
    ssid: given('RX_USOCKET_SSID'),
    key: given('RX_USOCKET_KEY'),
    direct: given('RX_USOCKET_DIRECT'),
  };
}
