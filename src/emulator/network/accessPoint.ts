/** A Wi-Fi network in range of the virtual modem. */
export interface AccessPoint {
  /** Up to 32 bytes. Give a name that is not UTF-8 as bytes. */
  readonly ssid: string | Uint8Array;
  /** 8 to 63 bytes, or 64 hexadecimal digits; with `ecn: 1`, WEP, 5 or more. Empty or left out: an open network. */
  readonly key?: string | Uint8Array;
  /** The access point's MAC address. Default `'02:00:5e:00:00:01'`. */
  readonly bssid?: string;
  /** The radio channel, from 1 to 14. Default 6. */
  readonly channel?: number;
  /** Signal strength in dBm. Default -52. */
  readonly rssi?: number;
  /** Encryption: 0 open, 1 WEP, 2 WPA, 3 WPA2, 4 WPA and WPA2. Default 3 for a network with a key, else 0. */
  readonly ecn?: number;
  /** The code of `+CWJAP:` for a wrong key. Default 2; some routers cause another one. */
  readonly wrongKeyCode?: 1 | 2 | 4;
  /** Joining fails with this code, even with the right key: 1 is a silent access point, 4 is a refusal. */
  readonly fails?: 1 | 4;
  /** Milliseconds from the join to `WIFI CONNECTED`, not scaled. Default: as `latencies.join`. */
  readonly association?: number;
  /**
   * Milliseconds until DHCP has given an address, not scaled; `false`: the network has no DHCP server. Default: as
   * `latencies.address`.
   */
  readonly dhcp?: boolean | number;
  /** The address that DHCP gives. The network has 24 bits, its gateway ends in `.1`. Default `'192.168.1.50'`. */
  readonly address?: string;
}

/** What a scan or a query prints about an access point. Text has one byte per character (latin1). */
export interface AccessPointReport {
  readonly ssid: string;
  readonly bssid: string;
  readonly channel: number;
  readonly rssi: number;
  readonly ecn: number;
}

export function reportOf(ap: AccessPoint): AccessPointReport {
  return {
    ssid: latin1(ap.ssid),
    bssid: (ap.bssid ?? '02:00:5e:00:00:01').toLowerCase(),
    channel: ap.channel ?? 6,
    rssi: ap.rssi ?? -52,
    ecn: ap.ecn ?? ((ap.key?.length ?? 0) === 0 ? 0 : 3),
  };
}

/** The name of a network for people to read, even if its bytes are not UTF-8. */
export function nameOf({ ssid }: AccessPoint): string {
  return Buffer.from(ssid)
    .toString('utf8')
    .replace(/\p{Cc}/gu, '\ufffd');
}

/** A text in UTF-8, or bytes, as the modem prints and reads them: one character for each byte. */
export function latin1(text: string | Uint8Array): string {
  return Buffer.from(text).toString('latin1');
}
