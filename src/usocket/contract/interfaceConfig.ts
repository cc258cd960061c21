/**
 * The result of `ifconfig()` of an interface, in MaixPy's order. Every element is a string. `bssid` and `ssid` are those of the
 * access point, and empty without one.
 *
 * A name server that is not known is `'0'`. A modem knows those that `ifconfig(config)` has set, because the firmware does not
 * show which of its own it asks. The gateway of the host is always `'0.0.0.0'`, because Node.js does not show it.
 *
 *     const [ip, netmask, gateway] = await nic.ifconfig();
 */
export type InterfaceConfig = readonly [
  ip: string,
  netmask: string,
  gateway: string,
  dns: string,
  dns2: string,
  bssid: string,
  ssid: string,
];
