/** The USB serial adapters of boards with an ESP8266, ESP8285 or ESP32, by vendor and product. */
const adapters: Readonly<Record<string, string>> = {
  '10c4:ea60': 'Silicon Labs CP2102, CP2104',
  '10c4:ea70': 'Silicon Labs CP2105',
  '10c4:ea71': 'Silicon Labs CP2108',
  '1a86:7523': 'WCH CH340',
  '1a86:7522': 'WCH CH340',
  '1a86:5523': 'WCH CH341',
  '1a86:55d3': 'WCH CH343',
  '1a86:55d4': 'WCH CH9102',
  '0403:6001': 'FTDI FT232R',
  '0403:6010': 'FTDI FT2232',
  '0403:6011': 'FTDI FT4232',
  '0403:6014': 'FTDI FT232H',
  '0403:6015': 'FTDI FT231X',
  '067b:2303': 'Prolific PL2303',
  '067b:23a3': 'Prolific PL2303GC',
  '303a:1001': 'Espressif USB serial',
  '303a:4001': 'Espressif USB serial',
};

/** The vendors of those adapters, for products that are not in the list. */
const vendors: Readonly<Record<string, string>> = {
  '10c4': 'Silicon Labs',
  '1a86': 'WCH',
  '0403': 'FTDI',
  '067b': 'Prolific',
  '303a': 'Espressif',
};

/** The name of a USB serial adapter that modems are connected with; `undefined` for any other device. */
export function adapterOf(vendorId: string | undefined, productId: string | undefined): string | undefined {
  const vendor = vendorId?.toLowerCase() ?? '';
  return adapters[`${vendor}:${productId?.toLowerCase() ?? ''}`] ?? vendors[vendor];
}
