/** How a network of the modem's own is encrypted, by MaixPy's names; the numbers are those of `AT+CWSAP`. */
export const encryptions = { OPEN: 0, WPA_PSK: 2, WPA2_PSK: 3, WPA_WPA2_PSK: 4 } as const;

export type Encryption = (typeof encryptions)[keyof typeof encryptions];

/** A network of the modem's own. */
export interface SoftAp {
  /** A name is bytes, and need be no text. */
  readonly ssid: string | Uint8Array;
  /** Of no meaning to an open network. */
  readonly key: string | Uint8Array;
  readonly channel: number;
  readonly encryption: Encryption;
}
