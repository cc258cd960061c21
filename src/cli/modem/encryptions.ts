/** The names of the encryptions, by the numbers of `AT+CWLAP` and `AT+CWSAP`. */
const names = ['open', 'WEP', 'WPA', 'WPA2', 'WPA/WPA2', 'WPA2 Enterprise', 'WPA3', 'WPA2/WPA3'];

/** The name of an encryption. */
export function encryptionName(number: number): string {
  return names[number] ?? `type ${number}`;
}
