/** How the modem's own network is encrypted, by MaixPy's names. The numbers are those of `AT+CWSAP`. */
export const encryptions = {
  /** No encryption, and no key. */
  OPEN: 0,
  /** WPA with a key. Only old stations need it. */
  WPA_PSK: 2,
  /** WPA2 with a key. The default. */
  WPA2_PSK: 3,
  /** WPA or WPA2 with a key, as the station chooses. */
  WPA_WPA2_PSK: 4,
} as const;

/**
 * How the modem's own network is encrypted: `ESP8285.OPEN` (0), `WPA_PSK` (2), `WPA2_PSK` (3) or `WPA_WPA2_PSK` (4). It
 * is an argument of `nic.enable_ap`.
 */
export type Encryption = (typeof encryptions)[keyof typeof encryptions];

/** The settings of the modem's own network. */
export interface SoftApSettings {
  /** As text, or as bytes in any encoding. */
  readonly ssid: string | Uint8Array;
  /** An open network ignores it. */
  readonly key: string | Uint8Array;
  readonly channel: number;
  readonly encryption: Encryption;
}
